/**
 * Chase 3: bands of three colours run along the zone: the zone's first, second and third, or three of the palette.
 * Intensity is how wide the bands are.
 */
import type { Gradient } from '../gradient.ts';
import { paint } from '../gradient.ts';
import { lay } from '../pixels.ts';
import { phase } from '../waves.ts';
import { type Effect, type EffectInput, parameters } from './effect.ts';

/** Milliseconds until a band is where the one before it of its colour was. */
const PERIOD_MS = 2000;
const WIDEST_LEDS = 24;
/** Where the end of a gradient is. */
const END = 768;

export const chase3: Effect = {
  declaration: {
    id: 'chase-3',
    name: 'Chase 3',
    aliases: ['Tri Chase', 'Chase Tri', 'Tricolor Chase'],
    parameters: parameters(
      'the three colours go by in 2 s at 128',
      'how wide a band is: one LED at 0, 7 at 128, 24 at 255, and a third of the zone at most',
      'its three; black where there is none. A palette of more than one colour has three of its own',
    ),
  },
  animated: true,
  ownPalette: 'color-1',
  ring: false,
  stateSize: () => 9, // r, g, b of the three, worked out in every frame
  draw,
};

function draw(pixels: Uint16Array, { timeMs, length, intensity, gradient, colors, state }: EffectInput): void {
  const three = state.cells;
  takeThree(three, gradient, colors);
  const wanted = Math.round(1 + ((WIDEST_LEDS - 1) * intensity * intensity) / (255 * 255));
  const width = Math.max(1, Math.min(Math.floor(length / 3), wanted));
  const bands = 3 - (3 * phase(timeMs, PERIOD_MS)) / 65_536; // gone by where the zone begins
  let from = (Math.floor(bands) % 3) * 3;
  let left = width * (1 - (bands - Math.floor(bands))); // LEDs to the end of this band
  for (let led = 0, to = 0; led < length; led += 1, to += 3) {
    pixels[to] = three[from] ?? 0;
    pixels[to + 1] = three[from + 1] ?? 0;
    pixels[to + 2] = three[from + 2] ?? 0;
    left -= 1;
    if (left >= 0) continue;
    from = from === 6 ? 0 : from + 3; // the next band has its share of this LED
    lay(pixels, to, three[from] ?? 0, three[from + 1] ?? 0, three[from + 2] ?? 0, Math.min(1, -left));
    left += width;
  }
}

/** A palette whose end meets its beginning gives three at even distances, another one its ends and its middle. */
function takeThree(three: Uint16Array, gradient: Gradient, colors: Uint16Array): void {
  const closed = same(gradient, 0, END);
  const step = closed ? 21_845 : 32_767;
  for (let at = 0; at < 3; at += 1) paint(gradient, at * step, three, at * 3);
  if (!closed || !same(three, 0, 3) || !same(three, 0, 6)) return;
  for (let at = 3; at < 9; at += 1) three[at] = colors[at] ?? 0;
}

function same(list: Uint16Array, first: number, second: number): boolean {
  return list[first] === list[second] && list[first + 1] === list[second + 1] && list[first + 2] === list[second + 2];
}
