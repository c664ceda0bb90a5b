/** Those who wait until a client reads and acknowledges. All are woken at once, and wait again where there is no room. */
export class Waiting {
  readonly #limit: number;
  #waiting: (() => void)[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** @returns false where too many wait. */
  add(go: () => void): boolean {
    if (this.#waiting.length >= this.#limit) return false;
    this.#waiting.push(go);
    return true;
  }

  /** Resolves at the next turn; those who ask so are the broker's own, one a replay or session. */
  turn(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  wake(): void {
    const woken = this.#waiting;
    this.#waiting = [];
    for (const go of woken) go();
  }
}
