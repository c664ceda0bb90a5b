/**
 * Pacifica: a calm sea; swell and smaller waves run over and against each other, white where they pile up (the idea is
 * Mark Kriegsman's and Mary Corey March's of 2019; the arithmetic is ours). Intensity is how rough it is.
 */

import { paint } from '../gradient.ts';
import { mix } from '../hash.ts';
import { FULL_LIGHT } from '../linear.ts';
import { addNoise } from '../noise.ts';
import { fill } from '../pixels.ts';
import { phase, sine } from '../waves.ts';
import { type Effect, type EffectInput, parameters } from './effect.ts';

/** Milliseconds in which the waves are other ones. */
const CHANGE_MS = 3500;
/** LEDs from trough to crest, and milliseconds to go that far: the swell, the waves against it, and the chop. */
const SWELL_LEDS = 17;
const SWELL_MS = 2900;
const CROSS_LEDS = 10;
const CROSS_MS = 4100;
const CHOP_LEDS = 4;
const CHOP_MS = 1300;
/** How much of the palette the swell goes through from its trough, and how far that moves on and back. */
const SPAN = 32_000;
const TIDE = 2500;
const TIDE_MS = 47_000;
/** Light of the foam. */
const FOAM = 60_000;

export const pacifica: Effect = {
  declaration: {
    id: 'pacifica',
    name: 'Pacifica',
    aliases: ['Ocean Waves'],
    parameters: parameters(
      'the swell goes 17 LEDs in 3 s at 128',
      'how rough the sea is: no whitecaps at 0, some at 128, many at 255',
      'up to three, for the palettes that are made of them',
    ),
  },
  animated: true,
  ownPalette: 'ocean',
  ring: true,
  stateSize: () => 0,
  draw,
};

function draw(pixels: Uint16Array, { timeMs, seed, length, intensity, gradient }: EffectInput): void {
  const age = timeMs / CHANGE_MS;
  fill(pixels, length, Math.floor(TIDE + TIDE * sine(phase(timeMs, TIDE_MS))), 0, 0);
  addNoise(pixels, 0, length, mix(seed ^ 1), -timeMs / SWELL_MS, 1 / SWELL_LEDS, age, SPAN);
  addNoise(pixels, 1, length, mix(seed ^ 2), timeMs / CROSS_MS, 1 / CROSS_LEDS, age, FULL_LIGHT);
  addNoise(pixels, 2, length, mix(seed ^ 3), -timeMs / CHOP_MS, 1 / CHOP_LEDS, 2 * age, FULL_LIGHT);
  const calm = 2.16 - (0.9 * intensity) / 255; // at 0 more than the tide, swell and waves reach together
  for (let to = 0, end = length * 3; to < end; to += 3) {
    const color = pixels[to] ?? 0;
    const cross = (pixels[to + 1] ?? 0) / FULL_LIGHT;
    const small = (pixels[to + 2] ?? 0) / FULL_LIGHT;
    const value = 0.45 + 0.4 * cross + 0.15 * small;
    const crest = color / SPAN + cross - calm;
    const foam = crest > 0 ? 20 * crest * crest * small : 0;
    paint(gradient, color, pixels, to);
    shade(pixels, to, value * value, foam / (1 + foam));
  }
}

/** Takes a pixel down to a share of its light, and lays foam over it. */
function shade(pixels: Uint16Array, to: number, light: number, foam: number): void {
  const sea = light * (1 - foam);
  const white = FOAM * foam;
  pixels[to] = (pixels[to] ?? 0) * sea + white;
  pixels[to + 1] = (pixels[to + 1] ?? 0) * sea + white;
  pixels[to + 2] = (pixels[to + 2] ?? 0) * sea + white;
}
