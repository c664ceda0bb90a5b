/** A client's token bucket: so many messages a second, and a burst. */
import type { Clock } from '../../base/clock.ts';

export interface FloodLimits {
  readonly messages_per_second: number;
  readonly message_burst: number;
}

/** `first`: of an episode; it is over once the bucket has filled up to a tenth. */
export type Passage = 'free' | 'first' | 'limited';

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
    const nowUs = this.#clock.monotonicUs();
    const { messages_per_second: rate, message_burst: burst } = this.#limits;
    this.#tokens = Math.min(burst, this.#tokens + ((nowUs - this.#filledUs) / 1_000_000) * rate);
    this.#filledUs = nowUs;
    if (this.#tokens >= burst / 10) this.#told = false;
    if (this.#tokens >= 1) {
      this.#tokens -= 1;
      return 'free';
    }
    if (this.#told) return 'limited';
    this.#told = true;
    return 'first';
  }
}
