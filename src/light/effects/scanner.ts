/**
 * Scanner: an eye runs to and fro over the second colour, or black, and the LEDs it leaves fade, those before a turn
 * too (a Larson scanner). Intensity is the trail.
 */
import { fillBackground, paintOver } from '../pixels.ts';
import { phase } from '../waves.ts';
import { type Effect, type EffectInput, parameters } from './effect.ts';

/** Milliseconds to the end of the zone and back. */
const PERIOD_MS = 3000;
/** The eye is one of so many on the zone, and at least one LED. */
const EYES = 40;

export const scanner: Effect = {
  declaration: {
    id: 'scanner',
    name: 'Scanner',
    aliases: ['Larson Scanner', 'Knight Rider', 'Cylon', 'KITT'],
    parameters: parameters(
      'to the end and back in 3 s at 128',
      'how long the trail is: one LED at 0, half the zone at 128, the whole zone at 255',
    ),
  },
  animated: true,
  ownPalette: 'color-1',
  ring: false,
  stateSize: () => 0,
  draw,
};

function draw(pixels: Uint16Array, { timeMs, length, intensity, gradient, colors }: EffectInput): void {
  const half = Math.max(1, length / EYES) / 2;
  const trail = Math.max(1, (length * intensity) / 255);
  const run = phase(timeMs, PERIOD_MS) / 32_768;
  const eye = half + (length - 2 * half) * (run < 1 ? run : run - 1);
  const stride = 65_536 / length;
  fillBackground(pixels, length, colors);
  for (let led = 0, to = 0; led < length; led += 1, to += 3) {
    const place = run < 1 ? led + 0.5 : length - led - 0.5; // from the end that the eye runs away from
    const share = brightness(place, eye, half, trail);
    if (share > 0) paintOver(gradient, led * stride, share, pixels, to);
  }
}

/** The brighter of the eye, whose front comes up LED by LED, and the trail, by how far the eye has run since it was here. */
function brightness(place: number, eye: number, half: number, trail: number): number {
  const front = half + 0.5 - Math.abs(place - eye);
  if (front >= 1) return 1;
  const run = Math.max(0, place < eye ? eye - half - place : place + eye - 3 * half);
  const left = run < trail ? 1 - run / trail : 0;
  return Math.max(0, front, left * left * left); // steeper than even, so that the eye stands out from its trail
}
