/**
 * Colorloop: the whole zone in one colour that runs round the palette. Intensity below the middle makes it pale; above,
 * the zone's beginning is ahead of its end, and more of the palette is seen at once.
 */
import { paint } from '../gradient.ts';
import { FULL_LIGHT } from '../linear.ts';
import { fill, lay } from '../pixels.ts';
import { phase } from '../waves.ts';
import { type Effect, type EffectInput, parameters } from './effect.ts';

/** Milliseconds for once round the palette. */
const PERIOD_MS = 8000;
/** The intensity at which the zone is of one full colour. */
const PLAIN = 128;
/** How much white there is in the palest colour, as the eye sees it; its square, in light. */
const PALEST = 0.6;
/** Positions of the palette on the zone at the highest intensity: half of it. */
const WIDEST = 32_768;

export const colorloop: Effect = {
  declaration: {
    id: 'colorloop',
    name: 'Colorloop',
    aliases: ['Color Loop', 'Color Cycle', 'Cycle'],
    parameters: parameters(
      'one round in 8 s at 128',
      'pale at 0, one full colour at 128; above that more of the palette is seen at once, half of it at 255',
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
  const start = phase(timeMs, PERIOD_MS);
  if (intensity <= PLAIN) {
    const white = (PALEST * (PLAIN - intensity)) / PLAIN;
    paint(gradient, start, pixels, 0);
    lay(pixels, 0, FULL_LIGHT, FULL_LIGHT, FULL_LIGHT, white * white);
    fill(pixels, length, pixels[0] ?? 0, pixels[1] ?? 0, pixels[2] ?? 0);
    return;
  }
  const stride = (WIDEST * (intensity - PLAIN)) / (127 * length);
  const ahead = start + 65_536; // the end shows what the beginning was before
  for (let led = 0, to = 0; led < length; led += 1, to += 3) paint(gradient, (ahead - led * stride) & 65_535, pixels, to);
}
