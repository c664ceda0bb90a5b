/**
 * The linear light of all LEDs of all strips, one after the other, and where each zone's LEDs are among them. Zones are
 * drawn onto it in the layout's order; the strips' outputs read it.
 */
import type { RenderLayout, ZoneLayout } from '../model/strip-layout.ts';
import { between, FULL_LIGHT } from './linear.ts';

export interface Canvas {
  /** r, g, b of every LED. */
  readonly light: Uint16Array;
  /** w of every LED; empty where no strip has white. */
  readonly white: Uint16Array;
}

export function createCanvas(layout: RenderLayout): Canvas {
  const leds = layout.strips.reduce((sum, strip) => sum + strip.length, 0);
  const white = layout.strips.some((strip) => strip.order.includes('W'));
  return { light: new Uint16Array(leds * 3), white: new Uint16Array(white ? leds : 0) };
}

/** The first LED of each strip on the canvas. */
export function stripStarts(layout: RenderLayout): number[] {
  let next = 0;
  return layout.strips.map((strip) => {
    const first = next;
    next += strip.length;
    return first;
  });
}

/** For each LED of the zone, in the order in which the zone walks them, its number on the canvas. */
export function placeZone(zone: ZoneLayout, starts: readonly number[]): Uint32Array {
  const places = new Uint32Array(zone.length);
  let next = 0;
  for (const segment of zone.segments) {
    const first = (starts[segment.strip] ?? 0) + segment.first;
    for (let step = 0; step < segment.length; step += 1) {
      places[next] = segment.reverse ? first + segment.length - 1 - step : first + step;
      next += 1;
    }
  }
  return places;
}

/** A share of one, as `Math.imul(light, share) >>> 16` takes it: 65,536 leaves the light as it is, exactly. */
export const WHOLE = 65_536;

/**
 * Draws a zone's pixels over what is there.
 * @param scale 0 to 65,536: the zone's brightness.
 * @param presence 0 to 65,536: how much of what lies beneath is covered; less than whole only while a zone turns on or off.
 */
export function place(canvas: Canvas, places: Uint32Array, pixels: Uint16Array, white: number, scale: number, presence: number): void {
  if (presence < WHOLE) add(canvas, places, pixels, white, scale, WHOLE - presence);
  else replace(canvas, places, pixels, white, scale);
}

function replace(canvas: Canvas, places: Uint32Array, pixels: Uint16Array, white: number, scale: number): void {
  const { light } = canvas;
  const count = places.length;
  for (let led = 0, from = 0; led < count; led += 1, from += 3) {
    const to = (places[led] ?? 0) * 3;
    light[to] = part(pixels[from] ?? 0, scale);
    light[to + 1] = part(pixels[from + 1] ?? 0, scale);
    light[to + 2] = part(pixels[from + 2] ?? 0, scale);
  }
  replaceWhite(canvas, places, white, scale);
}

/**
 * The same as `blend` and `place` of a zone that is wholly there, in one walk: most frames of a transition.
 * @param share 0 to `ALL_SECOND` of the second picture. @param white of both pictures, blended already.
 */
export function placeBlend(
  canvas: Canvas,
  places: Uint32Array,
  first: Uint16Array,
  second: Uint16Array,
  share: number,
  white: number,
  scale: number,
): void {
  const { light } = canvas;
  const count = places.length;
  for (let led = 0, from = 0; led < count; led += 1, from += 3) {
    const to = (places[led] ?? 0) * 3;
    light[to] = part(between(first[from] ?? 0, second[from] ?? 0, share), scale);
    light[to + 1] = part(between(first[from + 1] ?? 0, second[from + 1] ?? 0, share), scale);
    light[to + 2] = part(between(first[from + 2] ?? 0, second[from + 2] ?? 0, share), scale);
  }
  replaceWhite(canvas, places, white, scale);
}

function replaceWhite(canvas: Canvas, places: Uint32Array, white: number, scale: number): void {
  if (canvas.white.length === 0) return;
  const dimmed = part(white, scale);
  for (let led = 0; led < places.length; led += 1) canvas.white[places[led] ?? 0] = dimmed;
}

function add(canvas: Canvas, places: Uint32Array, pixels: Uint16Array, white: number, scale: number, beneath: number): void {
  const { light } = canvas;
  for (let led = 0, from = 0; led < places.length; led += 1) {
    const place = places[led] ?? 0;
    if (canvas.white.length > 0) canvas.white[place] = Math.min(FULL_LIGHT, part(canvas.white[place] ?? 0, beneath) + part(white, scale));
    for (let to = place * 3, end = to + 3; to < end; to += 1, from += 1) {
      light[to] = Math.min(FULL_LIGHT, part(light[to] ?? 0, beneath) + part(pixels[from] ?? 0, scale));
    }
  }
}

/** Rounded; the product stays below 2^32. */
function part(light: number, share: number): number {
  return (Math.imul(light, share) + 32_768) >>> 16;
}
