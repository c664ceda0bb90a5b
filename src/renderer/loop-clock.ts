/**
 * The time that the frame loop lives in: a monotonic clock, timers of millisecond coarseness, and a blocking wait that
 * is exact to a fraction of one. Tests stand in for it.
 */
export interface LoopClock {
  /** Milliseconds with fractions since an arbitrary moment; never decreases. */
  nowMs(): number;
  /** Calls back once, `ms` from now at the earliest give or take a millisecond; 0 is the event loop's next turn. @returns its cancellation. */
  after(ms: number, callback: () => void): () => void;
  /** Blocks the thread without spinning; `ms` has fractions. */
  block(ms: number): void;
}

export class SystemLoopClock implements LoopClock {
  /** Nobody ever notifies it: a wait on it always ends by its time-out. */
  readonly #never = new Int32Array(new SharedArrayBuffer(4));

  nowMs(): number {
    return performance.now();
  }

  after(ms: number, callback: () => void): () => void {
    if (ms <= 0) {
      const turn = setImmediate(callback);
      return () => clearImmediate(turn);
    }
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  }

  block(ms: number): void {
    Atomics.wait(this.#never, 0, 0, ms);
  }
}
