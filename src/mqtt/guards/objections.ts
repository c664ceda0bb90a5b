/**
 * What is in the way of a message that a client publishes: its rate, its size, its topic, the quota of retained ones. Each
 * refusal is counted; who sends refused messages without end is told of a few each second, for telling costs more than refusing.
 */
import type { Client, PublishPacket } from 'aedes';
import type { Clock } from '../../base/clock.ts';
import type { MqttLimits } from '../../model/config-limits.ts';
import { type Refusal, refusal } from '../../model/refusal.ts';
import type { Access } from './access.ts';
import type { TokenBucket } from './flood.ts';
import type { Retained } from './retained.ts';
import type { GuardName } from './tally.ts';

/** Why a message goes nowhere. */
export interface Obstacle {
  readonly refusal: Refusal;
  /** Whether its sender is told even where it was no command. */
  readonly tell: boolean;
}

export interface ObjectionParts {
  readonly limits: MqttLimits;
  readonly access: Access;
  readonly isOurs: (topic: string) => boolean;
  readonly retained: Retained;
  readonly clock: Clock;
  readonly note: (guard: GuardName, client: Client | null, why: string, clientId: string) => void;
}

const TELLS = 20;
const TELLS_US = 1_000_000;

/** What one client was told of since. */
interface Told {
  sinceUs: number;
  count: number;
}

export class Objections {
  readonly #parts: ObjectionParts;
  readonly #tooLarge = new WeakMap<object, number>();
  readonly #told = new WeakMap<object, Told>();

  constructor(parts: ObjectionParts) {
    this.#parts = parts;
  }

  /** The payload of a packet was too large, and was thrown away as it came. @param bytes that it had. */
  cut(packet: object, bytes: number): void {
    this.#tooLarge.set(packet, bytes);
  }

  /** @returns what is in the way of a message of a client that is there, or `null`. */
  live(client: Client, packet: PublishPacket, bucket: TokenBucket | undefined): Obstacle | null {
    const { limits } = this.#parts;
    const passage = bucket?.take() ?? 'free';
    if (passage !== 'free') {
      const why = `a client may send ${limits.messages_per_second} messages a second, and ${limits.message_burst} at once`;
      this.#parts.note('flood', client, why, client.id);
      return { refusal: refusal('rate_limited', why), tell: passage === 'first' };
    }
    const cut = this.#tooLarge.get(packet);
    if (cut === undefined) return this.standing(client.id, packet, client);
    return this.#refuse('packet_bytes', client, client.id, `a packet may have ${limits.packet_bytes} bytes, got a payload of ${cut}`);
  }

  /** What is in the way of a message whatever its sender has sent before. @param client `null` where it is not there. */
  standing(clientId: string, { topic, payload, retain }: PublishPacket, client: Client | null): Obstacle | null {
    const { limits, access, isOurs, retained } = this.#parts;
    if (!isOurs(topic) && !access.mayWrite(client ?? clientId, topic))
      return this.#refuse('access', client, clientId, `client ${clientId} may not publish on ${topic}`);
    if (!retain || retained.fits(topic, payload)) return null;
    const why = `${limits.retained_topics} topics and ${limits.retained_bytes} bytes may be retained, got ${topic} too`;
    return this.#refuse('retained', client, clientId, why);
  }

  #refuse(guard: 'packet_bytes' | 'access' | 'retained', client: Client | null, clientId: string, why: string): Obstacle {
    this.#parts.note(guard, client, why, clientId);
    return { refusal: refusal(codes[guard], why), tell: client !== null && this.#isToBeTold(client) };
  }

  #isToBeTold(client: Client): boolean {
    const nowUs = this.#parts.clock.monotonicUs();
    const before = this.#told.get(client);
    const told = before !== undefined && nowUs - before.sinceUs < TELLS_US ? before : { sinceUs: nowUs, count: 0 };
    told.count += 1;
    this.#told.set(client, told);
    return told.count <= TELLS;
  }
}

const codes = { packet_bytes: 'too_large', access: 'forbidden', retained: 'overloaded' } as const;
