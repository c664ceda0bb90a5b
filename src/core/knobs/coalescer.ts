/** Turns many detents into few commands: the first goes out at once, those after it together each 20 ms. Nothing is lost or made. */

export const COALESCE_US = 20_000;

export interface Turn {
  /** Clockwise positive; what went to and fro within the time has cancelled out. */
  readonly detents: number;
  /** What the command is to change by, a whole number. */
  readonly amount: number;
}

export class Coalescer {
  #detents = 0;
  /** What a fraction leaves over stays for the next. */
  #amount = 0;
  #freeUs = Number.NEGATIVE_INFINITY;

  get deadlineUs(): number | null {
    return this.#pending ? this.#freeUs : null;
  }

  add(detents: number, amount: number, nowUs: number): Turn | null {
    this.#detents += detents;
    this.#amount += amount;
    return this.due(nowUs);
  }

  due(nowUs: number): Turn | null {
    if (!this.#pending || nowUs < this.#freeUs) return null;
    const turn = { detents: this.#detents, amount: Math.round(this.#amount) + 0 };
    this.#detents = 0;
    this.#amount -= turn.amount;
    this.#freeUs = nowUs + COALESCE_US;
    return turn;
  }

  get #pending(): boolean {
    return this.#detents !== 0 || Math.abs(this.#amount) >= 1;
  }
}
