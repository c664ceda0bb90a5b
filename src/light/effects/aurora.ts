/**
 * Aurora: two rows of curtains, one behind the other, drift past each other, swell, fade and shimmer in fine rays.
 * Intensity is how much of the sky they fill.
 */

import { mix } from '../hash.ts';
import { FULL_LIGHT } from '../linear.ts';
import { addNoise } from '../noise.ts';
import { fill, paintAdd } from '../pixels.ts';
import { type Effect, type EffectInput, parameters } from './effect.ts';

/** Milliseconds in which curtains come or go, and in which rays do. */
const CHANGE_MS = 4500;
const SHIMMER_MS = 900;
/** LEDs of a curtain, of those behind, and of a ray; on a short zone curtains are narrower. */
const NEAR_LEDS = 15;
const FAR_LEDS = 22;
const RAY_LEDS = 4;
/** Milliseconds in which a curtain drifts by its width, and a ray by its own. */
const DRIFT_MS = 9000;
const RAY_DRIFT_MS = 2500;
/** Of 1: the sky is never quite dark, as a short zone may have no curtain for a while. */
const GLOW = 0.1;

export const aurora: Effect = {
  declaration: {
    id: 'aurora',
    name: 'Aurora',
    aliases: ['Northern Lights'],
    parameters: parameters(
      'a curtain swells and fades within 9 s at 128',
      'how much of the sky is lit: about a third at 0, two thirds at 128, nearly all at 255',
    ),
  },
  animated: true,
  ownPalette: 'aurora',
  ring: false,
  stateSize: () => 0,
  draw,
};

function draw(pixels: Uint16Array, { timeMs, seed, length, intensity, gradient, colors }: EffectInput): void {
  const age = timeMs / CHANGE_MS;
  const drift = timeMs / DRIFT_MS;
  const narrow = Math.max(1, 30 / (length + 8));
  fill(pixels, length, 0, 0, 0);
  addNoise(pixels, 0, length, mix(seed ^ 1), -drift, narrow / NEAR_LEDS, age, FULL_LIGHT);
  addNoise(pixels, 1, length, mix(seed ^ 2), 0.7 * drift, narrow / FAR_LEDS, 0.8 * age, FULL_LIGHT);
  addNoise(pixels, 2, length, mix(seed ^ 3), -timeMs / RAY_DRIFT_MS, 1 / RAY_LEDS, timeMs / SHIMMER_MS, FULL_LIGHT);
  const gap = ((0.53 - (0.42 * intensity) / 255) * length) / (length + 6); // on a short zone, where few are, more of each
  const full = 1.25 / ((1 - gap) * (1 - gap)); // few curtains reach 1, and light stops at full
  const red = colors[3] ?? 0;
  const green = colors[4] ?? 0;
  const blue = colors[5] ?? 0;
  for (let to = 0, end = length * 3; to < end; to += 3) {
    const near = Math.max(GLOW, (pixels[to] ?? 0) / FULL_LIGHT - gap);
    const far = (pixels[to + 1] ?? 0) / FULL_LIGHT - gap;
    const ray = 0.45 + (pixels[to + 2] ?? 0) / 119_000;
    const light = full * ray * ray;
    pixels[to] = red;
    pixels[to + 1] = green;
    pixels[to + 2] = blue;
    paintAdd(gradient, (10_000 + 26_000 * near) | 0, light * near * near, pixels, to);
    if (far > 0) paintAdd(gradient, (61_000 - 24_000 * far) | 0, light * far * far, pixels, to);
  }
}
