/** A strip that this process must not drive: it fails with the reason, and stays dark. */
import type { Output } from './output.ts';
import type { LastingOutputError } from './output-error.ts';

export class RefusedOutput implements Output {
  readonly strips: readonly string[];
  readonly wireMs = 0;
  readonly gapMs = 0;
  readonly refreshMs = 0;
  readonly settleMs = 0;
  readonly #fault: LastingOutputError;

  constructor(strip: string, fault: LastingOutputError) {
    this.strips = [strip];
    this.#fault = fault;
  }

  async open(): Promise<void> {
    throw this.#fault;
  }

  send(): void {}

  async close(): Promise<void> {}
}
