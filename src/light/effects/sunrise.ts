/**
 * Sunrise: out of the dark through deep red and orange to warm white in ten minutes, and stays; another palette gives
 * its own course. Intensity is how much earlier the day breaks in the middle of the zone than at its ends.
 */
import { fillBackground, paintOver } from '../pixels.ts';
import { type Effect, type EffectInput, parameters } from './effect.ts';

/** Milliseconds until all the zone is at the palette's end. */
const RISE_MS = 600_000;
/** Where in the palette it begins: the first bit of one that starts black would be minutes of nothing. */
const FIRST = 11_000;

export const sunrise: Effect = {
  declaration: {
    id: 'sunrise',
    name: 'Sunrise',
    aliases: ['Wake Up', 'Dawn'],
    parameters: parameters(
      'full light after 10 minutes at 128',
      'how far the middle is ahead of the ends: not at all at 0, done at half time at 255',
      'up to three; the second is the night that it rises from, black where there is none',
    ),
  },
  animated: true,
  ownPalette: 'fire',
  ring: false,
  stateSize: () => 0,
  draw,
};

function draw(pixels: Uint16Array, { timeMs, length, intensity, gradient, colors }: EffectInput): void {
  const delay = intensity / 255; // of the ends, in the time that one place takes
  const risen = Math.min(1, timeMs / RISE_MS) * (1 + delay);
  const stride = 2 / length;
  fillBackground(pixels, length, colors);
  for (let led = 0, to = 0, off = stride / 2 - 1; led < length; led += 1, to += 3, off += stride) {
    const light = Math.max(0, Math.min(1, risen - delay * off * off));
    paintOver(gradient, Math.floor(FIRST + (65_535 - FIRST) * light), light, pixels, to);
  }
}
