/** Copies of what is shown for whoever watches: at most so many a second, only while it changes, the last picture always. */

import type { StripFrame } from '../light/stage.ts';
import type { LoopClock } from './loop-clock.ts';
import type { PreviewStrip } from './messages.ts';

export class PreviewFeed {
  readonly #clock: LoopClock;
  readonly #post: (strips: readonly PreviewStrip[]) => void;
  #frames: readonly StripFrame[] = [];
  #everyMs = 0;
  #sentMs = Number.NEGATIVE_INFINITY;
  #pending = false;
  /** Whether the buffers hold a frame: those of a new layout are black until it is drawn. */
  #drawn = false;
  #cancel: () => void = () => undefined;
  readonly #onTimer = () => this.#send();

  constructor(clock: LoopClock, post: (strips: readonly PreviewStrip[]) => void) {
    this.#clock = clock;
    this.#post = post;
  }

  bind(frames: readonly StripFrame[]): void {
    this.#frames = frames;
    this.#drawn = false;
    this.#rest();
  }

  /** @param fps 0 ends it. The present picture comes at once, or when it is time for the next one: asking often costs no more. */
  request(fps: number): void {
    this.stop();
    if (fps <= 0) return;
    this.#everyMs = 1000 / fps;
    if (this.#drawn) this.#offer();
  }

  /** A new frame is in the buffers. */
  changed(): void {
    this.#drawn = true;
    this.#offer();
  }

  stop(): void {
    this.#rest();
    this.#everyMs = 0;
  }

  #offer(): void {
    if (this.#everyMs === 0 || this.#pending) return;
    const restMs = this.#sentMs + this.#everyMs - this.#clock.nowMs();
    if (restMs <= 0) {
      this.#send();
      return;
    }
    this.#pending = true;
    this.#cancel = this.#clock.after(Math.ceil(restMs), this.#onTimer);
  }

  #rest(): void {
    this.#cancel();
    this.#pending = false;
  }

  #send(): void {
    this.#pending = false;
    this.#sentMs = this.#clock.nowMs();
    this.#post(this.#frames.map((frame) => ({ id: frame.id, rgb: frame.preview() })));
  }
}
