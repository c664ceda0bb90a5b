/** Blink: the whole zone shows its colours, then the second colour or black. Intensity is how long it is lit. */
import { paint } from '../gradient.ts';
import { fillBackground } from '../pixels.ts';
import { phase } from '../waves.ts';
import { type Effect, type EffectInput, parameters } from './effect.ts';

/** Milliseconds for one blink. */
const PERIOD_MS = 1000;
/** Lit for as much of a blink at intensity 0, in 65,536ths, and dark for about as much at 255: a frame even at full speed. */
const LEAST_LIT = 8192;
/** More of it for each step of intensity: half a blink at 128. */
const LIT_PER_STEP = 192;

export const blink: Effect = {
  declaration: {
    id: 'blink',
    name: 'Blink',
    aliases: ['Blinking'],
    parameters: parameters(
      'one blink a second at 128',
      'how much of the time it is lit: an eighth at 0, half at 128, seven eighths at 255',
    ),
  },
  animated: true,
  ownPalette: 'color-1',
  ring: false,
  stateSize: () => 0,
  draw,
};

function draw(pixels: Uint16Array, { timeMs, length, intensity, gradient, colors }: EffectInput): void {
  if (phase(timeMs, PERIOD_MS) >= LEAST_LIT + intensity * LIT_PER_STEP) {
    fillBackground(pixels, length, colors);
    return;
  }
  const stride = 65_536 / length;
  for (let led = 0, to = 0; led < length; led += 1, to += 3) paint(gradient, Math.floor(led * stride), pixels, to);
}
