/**
 * Since when the daemon runs, by the wall clock, as it is told to clients. A Pi has no clock of its own: it begins in the
 * past and jumps once the network tells the time, and with it jumps when the start was; smaller steps are passed over, so
 * that the start does not crawl.
 */
import type { Clock } from '../base/clock.ts';

/** Beyond it the clock was wrong before. */
const JUMP_MS = 60_000;

/** @param knownMs what was told before; `null` the first time. @returns milliseconds since 1970. */
export function startMs(knownMs: number | null, wallMs: number, uptimeMs: number): number {
  const nowMeantMs = Math.round(wallMs - uptimeMs);
  return knownMs !== null && Math.abs(nowMeantMs - knownMs) <= JUMP_MS ? knownMs : nowMeantMs;
}

export class Uptime {
  readonly #clock: Clock;
  readonly #startUs: number;
  #startMs: number;

  /** Counts from here. */
  constructor(clock: Clock) {
    this.#clock = clock;
    this.#startUs = clock.monotonicUs();
    this.#startMs = startMs(null, clock.wallMs(), 0);
  }

  look(): { readonly uptimeS: number; readonly startedAt: string } {
    const uptimeUs = this.#clock.monotonicUs() - this.#startUs;
    this.#startMs = startMs(this.#startMs, this.#clock.wallMs(), uptimeUs / 1000);
    return { uptimeS: uptimeUs / 1_000_000, startedAt: new Date(this.#startMs).toISOString() };
  }
}
