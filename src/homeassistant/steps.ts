/** Does one thing after another, each when the one before has had its time. */
import type { Timing } from '../base/newest.ts';

export class Steps {
  readonly #timing: Timing;
  readonly #apartMs: number;
  #cancelNext: (() => void) | null = null;

  constructor(timing: Timing, apartMs: number) {
    this.#timing = timing;
    this.#apartMs = apartMs;
  }

  /** Something is still to come. */
  get isBusy(): boolean {
    return this.#cancelNext !== null;
  }

  /** The first at once. What was still to come of others does not. */
  run([step, ...rest]: readonly (() => void)[]): void {
    this.cancel();
    if (step === undefined) return;
    if (rest.length > 0) this.#cancelNext = this.#timing.after(this.#apartMs, () => this.run(rest));
    step();
  }

  cancel(): void {
    this.#cancelNext?.();
    this.#cancelNext = null;
  }
}
