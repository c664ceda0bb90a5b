/** Breathe: the whole zone swells and sinks between its colours and the second colour, or black. Intensity is the depth. */
import { fillBackground, paintOver } from '../pixels.ts';
import { phase, swell } from '../waves.ts';
import { type Effect, type EffectInput, parameters } from './effect.ts';

/** Milliseconds for one breath. */
const PERIOD_MS = 4000;

export const breathe: Effect = {
  declaration: {
    id: 'breathe',
    name: 'Breathe',
    aliases: ['Breath', 'Breathing', 'Pulse'],
    parameters: parameters('one breath in 4 s at 128', 'how deep it sinks: not at all at 0, to the second colour or black at 255'),
  },
  animated: true,
  ownPalette: 'color-1',
  ring: false,
  stateSize: () => 0,
  draw,
};

function draw(pixels: Uint16Array, { timeMs, length, intensity, gradient, colors }: EffectInput): void {
  const value = 1 - (intensity / 255) * swell(phase(timeMs, PERIOD_MS));
  const share = value * value; // even to the eye, whose answer to light is near a square root
  const stride = 65_536 / length;
  fillBackground(pixels, length, colors);
  for (let led = 0, to = 0; led < length; led += 1, to += 3) paintOver(gradient, led * stride, share, pixels, to);
}
