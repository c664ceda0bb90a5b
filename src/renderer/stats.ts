/** Counts what the loop does, and tells it: once a second while frames are made, on every change between moving and still, and when asked. */
import type { SupplyStatus } from '../light/supply.ts';
import type { FromRenderer, RendererStats } from './messages.ts';

const EVERY_MS = 1000;

export class StatsTeller {
  readonly #post: (message: FromRenderer) => void;
  #frames = 0;
  #overruns = 0;
  #worstLateMs = 0;
  #overrunToldMs = Number.NEGATIVE_INFINITY;
  #toldMs = Number.NEGATIVE_INFINITY;
  #toldMoving = false;
  #windowStartMs = 0;
  #windowFrames = 0;
  #fps = 0;

  constructor(post: (message: FromRenderer) => void) {
    this.#post = post;
  }

  /** Call after every frame. @returns whether `tell` is due. */
  frameMade(nowMs: number, moving: boolean): boolean {
    this.#frames += 1;
    this.#windowFrames += 1;
    const windowMs = nowMs - this.#windowStartMs;
    if (windowMs >= EVERY_MS) {
      this.#fps = (this.#windowFrames * 1000) / windowMs;
      this.#windowStartMs = nowMs;
      this.#windowFrames = 0;
    }
    return moving !== this.#toldMoving || nowMs - this.#toldMs >= EVERY_MS;
  }

  overrun(nowMs: number, lateMs: number, skipped: number): void {
    this.#overruns += skipped;
    this.#worstLateMs = Math.max(this.#worstLateMs, lateMs);
    if (nowMs - this.#overrunToldMs >= EVERY_MS) this.#tellOverrun(nowMs);
  }

  tell(nowMs: number, moving: boolean, beats: number, currentMa: number, supplies: readonly SupplyStatus[]): void {
    this.#toldMs = nowMs;
    this.#toldMoving = moving;
    if (this.#worstLateMs > 0 && nowMs - this.#overrunToldMs >= EVERY_MS) this.#tellOverrun(nowMs);
    const { fps, frames, overruns } = this.#counts();
    this.#post({
      kind: 'stats',
      stats: { fps: moving ? fps : 0, frames, overruns, currentMa, supplies: supplies.map(copy), moving, beats },
    });
  }

  #counts(): Pick<RendererStats, 'fps' | 'frames' | 'overruns'> {
    return { fps: Math.round(this.#fps * 10) / 10, frames: this.#frames, overruns: this.#overruns };
  }

  #tellOverrun(nowMs: number): void {
    this.#post({ kind: 'overrun', lateMs: this.#worstLateMs, overruns: this.#overruns });
    this.#worstLateMs = 0;
    this.#overrunToldMs = nowMs;
  }
}

/** Plain data: what the light keeps of a supply is an object of its own, which does not cross to another thread. */
function copy({ id, limitMa, currentMa, wantedMa, limiting }: SupplyStatus): SupplyStatus {
  return { id, limitMa, currentMa, wantedMa, limiting };
}
