/** How long to wait before the next try, and whether we lose the connection so often that another client must be using our id. Pure. */

const FIRST_MS = 1000;
const LONGEST_MS = 30_000;
/** A connection that held so long was a good one. */
const GOOD_MS = 10_000;
/** So many in a row that did not hold look like another client with our id. */
const SHORT_ONES = 3;

export class BackOff {
  readonly #random: () => number;
  #tries = 0;
  #short = 0;

  /** @param random gives 0 to 1. */
  constructor(random: () => number) {
    this.#random = random;
  }

  /** @param heldMs how long the connection held; `null` where there was none. */
  lost(heldMs: number | null): void {
    if (heldMs === null) return;
    if (heldMs >= GOOD_MS) this.#tries = 0;
    this.#short = heldMs >= GOOD_MS ? 0 : this.#short + 1;
  }

  /** Whether connections end soon after they began, again and again. */
  get isUnstable(): boolean {
    return this.#short >= SHORT_ONES;
  }

  /** Milliseconds: doubled with each try, and never the same for two that lost the broker together. */
  next(): number {
    const mostMs = Math.min(LONGEST_MS, FIRST_MS * 2 ** this.#tries);
    this.#tries += 1;
    return mostMs * (0.5 + this.#random() / 2);
  }

  /** Another client drove us out: as late as possible, so that two do not take turns every second. */
  latest(): number {
    return LONGEST_MS * (0.5 + this.#random() / 2);
  }
}
