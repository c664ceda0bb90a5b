/**
 * A palette as effects read it: 256 steps of linear light and the end of the last one, so that any position between
 * two entries can be taken without wrapping.
 */
import { toLight } from './linear.ts';

const GRADIENT_STEPS = 256;

/** r, g, b of `GRADIENT_STEPS + 1` positions, linear light. */
export type Gradient = Uint16Array;

export interface Stop {
  /** 0 to 1, rising. */
  readonly at: number;
  /** r, g, b as sent, 0 to 255. */
  readonly color: readonly [number, number, number];
}

export function createGradient(): Gradient {
  return new Uint16Array((GRADIENT_STEPS + 1) * 3);
}

/**
 * Fills a gradient from its stops, at least one. Between stops it runs straight in the values as sent, as a designer
 * saw it on a monitor, and each step is turned to light after that.
 * @param ring whether its end must meet its beginning: one that does not is then run forth and back.
 */
export function fillGradient(gradient: Gradient, stops: readonly Stop[], ring: boolean): void {
  const folds = ring && !meets(stops);
  for (let step = 0; step <= GRADIENT_STEPS; step += 1) {
    const along = step / GRADIENT_STEPS;
    const position = folds ? 1 - Math.abs(1 - 2 * along) : along;
    for (let component = 0; component < 3; component += 1) {
      gradient[step * 3 + component] = toLight(valueAt(stops, position, component));
    }
  }
}

/** Whether all of it is one colour. */
export function ofOneColor(gradient: Gradient): boolean {
  for (let at = 3; at < gradient.length; at += 1) if (gradient[at] !== gradient[at - 3]) return false;
  return true;
}

/**
 * Writes the colour at a position into a pixel.
 * @param position 0 to 65,535.
 * @param to index of the pixel's red.
 */
export function paint(gradient: Gradient, position: number, pixels: Uint16Array, to: number): void {
  const entry = (position >>> 8) * 3;
  const share = position & 255;
  const red = gradient[entry] ?? 0;
  const green = gradient[entry + 1] ?? 0;
  const blue = gradient[entry + 2] ?? 0;
  pixels[to] = red + (Math.imul((gradient[entry + 3] ?? 0) - red, share) >> 8);
  pixels[to + 1] = green + (Math.imul((gradient[entry + 4] ?? 0) - green, share) >> 8);
  pixels[to + 2] = blue + (Math.imul((gradient[entry + 5] ?? 0) - blue, share) >> 8);
}

function meets(stops: readonly Stop[]): boolean {
  return [0, 1, 2].every((component) => valueAt(stops, 0, component) === valueAt(stops, 1, component));
}

/** Two stops at one place make an edge: the later one counts from there on. */
function valueAt(stops: readonly Stop[], position: number, component: number): number {
  let before = stops[0];
  for (const stop of stops) {
    if (stop.at > position) {
      const from = before?.color[component] ?? 0;
      const start = Math.min(before?.at ?? 0, stop.at);
      return stop === before ? from : from + (((stop.color[component] ?? 0) - from) * (position - start)) / (stop.at - start);
    }
    before = stop;
  }
  return before?.color[component] ?? 0;
}
