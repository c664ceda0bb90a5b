/** An effect at work: its clock, and the parameters and state that it is given. Made once for a picture, then reused. */
import type { Components } from '../model/color.ts';
import type { ZoneTarget } from '../model/state.ts';
import type { Effect, EffectInput, EffectState } from './effects/effect.ts';
import { solid } from './effects/solid.ts';
import { createGradient, fillGradient } from './gradient.ts';
import type { Library } from './library.ts';
import { toLight } from './linear.ts';
import { shownColor, shownColors } from './shown-color.ts';

export class EffectRun implements EffectInput {
  effect: Effect = solid;
  timeMs = 0;
  readonly seed: number;
  length = 1;
  intensity = 0;
  readonly gradient = createGradient();
  readonly colors = new Uint16Array(9);
  state: EffectState = { cells: new Uint16Array(0), step: 0 };
  /** The clock showed `#clockMs` at `#sinceMs` and runs `#pace` times as fast as time. */
  #clockMs = 0;
  #sinceMs = 0;
  #pace = 1;

  constructor(seed: number) {
    this.seed = seed;
  }

  /**
   * @param length pixels that the effect fills.
   * @param kin the run shown until now, which may be this one: where it is the same effect, this one goes on from there.
   */
  start(target: ZoneTarget, length: number, nowMs: number, kin: EffectRun | null, library: Library): void {
    const effect = library.effectOf(target.effect);
    const before = kin?.effect === effect ? kin : null;
    this.#clockMs = before === null ? 0 : before.#clockAt(nowMs);
    this.#sinceMs = nowMs;
    this.#pace = pace(target.speed);
    this.effect = effect;
    this.length = length;
    this.intensity = target.intensity;
    const colors = effect === solid ? [shownColor(target)] : shownColors(target);
    this.#takeColors(colors);
    if (effect !== solid) fillGradient(this.gradient, library.paletteStops(target.palette, effect.ownPalette, colors), effect.ring);
    this.#takeState(before);
  }

  /** Changes the pace without a jump. */
  setSpeed(speed: number, nowMs: number): void {
    this.#clockMs = this.#clockAt(nowMs);
    this.#sinceMs = nowMs;
    this.#pace = pace(speed);
  }

  draw(pixels: Uint16Array, nowMs: number): void {
    this.timeMs = this.#clockAt(nowMs);
    this.effect.draw(pixels, this);
  }

  #clockAt(nowMs: number): number {
    return this.#clockMs + Math.max(0, nowMs - this.#sinceMs) * this.#pace;
  }

  #takeColors(colors: readonly Components[]): void {
    for (let index = 0; index < 3; index += 1) {
      this.colors[index * 3] = toLight(colors[index]?.r ?? 0);
      this.colors[index * 3 + 1] = toLight(colors[index]?.g ?? 0);
      this.colors[index * 3 + 2] = toLight(colors[index]?.b ?? 0);
    }
  }

  #takeState(before: EffectRun | null): void {
    const size = this.effect.stateSize(this.length);
    if (before !== null && before.state.cells.length === size) {
      if (before !== this) this.state = { cells: before.state.cells.slice(), step: before.state.step };
    } else {
      this.state = { cells: new Uint16Array(size), step: 0 };
    }
  }
}

/** How fast an effect's clock runs: 1 at 128, an eighth at 0, just under eight at 255; in whole 4096ths, so the same everywhere. */
function pace(speed: number): number {
  return Math.round(4096 * 8 ** ((speed - 128) / 128)) / 4096;
}
