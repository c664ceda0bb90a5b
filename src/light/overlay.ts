/** Which part of its blinking an overlay is in: two blinks a second, lit first. */
import type { Overlay } from '../model/target-change.ts';

/** Milliseconds of one blink; the first half is lit, the second dark. */
const BLINK_MS = 500;

export class Blinking {
  readonly kind: Overlay['kind'];
  readonly #startMs: number;
  readonly #durationMs: number;

  constructor({ kind, durationMs }: Overlay, nowMs: number) {
    this.kind = kind;
    this.#startMs = nowMs;
    this.#durationMs = durationMs;
  }

  running(nowMs: number): boolean {
    return nowMs - this.#startMs < this.#durationMs;
  }

  lit(nowMs: number): boolean {
    return (nowMs - this.#startMs) % BLINK_MS < BLINK_MS / 2;
  }
}
