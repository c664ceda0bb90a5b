/**
 * Who waits to hear that a change is seen. Each is called exactly once: with what the renderer says, or with `false` after
 * its time is up. At most so many wait; one more and the oldest is answered `false`.
 */
interface Waiting {
  /** Waits for something that a restarted renderer is not told again. */
  readonly fleeting: boolean;
  readonly whenShown: (shown: boolean) => void;
  readonly deadlineMs: number;
}

export class WaitingAnswers {
  readonly #limit: number;
  readonly #waitMs: number;
  readonly #nowMs: () => number;
  /** By token; tokens count up, so that the first is the oldest. */
  readonly #waiting = new Map<number, Waiting>();
  #timer: NodeJS.Timeout | null = null;

  constructor(limit: number, waitMs: number, nowMs: () => number = () => performance.now()) {
    this.#limit = limit;
    this.#waitMs = waitMs;
    this.#nowMs = nowMs;
  }

  get size(): number {
    return this.#waiting.size;
  }

  add(token: number, fleeting: boolean, whenShown: (shown: boolean) => void): void {
    const oldest = this.#waiting.keys().next();
    if (this.#waiting.size >= this.#limit && oldest.done !== true) this.#answer(oldest.value, false);
    this.#waiting.set(token, { fleeting, whenShown, deadlineMs: this.#nowMs() + this.#waitMs });
    this.#watch();
  }

  /** Answers everybody up to `token`. @param failed tokens that nobody can see. */
  shown(token: number, failed: readonly number[]): void {
    for (const waiting of this.#waiting.keys()) {
      if (waiting > token) return;
      this.#answer(waiting, !failed.includes(waiting));
    }
  }

  /** The renderer is gone: what it is not told again will not be seen. */
  dropFleeting(): void {
    for (const [token, { fleeting }] of this.#waiting) if (fleeting) this.#answer(token, false);
  }

  /** Answers everybody `false`. */
  giveUp(): void {
    for (const token of this.#waiting.keys()) this.#answer(token, false);
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  /** One timer for all: it sleeps until the oldest one's deadline. */
  #watch(): void {
    if (this.#timer !== null) return;
    const oldest = this.#waiting.values().next();
    if (oldest.done === true) return;
    this.#timer = setTimeout(() => this.#expire(), Math.max(1, oldest.value.deadlineMs - this.#nowMs()));
    this.#timer.unref();
  }

  #expire(): void {
    this.#timer = null;
    const nowMs = this.#nowMs();
    for (const [token, { deadlineMs }] of this.#waiting) {
      if (deadlineMs > nowMs) break;
      this.#answer(token, false);
    }
    this.#watch();
  }

  #answer(token: number, shown: boolean): void {
    const waiting = this.#waiting.get(token);
    this.#waiting.delete(token);
    waiting?.whenShown(shown);
  }
}
