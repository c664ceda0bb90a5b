/** A client's token bucket: so many messages a second, and a burst. */
import type { Clock } from '../../base/clock.ts';

export interface FloodLimits {
  readonly messages_per_second: number;
  readonly message_burst: number;
}

/** `first`: of an episode; it is over once the bucket has filled up to a tenth. */
export type Passage = 'free' | 'first' | 'limited';

/** So much may be owed, or the tenth part of a burst. */
const DEBT_LEAST = 16;

export class TokenBucket {
  readonly #limits: FloodLimits;
  readonly #clock: Clock;
  #tokens: number;
  #filledUs: number;
  #told = false;

  constructor(limits: FloodLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
    this.#tokens = limits.message_burst;
    this.#filledUs = clock.monotonicUs();
  }

  take(): Passage {
    this.#fill();
    if (this.#tokens >= 1) {
      this.#tokens -= 1;
      return 'free';
    }
    if (this.#told) return 'limited';
    this.#told = true;
    return 'first';
  }

  /** For what has to be answered whatever it costs. @returns false where so much is owed that the client has to go. */
  pay(tokens: number): boolean {
    this.#fill();
    this.#tokens -= tokens;
    return this.#tokens >= -Math.max(DEBT_LEAST, this.#limits.message_burst / 10);
  }

  #fill(): void {
    const nowUs = this.#clock.monotonicUs();
    const { messages_per_second: rate, message_burst: burst } = this.#limits;
    this.#tokens = Math.min(burst, this.#tokens + ((nowUs - this.#filledUs) / 1_000_000) * rate);
    this.#filledUs = nowUs;
    if (this.#tokens >= burst / 10) this.#told = false;
  }
}
