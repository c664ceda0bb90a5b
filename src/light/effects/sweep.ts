/**
 * Sweep: the zone's colours sweep over it from its beginning to its end, then the second colour, or black, sweeps back
 * from the end to the beginning. Intensity is how soft the edge is.
 */
import { paint } from '../gradient.ts';
import { fillBackground, paintOver } from '../pixels.ts';
import { phase } from '../waves.ts';
import { type Effect, type EffectInput, parameters } from './effect.ts';

/** Milliseconds there and back. */
const PERIOD_MS = 5000;
/** LEDs of the softest edge, for each LED of the zone. */
const SOFTEST = 0.5;
/** How much of the time it rests at both ends: the eye sees the zone full, and empty. */
const REST = 0.1;

export const sweep: Effect = {
  declaration: {
    id: 'sweep',
    name: 'Sweep',
    aliases: ['Color Sweep'],
    parameters: parameters('there and back in 5 s at 128', 'how soft its edge is: one LED at 0, half the zone at 255'),
  },
  animated: true,
  ownPalette: 'color-1',
  ring: false,
  stateSize: () => 0,
  draw,
};

function draw(pixels: Uint16Array, { timeMs, length, intensity, gradient, colors }: EffectInput): void {
  const soft = intensity / 255;
  const edge = 1 + length * SOFTEST * soft * soft * soft;
  const front = wayGone(phase(timeMs, PERIOD_MS)) * (length - 1 + edge);
  const lit = Math.min(length, Math.ceil(front));
  const steepness = 1 / edge;
  const stride = 65_536 / length;
  fillBackground(pixels, length, colors);
  for (let led = 0, to = 0; led < lit; led += 1, to += 3) {
    const share = (front - led) * steepness;
    if (share >= 1) paint(gradient, Math.floor(led * stride), pixels, to);
    else paintOver(gradient, Math.floor(led * stride), share * share, pixels, to); // squared: even to the eye
  }
}

/** 0 to 1 and back to 0. */
function wayGone(at: number): number {
  const fromMiddle = 0.5 - Math.abs(at - 32_768) / 32_768;
  return Math.max(0, Math.min(1, fromMiddle / (1 - REST) + 0.5));
}
