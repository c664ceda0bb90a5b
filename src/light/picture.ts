/**
 * One picture of a zone: an effect at work, or a still copy of what was shown. Its arrays are made once; it becomes
 * another picture in place.
 */
import type { ZoneTarget } from '../model/state.ts';
import { EffectRun } from './effect-run.ts';
import type { Library } from './library.ts';
import { between, toLight } from './linear.ts';
import { shownColor } from './shown-color.ts';

export class Picture {
  /** r, g, b of each LED of the zone, linear light; true once drawn. */
  readonly pixels: Uint16Array;
  /** w of all LEDs alike: only solid colours have one. */
  white = 0;
  readonly #run: EffectRun;
  #reverse = false;
  #mirror = false;
  /** Whether the pixels are final: a still picture is drawn once. */
  #done = true;
  #frozen = true;

  /** @param length LEDs of the zone. */
  constructor(length: number, seed: number) {
    this.pixels = new Uint16Array(length * 3);
    this.#run = new EffectRun(seed);
  }

  get animated(): boolean {
    return !this.#frozen && this.#run.effect.animated;
  }

  /** @param kin the picture shown until now, which may be this one: the same effect goes on from where it is there. */
  become(target: ZoneTarget, nowMs: number, kin: Picture | null, library: Library): void {
    kin?.draw(nowMs);
    const length = this.pixels.length / 3;
    this.#run.start(target, target.mirror ? Math.ceil(length / 2) : length, nowMs, kin === null || kin.#frozen ? null : kin.#run, library);
    this.#reverse = target.reverse;
    this.#mirror = target.mirror;
    this.#frozen = false;
    this.white = this.animated ? 0 : toLight(shownColor(target).w ?? 0);
    this.#done = false;
  }

  /** Becomes a still copy of these pixels. */
  freeze(pixels: Uint16Array, white: number): void {
    this.pixels.set(pixels);
    this.white = white;
    this.#frozen = true;
    this.#done = true;
  }

  setSpeed(speed: number, nowMs: number): void {
    this.#run.setSpeed(speed, nowMs);
  }

  draw(nowMs: number): void {
    if (this.#done) return;
    this.#run.draw(this.pixels, nowMs);
    this.#done = !this.animated;
    if (this.#reverse) reverse(this.pixels, this.#run.length);
    if (this.#mirror) mirror(this.pixels, this.#run.length);
  }
}

/** Turns the first `length` pixels round. */
function reverse(pixels: Uint16Array, length: number): void {
  for (let low = 0, high = length * 3 - 3; low < high; low += 3, high -= 3) {
    for (let component = 0; component < 3; component += 1) {
      const kept = pixels[low + component] ?? 0;
      pixels[low + component] = pixels[high + component] ?? 0;
      pixels[high + component] = kept;
    }
  }
}

/** Copies the first `length` pixels, half of them all, to the other end, the other way round. */
function mirror(pixels: Uint16Array, length: number): void {
  for (let from = 0, to = pixels.length - 3; from < length * 3; from += 3, to -= 3) {
    pixels[to] = pixels[from] ?? 0;
    pixels[to + 1] = pixels[from + 1] ?? 0;
    pixels[to + 2] = pixels[from + 2] ?? 0;
  }
}

/** Writes the cross-fade of two pictures into `mixed`. @param share 0 to `ALL_SECOND`: none to all of the second. */
export function blend(mixed: Uint16Array, first: Uint16Array, second: Uint16Array, share: number): void {
  for (let at = 0; at < mixed.length; at += 1) mixed[at] = between(first[at] ?? 0, second[at] ?? 0, share);
}
