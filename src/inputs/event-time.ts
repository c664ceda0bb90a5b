/**
 * Puts the times that the kernel gives its events on our own monotonic clock: what counts is when a knob was turned, not
 * when a busy process came to hear of it. What it tells never decreases.
 */
import type { Clock } from '../base/clock.ts';

/** An event that seems older than this is not: the clock that it was stamped with has been set meanwhile. */
const OLDEST_US = 1_000_000;
/** Of a clock that nobody sets: how long a process that is busy may leave edges unread. */
export const OLDEST_MONOTONIC_US = 5_000_000;

export class EventTime {
  readonly #clock: Clock;
  readonly #kernelUs: () => number;
  readonly #oldestUs: number;
  #lastUs = 0;

  /** @param kernelUs the clock that the kernel stamps with, in microseconds. */
  constructor(clock: Clock, kernelUs: () => number, oldestUs = OLDEST_US) {
    this.#clock = clock;
    this.#kernelUs = kernelUs;
    this.#oldestUs = oldestUs;
  }

  now(): number {
    return this.#last(this.#clock.monotonicUs());
  }

  at(stampUs: number): number {
    const ageUs = this.#kernelUs() - stampUs;
    const believed = ageUs >= 0 && ageUs <= this.#oldestUs ? ageUs : 0;
    return this.#last(this.#clock.monotonicUs() - believed);
  }

  #last(us: number): number {
    this.#lastUs = Math.max(this.#lastUs, Math.round(us));
    return this.#lastUs;
  }
}

/** CLOCK_MONOTONIC, which edges of GPIO lines are stamped with since Linux 5.7. */
export function kernelMonotonicUs(): number {
  return Number(process.hrtime.bigint() / 1000n);
}
