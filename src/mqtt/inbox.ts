/**
 * From a message to a submission: whose topic it is, whether it is well formed, whether its sender may, and back to its
 * sender with the reply. Knows no broker; decides nothing about zones.
 */
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { Account } from '../core/access/account.ts';
import { mayCommand } from '../core/access/may-command.ts';
import { MAX_COMMAND_BYTES, type Malformed, parseCommand, parseRequestText } from '../core/parse-request.ts';
import { parseSet, parseSetAttribute, parseSystemSet } from '../core/set-topic.ts';
import type { ZoneNames } from '../core/zone-names.ts';
import type { Submission } from '../engine/submission.ts';
import type { Change, Query, Request } from '../model/command.ts';
import { type Refusal, refusal } from '../model/refusal.ts';
import type { Reply } from '../model/reply.ts';
import { encodeClientId, type Inbound, type Topics } from '../model/topics.ts';
import { jsonMessage, type Message, type Qos } from './message.ts';
import { Sparing } from './sparing.ts';

export interface Sender {
  /** `null` where the broker that carried the message does not tell. */
  readonly id: string | null;
  readonly account: Account;
}

export interface Incoming {
  readonly topic: string;
  readonly payload: string | Buffer;
  readonly qos: Qos;
  /** Of MQTT 5: where the sender wants its reply, and by what it will know it. */
  readonly replyTo: { readonly topic: string; readonly correlationData: Buffer | undefined } | null;
  /** Milliseconds since 1970; `null`: never. */
  readonly expiresMs: number | null;
}

export interface InboxParts {
  readonly topics: Topics;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly submit: (submission: Submission) => void;
  readonly publish: (message: Message) => Promise<void>;
  /** Resolves when the client can be given more. */
  readonly drained: (clientId: string) => Promise<void>;
  /** What there is to command now. */
  readonly names: () => ZoneNames<object>;
  /** Whether the sender may have its replies sent there: never on a topic of ours but its own. */
  readonly mayRespondTo: (sender: Sender, topic: string) => boolean;
}

/** What a message means to us: nothing, or a command that may be wrong. */
export type Read = { readonly kind: 'foreign' } | { readonly kind: 'command'; readonly request: Result<Request, Malformed> };

export class Inbox {
  readonly #parts: InboxParts;
  readonly #sparing = new Sparing();

  constructor(parts: InboxParts) {
    this.#parts = parts;
  }

  /** @param obstacle why it must not be, whatever it is. */
  read(sender: Sender, incoming: Incoming, obstacle: Refusal | null): Read {
    const inbound = this.#parts.topics.read(incoming.topic);
    if (inbound.kind === 'foreign') return inbound;
    const request = this.#permit(sender, incoming, this.#parse(sender, inbound, incoming));
    return { kind: 'command', request: withObstacle(request, obstacle) };
  }

