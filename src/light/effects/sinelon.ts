/**
 * Sinelon: one dot swings from end to end of the zone and draws a long trail, in which the colours stand that it had on
 * its way. Intensity is the trail.
 */
import { fillBackground } from '../pixels.ts';
import { drawSwing } from '../swing.ts';
import { phase } from '../waves.ts';
import { type Effect, type EffectInput, parameters } from './effect.ts';

/** Milliseconds for once there and back: thirteen swings a minute. */
const PERIOD_MS = 60_000 / 13;
/** Milliseconds for once round the palette. */
const COLORS_MS = 7000;

export const sinelon: Effect = {
  declaration: {
    id: 'sinelon',
    name: 'Sinelon',
    aliases: ['Sine Dot'],
    parameters: parameters('thirteen times there and back a minute at 128', 'how long the trail glows: a moment at 0, half a swing at 255'),
  },
  animated: true,
  ownPalette: 'rainbow',
  ring: true,
  stateSize: () => 0,
  draw,
};

function draw(pixels: Uint16Array, { timeMs, length, intensity, gradient, colors }: EffectInput): void {
  const trail = 1500 + (intensity * 31_000) / 255;
  fillBackground(pixels, length, colors);
  drawSwing(pixels, length, gradient, phase(timeMs, PERIOD_MS), trail, phase(timeMs, COLORS_MS), PERIOD_MS / COLORS_MS);
}
