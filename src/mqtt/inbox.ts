/**
 * From a packet to a submission: whose topic it is, whether it is well formed, and back to its sender with the reply.
 * Decides nothing about zones.
 */
import type { PublishPacket } from 'aedes';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import { err, ok, type Result } from '../base/result.ts';
import { MAX_COMMAND_BYTES, type Malformed, parseRequestText } from '../core/parse-request.ts';
import { parseSet, parseSetAttribute } from '../core/set-topic.ts';
import type { Submission } from '../engine/submission.ts';
import type { Change, Request } from '../model/command.ts';
import { type Refusal, refusal } from '../model/refusal.ts';
import { encodeClientId, type Inbound, type Topics } from '../model/topics.ts';
import type { Message, Qos } from './broker.ts';
import type { Obstacle } from './guards/guards.ts';
import { sink } from './sink.ts';

export interface InboxParts {
  readonly topics: Topics;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly submit: (submission: Submission) => void;
  readonly publish: (message: Message) => Promise<void>;
  /** Resolves when the client can be given more. */
  readonly drained: (clientId: string) => Promise<void>;
}

export class Inbox {
  readonly #parts: InboxParts;

  constructor(parts: InboxParts) {
    this.#parts = parts;
  }

  /**
   * `done` is called when the packet may be acknowledged: for a command of QoS 1 or 2 when it is decided and durable, so
   * that an acknowledgement means just that.
   */
  admit(clientId: string, packet: PublishPacket, done: () => void, obstacle: Obstacle | null): void {
    const inbound = this.#parts.topics.read(packet.topic);
    if (inbound.kind === 'foreign') {
      if (obstacle !== null) this.#dropForeign(clientId, packet, obstacle);
      return done();
    }
    packet.retain = false; // a command is said once
    const request = withObstacle(this.#read(clientId, inbound, packet), obstacle);
    if (!request.ok && request.error.refusal.code === 'forbidden') {
      this.#parts.logger.warn({ client: clientId, topic: packet.topic }, 'publish refused');
      sink(packet, request.error.refusal.message);
    }
    const qos = packet.qos;
    this.#parts.submit({
      ...this.#submission(clientId, qos, request),
      deliver: async (event) => {
        await this.#send(this.#parts.topics.replay(clientId), qos, event);
        await this.#parts.drained(clientId);
      },
      ...(qos === 0 ? {} : { committed: done }),
    });
    if (qos === 0) done();
  }

  #submission(clientId: string, qos: Qos, request: Result<Request, Malformed>): Submission {
    return {
      request,
      source: 'command',
      origin: clientId,
      trigger: null,
      receivedUs: this.#parts.clock.monotonicUs(),
      respond: (reply) => void this.#send(this.#parts.topics.response(clientId), qos, reply),
    };
  }

  /** A message that is no command goes nowhere; where its sender is to know, it is told like of a command. */
  #dropForeign(clientId: string, packet: PublishPacket, { refusal, tell }: Obstacle): void {
    const { qos } = packet;
    sink(packet);
    if (tell) this.#parts.submit(this.#submission(clientId, qos, err(malformed(refusal))));
  }

  #send(topic: string, qos: Qos, payload: unknown): Promise<void> {
    return this.#parts.publish({ topic, payload: JSON.stringify(payload), qos, retain: false });
  }

  #read(clientId: string, inbound: Exclude<Inbound, { kind: 'foreign' }>, packet: PublishPacket): Result<Request, Malformed> {
    if (inbound.kind === 'reserved') return err(malformed(refusal('forbidden', `only the daemon publishes on ${packet.topic}`)));
    const zone = 'zone' in inbound ? inbound.zone : null;
    const payload = decode(packet.payload);
    if (!payload.ok) return err(malformed(payload.error, zone));
    if (inbound.kind === 'command') return this.#readCommand(clientId, inbound.client, payload.value);
    if (inbound.kind === 'set') return request(parseSet(inbound.zone, payload.value), zone);
    if (inbound.kind === 'set_attribute') return request(parseSetAttribute(inbound.zone, inbound.attribute, payload.value), zone);
    if (payload.value.trim().toUpperCase() === 'ON') return request(ok({ type: 'scene.activate', scene: inbound.scene }), zone);
    return err(malformed(refusal('invalid_command', `a scene takes ON, got ${JSON.stringify(payload.value.slice(0, 40))}`)));
  }

  #readCommand(clientId: string, owner: string, payload: string): Result<Request, Malformed> {
    const parsed = parseRequestText(payload);
    if (owner === encodeClientId(clientId)) return parsed;
    const own = this.#parts.topics.command(clientId);
    const why = refusal('forbidden', `client ${clientId} publishes its commands on ${own} only`);
    return err({ refusal: why, request_id: parsed.ok ? parsed.value.request_id : parsed.error.request_id, zone: null });
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The refusal still says which command is meant. What is forbidden stays so. */
function withObstacle(read: Result<Request, Malformed>, obstacle: Obstacle | null): Result<Request, Malformed> {
  if (obstacle === null || (!read.ok && read.error.refusal.code === 'forbidden')) return read;
  const { request_id } = read.ok ? read.value : read.error;
  return err({ refusal: obstacle.refusal, request_id, zone: read.ok ? null : read.error.zone });
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

function request(change: Result<Change, Refusal>, zone: string | null): Result<Request, Malformed> {
  if (!change.ok) return err(malformed(change.error, zone));
  return ok({ request_id: null, command: change.value, ack: 'applied', dry_run: false, issued_at_ms: null });
}

function malformed(why: Refusal, zone: string | null = null): Malformed {
  return { refusal: why, request_id: null, zone };
}
