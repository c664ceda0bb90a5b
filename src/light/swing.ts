/** Dots that swing from end to end of a zone, and the trails they leave. */
import type { Gradient } from './gradient.ts';
import { paintOver } from './pixels.ts';

const QUARTER = 16_384;

/**
 * A dot with its trail on its way from end to end. Times are in 65,536ths of its period.
 * @param at how far into its period it is.
 * @param trail how long its trail glows, at most half a period.
 * @param color the dot's, 0 to 65,535.
 * @param colorPace how much that changes in a unit of time: the trail keeps the colours of before.
 */
export function drawSwing(
  pixels: Uint16Array,
  length: number,
  gradient: Gradient,
  at: number,
  trail: number,
  color: number,
  colorPace: number,
): void {
  const reach = Math.max(1, length - 1) / 2;
  const head = reach * (1 + swing(at));
  const end = reach * (1 + swing(at - trail));
  const turnedAbove = ((at - QUARTER) & 65_535) < trail;
  const turnedBelow = ((at + QUARTER) & 65_535) < trail;
  const first = turnedBelow ? 0 : Math.max(0, Math.ceil(Math.min(head - 1, end)));
  const last = turnedAbove ? length - 1 : Math.min(length - 1, Math.floor(Math.max(head + 1, end)));
  for (let led = first, to = first * 3; led <= last; led += 1, to += 3) {
    const age = sincePassed(led / reach - 1, at);
    const left = 1 - age / trail;
    if (left > 0) paintOver(gradient, (color - age * colorPace) & 65_535, left * left, pixels, to);
    const near = 1 - Math.abs(led - head);
    if (near > 0) paintOver(gradient, color, near, pixels, to);
  }
}

/** Where the dot is, -1 to 1: a sine made of two parabolas, which can be turned round exactly. */
function swing(at: number): number {
  const turned = at & 65_535;
  const quarters = (turned & 32_767) / QUARTER;
  return turned < 32_768 ? quarters * (2 - quarters) : -quarters * (2 - quarters);
}

/** Time since the dot was last at a place, -1 to 1, on its way up or down. */
function sincePassed(place: number, at: number): number {
  const quarters = 1 - Math.sqrt(1 - Math.abs(place));
  const up = QUARTER * (place < 0 ? -quarters : quarters);
  return Math.min((at - up) & 65_535, (at - 2 * QUARTER + up) & 65_535);
}
