/** The embedded broker's gate to the inbox: reads each packet that a client publishes, and sinks those that must not go on. */
import type { PublishPacket } from 'aedes';
import type { Logger } from '../base/logger.ts';
import type { Obstacle } from './guards/objections.ts';
import { type Inbox, type Incoming, isForbidden, type Sender } from './inbox.ts';
import type { Qos } from './message.ts';
import { reason } from './mqtt5/reason.ts';
import { sink } from './sink.ts';
import { Sparing } from './sparing.ts';

const NOTHING = Buffer.alloc(0);

export class CommandGate {
  readonly #inbox: Inbox;
  readonly #logger: Logger;
  readonly #sparing = new Sparing();

  constructor(inbox: Inbox, logger: Logger) {
    this.#inbox = inbox;
    this.#logger = logger;
  }

  /** Calls `done` when the packet may go on; a packet that must not is sunk before. @param obstacle why it must not. */
  admit(sender: Sender, packet: PublishPacket, done: () => void, obstacle: Obstacle | null): void {
    const incoming = incomingOf(packet);
    const read = this.#inbox.read(sender, incoming, obstacle?.refusal ?? null);
    if (read.kind === 'foreign') {
      if (obstacle !== null) this.#drop(sender, packet, incoming, obstacle);
      return done();
    }
    packet.retain = false; // a command is said once
    if (!read.request.ok && isForbidden(read.request)) {
      const facts = { client: sender.id, topic: incoming.topic };
      this.#sparing.say(JSON.stringify(facts), (unsaid) => this.#logger.warn({ ...facts, ...unsaid }, 'publish refused'));
      sink(packet, read.request.error.refusal.message);
    }
    if (!read.request.ok) packet.payload = NOTHING; // whoever listens there sees commands that were let in
    this.#inbox.submit(sender, { ...incoming, payload: NOTHING }, read.request, done); // it is read, and may have to wait
  }

  /** @returns why a message will be refused as things stand, or `null`; a will is asked about long before it is published. */
  foresee(sender: Sender, { topic, payload, qos = 0 }: Pick<Incoming, 'topic' | 'payload'> & { readonly qos?: Qos }): string | null {
    const read = this.#inbox.read(sender, { topic, payload, qos, replyTo: null, expiresMs: null }, null);
    return read.kind === 'command' && !read.request.ok ? read.request.error.refusal.message : null;
  }

  /** A message that is no command goes nowhere; where its sender is to know, it is told like of a command. */
  #drop(sender: Sender, packet: PublishPacket, incoming: Incoming, { refusal, tell }: Obstacle): void {
    sink(packet, refusal.message, refusal.code === 'forbidden' ? reason.notAuthorized : reason.quotaExceeded);
    if (tell) this.#inbox.refuse(sender, incoming, refusal);
  }
}

function incomingOf(packet: PublishPacket & { readonly messageExpiry?: number }): Incoming {
  const { topic, payload, qos, properties, messageExpiry } = packet;
  const { responseTopic, correlationData } = properties ?? {};
  const replyTo = responseTopic === undefined ? null : { topic: responseTopic, correlationData };
  return { topic, payload, qos, replyTo, expiresMs: messageExpiry ?? null };
}
