/** Noise: a smooth field of chance that drifts and changes, its heights seen as palette colours. Intensity is how fine it is. */
import { paint } from '../gradient.ts';
import { mix } from '../hash.ts';
import { addNoise } from '../noise.ts';
import { fill } from '../pixels.ts';
import { phase } from '../waves.ts';
import { type Effect, type EffectInput, parameters } from './effect.ts';

/** Milliseconds in which the field is another one. */
const CHANGE_MS = 3000;
/** Milliseconds in which it drifts by one LED. */
const DRIFT_MS = 350;
/** Milliseconds in which every place has gone once round the palette. */
const ROUND_MS = 40_000;
const COARSEST_LEDS = 48;
const FINEST_LEDS = 4;
/** How much of the palette the large patches and the small ones span. */
const LARGE = 65_000;
const SMALL = 22_000;

export const noise: Effect = {
  declaration: {
    id: 'noise',
    name: 'Noise',
    aliases: ['Perlin', 'Noise 16', 'Fill Noise', 'Noise Pal'],
    parameters: parameters(
      'a patch changes its colour in 3 s at 128',
      'how fine it is: patches of 48 LEDs at 0, of 13 at 128, of 4 at 255; never larger than four thirds of the zone',
      'up to three, for the palettes that are made of them',
    ),
  },
  animated: true,
  ownPalette: 'party',
  ring: true,
  stateSize: () => 0,
  draw,
};

function draw(pixels: Uint16Array, { timeMs, seed, length, intensity, gradient }: EffectInput): void {
  const share = intensity / 255;
  const fineness = 1 / COARSEST_LEDS + share * share * (1 / FINEST_LEDS - 1 / COARSEST_LEDS);
  const stride = Math.min(1 / FINEST_LEDS, Math.max(fineness, 0.75 / length));
  const drift = (timeMs * stride) / DRIFT_MS;
  const round = phase(timeMs, ROUND_MS);
  fill(pixels, length, round, 0, 0);
  addNoise(pixels, 0, length, mix(seed ^ 1), -drift, stride, timeMs / CHANGE_MS, LARGE);
  addNoise(pixels, 0, length, mix(seed ^ 2), drift, stride * 2.3, (1.7 * timeMs) / CHANGE_MS, SMALL); // against it
  for (let at = 0, end = length * 3; at < end; at += 3) paint(gradient, pixels[at] ?? 0, pixels, at);
}