  /**
   * @param done called when the message may be acknowledged: for QoS 1 and 2 when it is decided and durable, so that an
   * acknowledgement means just that.
   */
  submit(sender: Sender, incoming: Incoming, request: Result<Request, Malformed>, done: () => void): void {
    const { qos } = incoming;
    this.#parts.submit({
      request,
      source: 'command',
      origin: sender.id,
      user: sender.account.user,
      trigger: null,
      receivedUs: this.#parts.clock.monotonicUs(),
      expiresMs: incoming.expiresMs,
      respond: (reply) => this.#respond(sender, incoming, reply),
      deliver: async (event) => {
        if (sender.id === null) return;
        await this.#parts.publish(jsonMessage(this.#parts.topics.replay(sender.id), JSON.stringify(event), qos, false));
        await this.#parts.drained(sender.id);
      },
      ...(qos === 0 ? {} : { committed: done }),
    });
    if (qos === 0) done();
  }

  /** Tells the sender that its message went nowhere. */
  refuse(sender: Sender, incoming: Incoming, why: Refusal): void {
    this.submit(sender, incoming, err(malformed(why)), () => undefined);
  }

  /** To where it was asked for, else to the client's own topic; who cannot be told is told in the log. */
  #respond(sender: Sender, { topic, qos, replyTo }: Incoming, reply: Reply): void {
    const payload = JSON.stringify(reply);
    if (replyTo !== null && this.#parts.mayRespondTo(sender, replyTo.topic)) {
      const { correlationData } = replyTo;
      const known = correlationData === undefined ? {} : { correlationData };
      void this.#parts.publish(jsonMessage(replyTo.topic, payload, qos, false, known));
    } else if (sender.id !== null) {
      void this.#parts.publish(jsonMessage(this.#parts.topics.response(sender.id), payload, qos, false));
    } else if (!reply.ok) {
      const { code, message } = reply.error;
      this.#sparing.say(`${topic} ${code}`, (unsaid) =>
        this.#parts.logger.warn({ topic, code, why: message, ...unsaid }, 'command refused, its sender is not known'),
      );
    }
  }

  #permit(sender: Sender, { replyTo }: Incoming, request: Result<Request, Malformed>): Result<Request, Malformed> {
    if (!request.ok) return request;
    const why =
      replyTo !== null && !this.#parts.mayRespondTo(sender, replyTo.topic)
        ? refusal('forbidden', `a response topic must be the client's own or one it may read, got ${replyTo.topic.slice(0, 100)}`)
        : mayCommand(sender.account, request.value.command, this.#parts.names());
    return why === null ? request : err({ refusal: why, request_id: request.value.request_id, zone: null });
  }

  #parse(sender: Sender, inbound: Exclude<Inbound, { kind: 'foreign' }>, { topic, payload }: Incoming): Result<Request, Malformed> {
    if (inbound.kind === 'reserved') return err(malformed(refusal('forbidden', `only the daemon publishes on ${topic}`)));
    const zone = 'zone' in inbound ? inbound.zone : null;
    const text = decode(payload);
    if (!text.ok) return err(malformed(text.error, zone));
    if (inbound.kind === 'command') return this.#parseCommand(sender, inbound.client, text.value);
    if (inbound.kind === 'set') return request(parseSet(inbound.zone, text.value), zone);
    if (inbound.kind === 'set_system') return request(parseSystemSet(text.value), zone);
    if (inbound.kind === 'simulate') return asked({ type: 'knob.simulate', knob: inbound.knob, moves: text.value });
    if (inbound.kind === 'set_attribute') return request(parseSetAttribute(inbound.zone, inbound.attribute, text.value), zone);
    if (text.value.trim().toUpperCase() === 'ON') return request(ok({ type: 'scene.activate', scene: inbound.scene }), zone);
    return err(malformed(refusal('invalid_command', `a scene takes ON, got ${JSON.stringify(text.value.slice(0, 40))}`)));
  }

  #parseCommand({ id }: Sender, owner: string, payload: string): Result<Request, Malformed> {
    const parsed = parseRequestText(payload);
    if (id !== null && owner === encodeClientId(id)) return parsed;
    const own = id === null ? 'a topic of its own' : this.#parts.topics.command(id);
    const why = refusal('forbidden', `client ${id ?? ''} publishes its commands on ${own} only`);
    return err({ refusal: why, request_id: parsed.ok ? parsed.value.request_id : parsed.error.request_id, zone: null });
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The refusal still says which command is meant. What is forbidden stays so. */
function withObstacle(read: Result<Request, Malformed>, obstacle: Refusal | null): Result<Request, Malformed> {
  if (obstacle === null || isForbidden(read)) return read;
  const { request_id } = read.ok ? read.value : read.error;
  return err({ refusal: obstacle, request_id, zone: read.ok ? null : read.error.zone });
}

export function isForbidden(request: Result<Request, Malformed>): boolean {
  return !request.ok && request.error.refusal.code === 'forbidden';
}

/** A restart is meant for the run that hears it: it is acknowledged although we stop, else the next run would get it again. */
export function isRestart(request: Result<Request, Malformed>): boolean {
  return request.ok && request.value.command.type === 'system.restart';
}

function decode(payload: string | Buffer): Result<string, Refusal> {
  const length = Buffer.byteLength(payload);
  if (length > MAX_COMMAND_BYTES) return err(refusal('too_large', `a command may have ${MAX_COMMAND_BYTES} bytes, got ${length}`));
  if (typeof payload === 'string') return ok(payload);
  try {
    return ok(utf8.decode(payload));
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    return err(refusal('invalid_json', 'the payload must be text in UTF-8'));
  }
}

function request(read: Result<Change | Query, Refusal>, zone: string | null): Result<Request, Malformed> {
  if (!read.ok) return err(malformed(read.error, zone));
  return ok({ request_id: null, command: read.value, ack: 'applied', dry_run: false, issued_at_ms: null });
}

/** A command that stands in a topic and its payload, without an envelope. */
function asked(fields: Record<string, unknown>): Result<Request, Malformed> {
  const command = parseCommand(fields);
  if (!command.ok) return err(malformed(command.error));
  return ok({ request_id: null, command: command.value, ack: 'applied', dry_run: false, issued_at_ms: null });
}

function malformed(why: Refusal, zone: string | null = null): Malformed {
  return { refusal: why, request_id: null, zone };
}
