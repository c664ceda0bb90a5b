/** When a renderer that ended by itself is started again: soon at first, then ever later, until one runs for a while. */
const FIRST_RESTART_MS = 200;
const LONGEST_RESTART_MS = 10_000;
/** A renderer that ran this long has earned a quick restart. */
const STABLE_MS = 10_000;

export class RestartPace {
  #launchedMs = 0;
  #nextMs = FIRST_RESTART_MS;

  launched(): void {
    this.#launchedMs = performance.now();
  }

  /** It ended. @returns how long it lived, and in how many milliseconds the next one starts. */
  ended(): { readonly livedMs: number; readonly retryMs: number } {
    const livedMs = performance.now() - this.#launchedMs;
    const retryMs = livedMs >= STABLE_MS ? FIRST_RESTART_MS : this.#nextMs;
    this.#nextMs = Math.min(retryMs * 2, LONGEST_RESTART_MS);
    return { livedMs, retryMs };
  }
}
