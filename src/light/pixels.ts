/**
 * What effects do to pixels, r, g, b of linear light each: fill them, lay a colour over one, add light to one. `to` is
 * the index of a pixel's red, a component of light is 0 to 65,535, a share 0 to 1.
 */
import type { Gradient } from './gradient.ts';
import { FULL_LIGHT } from './linear.ts';

/** Fills the first `length` pixels. */
export function fill(pixels: Uint16Array, length: number, red: number, green: number, blue: number): void {
  for (let to = 0, end = length * 3; to < end; to += 3) {
    pixels[to] = red;
    pixels[to + 1] = green;
    pixels[to + 2] = blue;
  }
}

/** Fills the first `length` pixels with the second colour, which is black where there is none. */
export function fillBackground(pixels: Uint16Array, length: number, colors: Uint16Array): void {
  fill(pixels, length, colors[3] ?? 0, colors[4] ?? 0, colors[5] ?? 0);
}

/** Lays a colour over a pixel: nothing of it at share 0, nothing else at 1. */
export function lay(pixels: Uint16Array, to: number, red: number, green: number, blue: number, share: number): void {
  const r = pixels[to] ?? 0;
  const g = pixels[to + 1] ?? 0;
  const b = pixels[to + 2] ?? 0;
  pixels[to] = r + (red - r) * share;
  pixels[to + 1] = g + (green - g) * share;
  pixels[to + 2] = b + (blue - b) * share;
}

/** Lays a palette's colour over a pixel. @param position 0 to 65,535, whole. */
export function paintOver(gradient: Gradient, position: number, share: number, pixels: Uint16Array, to: number): void {
  const entry = (position >>> 8) * 3;
  const part = (position & 255) / 256;
  const red = gradient[entry] ?? 0;
  const green = gradient[entry + 1] ?? 0;
  const blue = gradient[entry + 2] ?? 0;
  lay(
    pixels,
    to,
    red + ((gradient[entry + 3] ?? 0) - red) * part,
    green + ((gradient[entry + 4] ?? 0) - green) * part,
    blue + ((gradient[entry + 5] ?? 0) - blue) * part,
    share,
  );
}

/** Adds light to a pixel, up to full. */
export function addLight(pixels: Uint16Array, to: number, red: number, green: number, blue: number, share: number): void {
  pixels[to] = Math.min(FULL_LIGHT, (pixels[to] ?? 0) + red * share);
  pixels[to + 1] = Math.min(FULL_LIGHT, (pixels[to + 1] ?? 0) + green * share);
  pixels[to + 2] = Math.min(FULL_LIGHT, (pixels[to + 2] ?? 0) + blue * share);
}

/** Adds a palette's colour to a pixel, up to full. @param position 0 to 65,535, whole. */
export function paintAdd(gradient: Gradient, position: number, share: number, pixels: Uint16Array, to: number): void {
  const entry = (position >>> 8) * 3;
  const part = (position & 255) / 256;
  const red = gradient[entry] ?? 0;
  const green = gradient[entry + 1] ?? 0;
  const blue = gradient[entry + 2] ?? 0;
  addLight(
    pixels,
    to,
    red + ((gradient[entry + 3] ?? 0) - red) * part,
    green + ((gradient[entry + 4] ?? 0) - green) * part,
    blue + ((gradient[entry + 5] ?? 0) - blue) * part,
    share,
  );
}
