/**
 * Wipe: the zone fills with its colours from its beginning to its end, and is then wiped from the beginning again, to
 * the second colour or black. Intensity is how soft the edge is.
 */
import { paint } from '../gradient.ts';
import { fillBackground, paintOver } from '../pixels.ts';
import { phase } from '../waves.ts';
import { type Effect, type EffectInput, parameters } from './effect.ts';

/** Milliseconds to fill the zone and to wipe it. */
const PERIOD_MS = 5000;
/** LEDs of the softest edge, for each LED of the zone. */
const SOFTEST = 0.5;

export const wipe: Effect = {
  declaration: {
    id: 'wipe',
    name: 'Wipe',
    aliases: ['Color Wipe', 'Addressable Color Wipe'],
    parameters: parameters('filled and wiped in 5 s at 128', 'how soft its edge is: one LED at 0, half the zone at 255'),
  },
  animated: true,
  ownPalette: 'color-1',
  ring: false,
  stateSize: () => 0,
  draw,
};

function draw(pixels: Uint16Array, { timeMs, length, intensity, gradient, colors }: EffectInput): void {
  const at = phase(timeMs, PERIOD_MS);
  const filling = at < 32_768;
  const soft = intensity / 255;
  const edge = 1 + length * SOFTEST * soft * soft * soft;
  const front = ((at & 32_767) * (length - 1 + edge)) / 32_768;
  const steepness = 1 / edge;
  const stride = 65_536 / length;
  fillBackground(pixels, length, colors);
  for (let led = 0, to = 0; led < length; led += 1, to += 3) {
    const passed = (front - led) * steepness;
    const share = filling ? passed : 1 - passed;
    if (share >= 1) paint(gradient, Math.floor(led * stride), pixels, to);
    else if (share > 0) paintOver(gradient, Math.floor(led * stride), share * share, pixels, to); // squared: even to the eye
  }
}
