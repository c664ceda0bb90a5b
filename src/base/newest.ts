/**
 * Hands on the newest of what comes, at most so often: what came before it in between is passed over, and the last is
 * always handed on. Waits for whoever takes it, so that nothing ever queues.
 */

export interface Timing {
  /** Milliseconds since an arbitrary moment; never decreases. */
  nowMs(): number;
  /** @returns its cancellation. */
  after(ms: number, callback: () => void): () => void;
}

/** Earlier than its time by less than this is not worth a timer; the time after it does not move. */
const EARLY_MS = 1;

export class Newest<T> {
  readonly #everyMs: number;
  readonly #timing: Timing;
  readonly #take: (value: T) => Promise<void> | void;
  #waiting: { readonly value: T } | null = null;
  #isTaking = false;
  #isTimed = false;
  #nextMs = Number.NEGATIVE_INFINITY;
  #cancel: () => void = () => undefined;

  /** @param take never rejects; the next one is handed on when it has resolved. */
  constructor(everyMs: number, timing: Timing, take: (value: T) => Promise<void> | void) {
    this.#everyMs = everyMs;
    this.#timing = timing;
    this.#take = take;
  }

  offer(value: T): void {
    this.#waiting = { value };
    this.#go();
  }

  /** Forgets what waits. */
  stop(): void {
    this.#cancel();
    this.#isTimed = false;
    this.#waiting = null;
  }

  #go(): void {
    const waiting = this.#waiting;
    if (waiting === null || this.#isTaking || this.#isTimed) return;
    const nowMs = this.#timing.nowMs();
    const restMs = this.#nextMs - nowMs;
    if (restMs >= EARLY_MS) return this.#later(restMs);
    this.#nextMs = Math.max(nowMs, this.#nextMs) + this.#everyMs;
    this.#waiting = null;
    this.#isTaking = true;
    void Promise.resolve(this.#take(waiting.value)).then(() => {
      this.#isTaking = false;
      this.#go();
    });
  }

  #later(ms: number): void {
    this.#isTimed = true;
    this.#cancel = this.#timing.after(Math.ceil(ms), () => {
      this.#isTimed = false;
      this.#go();
    });
  }
}
