/**
 * What one zone shows: its picture, the one it fades from, its brightness, and an overlay. The target jumps; this
 * follows.
 *
 * Pictures cross-fade in linear light, as two lamps would. Brightness moves evenly to the eye: in values as sent,
 * turned to light afterwards. The two are apart, so a knob's brightness does not disturb a running colour fade. A
 * picture that is replaced while it fades in itself leaves a still copy of what is shown, and the new one fades in over
 * that: nothing jumps, at the price that the two older ones stop moving.
 *
 * A zone that turns on from dark has nothing to fade from: it shows its picture at once, at rising brightness. One that
 * turns off keeps its picture and sinks. Meanwhile zones beneath show through as far as it is not there.
 */
import type { Components } from '../model/color.ts';
import type { ZoneTarget } from '../model/state.ts';
import type { Overlay, TargetChange } from '../model/target-change.ts';
import { type Canvas, place, placeBlend, WHOLE } from './canvas.ts';
import { solid } from './effects/solid.ts';
import { seedOf } from './hash.ts';
import type { Library } from './library.ts';
import { ALL_SECOND, FULL_LIGHT, toLight } from './linear.ts';
import { Blinking } from './overlay.ts';
import { blend, Picture } from './picture.ts';
import { fill } from './pixels.ts';
import { Ramp } from './ramp.ts';
import { shownColor, shownColors } from './shown-color.ts';

const FULL_LEVEL = 255;
const WHITE: Components = { r: FULL_LEVEL, g: FULL_LEVEL, b: FULL_LEVEL };

export class ZoneShow {
  readonly length: number;
  /** LEDs of the canvas, in the zone's order. */
  #places: Uint32Array;
  #target: ZoneTarget | null = null;
  /** The target's: what a flash shows. */
  #color = WHITE;
  /** The target that `#picture` was made of: what a zone that is off would go on with. */
  #pictured: ZoneTarget | null = null;
  #picture: Picture;
  #before: Picture;
  #mixed: Uint16Array;
  /** 0 the picture before, 1 the picture. */
  #fade = new Ramp(1);
  /** 0 to 255, as sent. */
  #level = new Ramp(0);
  /** 0 off, 1 on. */
  #presence = new Ramp(0);
  #overlay: Blinking | null = null;
  #library: Library;

  constructor(id: string, places: Uint32Array, library: Library) {
    this.length = places.length;
    this.#library = library;
    this.#places = places;
    const seed = seedOf(id);
    this.#picture = new Picture(this.length, seed);
    this.#before = new Picture(this.length, seed);
    this.#mixed = new Uint16Array(this.length * 3);
  }

  /** What the zone shall show; null before it was told. */
  get target(): ZoneTarget | null {
    return this.#target;
  }

  moveTo(places: Uint32Array): void {
    this.#places = places;
  }

