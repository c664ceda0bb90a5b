/**
 * Random Colors: the whole zone goes from one chance colour of the palette to another, clearly another one. Intensity
 * is how long it takes to cross over.
 */
import { paint } from '../gradient.ts';
import { mix } from '../hash.ts';
import { fill, paintOver } from '../pixels.ts';
import { type Effect, type EffectInput, parameters } from './effect.ts';

/** Milliseconds from one colour to the next. */
const PERIOD_MS = 4000;
/** How far a colour may be from the one farthest from its neighbours; less than the quarter palette that this one is away. */
const SCATTER = 12_288;

export const randomColors: Effect = {
  declaration: {
    id: 'random-colors',
    name: 'Random Colors',
    aliases: ['Random', 'Random Color'],
    parameters: parameters(
      'another colour every 4 s at 128',
      'how long it takes to cross over: no time at 0, half of it at 128, all of it at 255',
      'up to three, for the palettes that are made of them',
    ),
  },
  animated: true,
  ownPalette: 'rainbow',
  ring: false,
  stateSize: () => 0,
  draw,
};

function draw(pixels: Uint16Array, { timeMs, seed, length, intensity, gradient }: EffectInput): void {
  const sinceMs = timeMs % PERIOD_MS;
  const number = Math.round((timeMs - sinceMs) / PERIOD_MS);
  const crossing = intensity / 255;
  const left = 1 - sinceMs / PERIOD_MS; // stands first, crosses over then
  const way = left < crossing ? 1 - left / crossing : 0;
  paint(gradient, position(seed, number), pixels, 0);
  paintOver(gradient, position(seed, number + 1), way * way * (3 - 2 * way), pixels, 0);
  fill(pixels, length, pixels[0] ?? 0, pixels[1] ?? 0, pixels[2] ?? 0);
}

/** Even colours are all chance; odd ones lie in the wider gap between those before and after, and so away from both. */
function position(seed: number, number: number): number {
  if ((number & 1) === 0) return chance(seed, number) & 65_535;
  const before = chance(seed, number - 1) & 65_535;
  const gap = (chance(seed, number + 1) - before) & 65_535;
  const middle = gap < 32_768 ? before + ((gap + 65_536) >> 1) : before + (gap >> 1);
  return (middle + (((chance(seed, number) & 65_535) * SCATTER) >>> 16) - SCATTER / 2) & 65_535;
}

function chance(seed: number, number: number): number {
  return mix(seed ^ mix(number));
}
