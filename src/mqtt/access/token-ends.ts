/** Wakes when the first token of a connected client ends: one timer, whatever the number of clients. */
import type { Clock } from '../../base/clock.ts';

/** The clock may be set, and the account change: so long at most nobody looks. */
const LONGEST_MS = 10_000;

export interface TokenEndParts {
  readonly clock: Clock;
  /** Milliseconds since 1970; `null`: no client has a token. */
  readonly firstEnd: () => number | null;
  readonly end: (nowMs: number) => void;
}

export class TokenEnds {
  readonly #parts: TokenEndParts;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: TokenEndParts) {
    this.#parts = parts;
  }

  /** To be called when a client has come. */
  plan(): void {
    clearTimeout(this.#timer);
    const first = this.#parts.firstEnd();
    if (first === null) return;
    const waitMs = Math.min(Math.max(first - this.#parts.clock.wallMs(), 0), LONGEST_MS);
    this.#timer = setTimeout(() => this.#look(), waitMs);
    this.#timer.unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #look(): void {
    this.#parts.end(this.#parts.clock.wallMs());
    this.plan();
  }
}
