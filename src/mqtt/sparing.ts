/** Says the same of the same once in ten seconds, and no more than so much in that time: nobody fills the log from outside. */

const WINDOW_MS = 10_000;
const MOST = 64;

export class Sparing {
  readonly #nowMs: () => number;
  readonly #said = new Set<string>();
  #sinceMs = Number.NEGATIVE_INFINITY;
  #unsaid = 0;

  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
  }

  /** @param say is called where it may be said, with how often something was left unsaid before. */
  say(what: string, say: (unsaid: { readonly more?: number }) => void): void {
    if (this.#nowMs() - this.#sinceMs >= WINDOW_MS) {
      this.#sinceMs = this.#nowMs();
      this.#said.clear();
    }
    if (this.#said.has(what) || this.#said.size >= MOST) {
      this.#unsaid += 1;
      return;
    }
    this.#said.add(what);
    const more = this.#unsaid === 0 ? {} : { more: this.#unsaid };
    this.#unsaid = 0;
    say(more);
  }
}
