/** What the log says of a session, made JSON of when it is written: its filters, since when its client is away, what arrived. */
import type { Subscription } from 'aedes';
import type { Clock } from '../../base/clock.ts';
import type { Will } from '../mqtt5/will.ts';
import { messageText } from './message-text.ts';

/** A filter as the store keeps it. */
export type Filter = Subscription & { readonly subscriptionIdentifier?: number };

export interface WaitingWill {
  /** From when the client left. */
  readonly delay_s: number;
  readonly message: Will['message'];
}

/** A session as the log has it. */
export interface KeptSession {
  readonly clientId: string;
  /** Who logged in with it; `null` without users. */
  readonly user: string | null;
  /** `null`: of a client of 3.1 or 3.1.1, which names none. */
  readonly expiry_s: number | null;
  readonly filters: readonly Filter[];
  readonly away_ms: number;
  /** False where that is a guess: the client was there when the power went, or the time of day was wrong. */
  readonly isAwayKnown: boolean;
  readonly will: WaitingWill | null;
}

export class Session {
  readonly filters = new Map<string, Filter>();
  /** `null`: of a client of 3.1 or 3.1.1, which names none. */
  expiry_s: number | null = null;
  /** Who logged in with it last: its rights are those of this user, also while nobody is there. */
  user: string | null = null;

  toJSON(): object {
    return { u: this.user, e: this.expiry_s, f: [...this.filters.values()].map(filterText) };
  }
}

function filterText({ topic, qos, rh, rap, nl, subscriptionIdentifier }: Filter): object {
  return { topic, qos, rh, rap, nl, id: subscriptionIdentifier };
}

/** Made JSON of when it is written: by then the time of day may be known better. */
export class Away {
  readonly #clock: Clock;
  readonly #leftUs: number;
  will: WaitingWill | null = null;

  constructor(clock: Clock, leftUs: number) {
    this.#clock = clock;
    this.#leftUs = leftUs;
  }

  toJSON(): object {
    const at = Math.round(this.#clock.wallMs() - (this.#clock.monotonicUs() - this.#leftUs) / 1000);
    return this.will === null ? { t: at } : { t: at, w: { d: this.will.delay_s, m: messageText(this.will.message) } };
  }
}

export class Arrived {
  readonly ids = new Set<number>();

  toJSON(): object {
    return { ids: [...this.ids] };
  }
}