  /** Takes other effects and palettes. A picture that they change is made anew at once; its effect goes on from where it is. */
  renew(library: Library, nowMs: number): void {
    const before = this.#library;
    this.#library = library;
    if (this.#pictured === null || library.showsAs(before, this.#pictured)) return;
    this.#picture.become(this.#pictured, nowMs, this.#picture, library);
    this.#fade.start(0, 1, nowMs, 0);
  }

  /**
   * Sends each of picture and brightness to what the change asks for, where it asks for something new; the other goes
   * on as it was. `transitionMs` 0 ends both at once.
   */
  show({ target, transitionMs }: TargetChange, nowMs: number): void {
    const level = target.state === 'ON' ? target.brightness : 0;
    if (target.state === 'ON') this.#showPicture(target, nowMs, transitionMs);
    if (level !== this.#level.goal || transitionMs === 0) {
      this.#level.go(level, nowMs, transitionMs);
      this.#presence.go(level > 0 ? 1 : 0, nowMs, transitionMs);
    }
    this.#target = target;
    this.#color = shownColor(target);
  }

  blink(overlay: Overlay, nowMs: number): void {
    this.#overlay = new Blinking(overlay, nowMs);
  }

  /** Whether a frame after this moment would differ. */
  moving(nowMs: number): boolean {
    if (this.#overlay?.running(nowMs) === true) return true;
    if (!this.#level.settled(nowMs)) return true;
    return this.#level.goal > 0 && (this.#picture.animated || !this.#fade.settled(nowMs));
  }

  /** @param leastLight the least light that a full component is dimmed to while the zone is not off. */
  draw(canvas: Canvas, nowMs: number, leastLight: number): void {
    if (this.#overlay !== null && this.#drawOverlay(this.#overlay, canvas, nowMs, leastLight)) return;
    const level = this.#level.at(nowMs);
    if (level <= 0) return;
    const scale = scaleOf(level, leastLight);
    const presence = share(this.#presence.at(nowMs));
    this.#picture.draw(nowMs);
    if (this.#fade.settled(nowMs)) {
      place(canvas, this.#places, this.#picture.pixels, this.#picture.white, scale, presence);
    } else if (presence < WHOLE) {
      place(canvas, this.#places, this.#mixed, this.#mix(nowMs), scale, presence);
    } else {
      this.#before.draw(nowMs);
      const share = this.#newShare(nowMs);
      placeBlend(canvas, this.#places, this.#before.pixels, this.#picture.pixels, share, this.#mixedWhite(nowMs), scale);
    }
  }

  #showPicture(target: ZoneTarget, nowMs: number, transitionMs: number): void {
    const dark = this.#level.at(nowMs) <= 0;
    if (!dark && this.#pictured !== null && this.#alike(this.#pictured, target)) {
      if (this.#pictured.speed !== target.speed) this.#picture.setSpeed(target.speed, nowMs);
      if (transitionMs === 0) this.#fade.start(0, 1, nowMs, 0);
    } else {
      this.#replacePicture(target, nowMs, dark ? 0 : transitionMs);
    }
    this.#pictured = target;
  }

  /** Whether two targets show the same picture: speed, brightness and power are not part of it. */
  #alike(a: ZoneTarget, b: ZoneTarget): boolean {
    return JSON.stringify(pictureOf(a, this.#library)) === JSON.stringify(pictureOf(b, this.#library));
  }

  #replacePicture(target: ZoneTarget, nowMs: number, transitionMs: number): void {
    const shown = this.#picture;
    if (transitionMs > 0) {
      if (this.#fade.settled(nowMs)) {
        this.#picture = this.#before;
        this.#before = shown;
      } else {
        shown.draw(nowMs);
        const white = this.#mix(nowMs);
        this.#before.freeze(this.#mixed, white);
      }
    }
    this.#picture.become(target, nowMs, this.#level.at(nowMs) > 0 ? shown : null, this.#library);
    this.#fade.start(0, 1, nowMs, transitionMs);
  }

  /** Blends the two pictures into `#mixed`, the new one drawn already. @returns the white. */
  #mix(nowMs: number): number {
    this.#before.draw(nowMs);
    blend(this.#mixed, this.#before.pixels, this.#picture.pixels, this.#newShare(nowMs));
    return this.#mixedWhite(nowMs);
  }

  /** How much of a blend is the new picture, as `blend` takes it. */
  #newShare(nowMs: number): number {
    return Math.round(this.#fade.at(nowMs) * ALL_SECOND);
  }

  #mixedWhite(nowMs: number): number {
    return Math.round(this.#before.white + (this.#picture.white - this.#before.white) * this.#fade.at(nowMs));
  }

  /** @returns whether it was still running. An overlay is seen on a zone that is off, too. */
  #drawOverlay(overlay: Blinking, canvas: Canvas, nowMs: number, leastLight: number): boolean {
    if (!overlay.running(nowMs)) {
      this.#overlay = null;
      return false;
    }
    const color = overlay.kind === 'flash' ? this.#color : WHITE;
    const level = overlay.kind === 'flash' ? (this.#target?.brightness ?? FULL_LEVEL) : FULL_LEVEL;
    fill(this.#mixed, this.length, toLight(color.r), toLight(color.g), toLight(color.b));
    const scale = overlay.lit(nowMs) ? scaleOf(level, leastLight) : 0;
    place(canvas, this.#places, this.#mixed, toLight(color.w ?? 0), scale, WHOLE);
    return true;
  }
}

function share(fraction: number): number {
  return Math.round(fraction * WHOLE);
}

/** @param level above 0, to 255. */
function scaleOf(level: number, leastLight: number): number {
  return share(Math.max(leastLight, toLight(level)) / FULL_LIGHT);
}

function pictureOf(target: ZoneTarget, library: Library): unknown[] {
  const { effect, palette, intensity, reverse, mirror } = target;
  return library.effectOf(effect) === solid ? [shownColor(target)] : [effect, palette, intensity, shownColors(target), reverse, mirror];
}
