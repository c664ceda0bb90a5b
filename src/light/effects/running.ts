/** Running: waves of brightness run along the zone over the second colour, or black. Intensity is the wavelength. */
import { fillBackground, paintOver } from '../pixels.ts';
import { phase, wave } from '../waves.ts';
import { type Effect, type EffectInput, parameters } from './effect.ts';

/** Milliseconds until a wave is where the one before it was. */
const PERIOD_MS = 1200;
const SHORTEST_LEDS = 4;
const LONGEST_LEDS = 60;

export const running: Effect = {
  declaration: {
    id: 'running',
    name: 'Running',
    aliases: ['Running Lights'],
    parameters: parameters('a wave goes its own length in 1.2 s at 128', 'how long the waves are: 4 LEDs at 0, 18 at 128, 60 at 255'),
  },
  animated: true,
  ownPalette: 'color-1',
  ring: false,
  stateSize: () => 0,
  draw,
};

function draw(pixels: Uint16Array, { timeMs, length, intensity, gradient, colors }: EffectInput): void {
  const part = intensity / 255;
  const turn = 65_536 / (SHORTEST_LEDS + (LONGEST_LEDS - SHORTEST_LEDS) * part * part);
  const start = 65_536 - phase(timeMs, PERIOD_MS);
  const stride = 65_536 / length;
  fillBackground(pixels, length, colors);
  for (let led = 0, to = 0; led < length; led += 1, to += 3) {
    const value = wave(start + led * turn);
    paintOver(gradient, led * stride, value * value, pixels, to); // squared: a sine to the eye
  }
}
