/** A switch without its bounce: a change counts at once, and for a while after it none does. Fed with levels and times. */

export interface SwitchChange {
  readonly down: boolean;
  readonly atUs: number;
}

export class Debounce {
  readonly #bounceUs: number;
  /** `null` before anything is known. */
  #down: boolean | null = null;
  #level = false;
  #freeUs = Number.NEGATIVE_INFINITY;

  /** @param bounceUs the longest that the contact bounces. */
  constructor(bounceUs: number) {
    this.#bounceUs = bounceUs;
  }

  get isKnown(): boolean {
    return this.#down !== null;
  }

  /** When a level that came meanwhile counts. */
  get deadlineUs(): number | null {
    return this.#down !== null && this.#level !== this.#down ? this.#freeUs : null;
  }

  /** Where it is found: no change. */
  begin(down: boolean): void {
    this.#down = down;
    this.#level = down;
  }

  level(down: boolean, atUs: number): SwitchChange[] {
    const before = this.due(atUs);
    this.#level = down;
    this.#down ??= false;
    if (down === this.#down || atUs < this.#freeUs) return before;
    return [...before, this.#change(atUs)];
  }

  due(nowUs: number): SwitchChange[] {
    const { deadlineUs } = this;
    return deadlineUs === null || nowUs < deadlineUs ? [] : [this.#change(deadlineUs)];
  }

  #change(atUs: number): SwitchChange {
    this.#down = this.#level;
    this.#freeUs = atUs + this.#bounceUs;
    return { down: this.#level, atUs };
  }
}
