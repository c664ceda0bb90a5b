/** Rainbow: the palette laid along the zone, moving. Intensity is how much of it is seen at once. */
import { paint } from '../gradient.ts';
import { phase } from '../waves.ts';
import { type Effect, type EffectInput, parameters } from './effect.ts';

/** Milliseconds for once round the palette. */
const PERIOD_MS = 8000;

export const rainbow: Effect = {
  declaration: {
    id: 'rainbow',
    name: 'Rainbow',
    aliases: ['Addressable Rainbow', 'Rainbow Cycle', 'Rainbow Swirl'],
    parameters: parameters(
      'one round in 8 s at 128',
      'how many rainbows stand on the zone: almost none at 0, one at 128, four at 255',
      'up to three, for the palettes that are made of them',
    ),
  },
  animated: true,
  ownPalette: 'rainbow',
  ring: true,
  stateSize: () => 0,
  draw,
};

function draw(pixels: Uint16Array, { timeMs, length, intensity, gradient }: EffectInput): void {
  const rounds = intensity <= 128 ? intensity / 128 : 1 + ((intensity - 128) * 3) / 127;
  const stride = (65_536 * rounds) / length;
  const start = 65_536 - phase(timeMs, PERIOD_MS);
  for (let led = 0, to = 0; led < length; led += 1, to += 3) paint(gradient, (start + led * stride) & 65_535, pixels, to);
}
