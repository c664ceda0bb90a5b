/**
 * Theater: every n-th LED is lit, and all step on together, as the lamps round a theatre's sign, over the second
 * colour, or black; each step is a short cross-fade. Intensity is how far apart they are.
 */
import { fillBackground, paintOver } from '../pixels.ts';
import { phase } from '../waves.ts';
import { type Effect, type EffectInput, parameters } from './effect.ts';

/** Milliseconds for a step of one LED: the first half of it fades, the second rests. */
const STEP_MS = 200;

export const theater: Effect = {
  declaration: {
    id: 'theater',
    name: 'Theater',
    aliases: ['Theater Chase', 'Theatre', 'Theatre Chase'],
    parameters: parameters(
      'five steps a second at 128',
      'how far apart the lights are: every second LED at 0, every third at 128, every tenth at 255',
    ),
  },
  animated: true,
  ownPalette: 'color-1',
  ring: false,
  stateSize: () => 0,
  draw,
};

function draw(pixels: Uint16Array, { timeMs, length, intensity, gradient, colors }: EffectInput): void {
  const spacing = Math.min(spacingOf(intensity), Math.max(2, length)); // two LEDs or more are never without a light
  const steps = (phase(timeMs, spacing * STEP_MS) * spacing) / 65_536;
  const from = Math.floor(steps);
  const moved = Math.min(1, (steps - from) * 2);
  const share = moved * moved * (3 - 2 * moved);
  const stride = 65_536 / length;
  fillBackground(pixels, length, colors);
  for (let led = from; led < length; led += spacing) paintOver(gradient, led * stride, 1 - share, pixels, led * 3);
  for (let led = (from + 1) % spacing; led < length; led += spacing) paintOver(gradient, led * stride, share, pixels, led * 3);
}

/** LEDs from one light to the next. */
function spacingOf(intensity: number): number {
  return Math.round(intensity <= 128 ? 2 + intensity / 128 : 3 + ((intensity - 128) * 7) / 127);
}
