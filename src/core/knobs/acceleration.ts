/** How much more a detent counts the faster a knob is turned. Fed with times; without a factor each detent counts once. */

/** Detents a second: up to the first a detent counts once, from the second on as often as the factor says. */
const SLOW = 8;
const FAST = 40;
/** After a pause the knob starts anew. */
const PAUSE_US = 250_000;

export class Acceleration {
  readonly #factor: number;
  #lastUs = Number.NEGATIVE_INFINITY;
  #way = 0;
  /** Smoothed: contacts are not evenly spaced. */
  #intervalUs = PAUSE_US;

  /** @param factor 1 or more; `null`: none. */
  constructor(factor: number | null) {
    this.#factor = factor ?? 1;
  }

  /** @returns what the detents count together; its sign is theirs. */
  weigh(detents: number, atUs: number): number {
    const passedUs = (atUs - this.#lastUs) / Math.max(1, Math.abs(detents));
    const goesOn = Math.sign(detents) === this.#way && passedUs < PAUSE_US;
    this.#intervalUs = goesOn ? (this.#intervalUs + passedUs) / 2 : PAUSE_US;
    this.#lastUs = atUs;
    this.#way = Math.sign(detents);
    const speed = 1_000_000 / Math.max(1, this.#intervalUs);
    const share = Math.min(1, Math.max(0, (speed - SLOW) / (FAST - SLOW)));
    return detents * (1 + (this.#factor - 1) * share);
  }
}
