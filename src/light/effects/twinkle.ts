/**
 * Twinkle: LEDs come up and go out at chance places, in the zone's colour over the second colour, or black. Intensity is
 * how many are lit. Each LED has a clock of its own, and chance says at each of its turns whether it lights up.
 */
import { mix } from '../hash.ts';
import { fillBackground, paintOver } from '../pixels.ts';
import { swell } from '../waves.ts';
import { type Effect, type EffectInput, parameters } from './effect.ts';

/** Milliseconds for one twinkle at most; the shortest takes 0.6 of it. */
const PERIOD_MS = 1500;
/** The share of LEDs that twinkle at intensity 0. */
const FEWEST = 0.04;

export const twinkle: Effect = {
  declaration: {
    id: 'twinkle',
    name: 'Twinkle',
    aliases: ['Addressable Twinkle'],
    parameters: parameters(
      'an LED comes up and goes out in about a second at 128',
      'how many twinkle: few at 0, a quarter at 128, all at 255',
    ),
  },
  animated: true,
  ownPalette: 'color-1',
  ring: false,
  stateSize: () => 0,
  draw,
};

function draw(pixels: Uint16Array, { timeMs, seed, length, intensity, gradient, colors }: EffectInput): void {
  const chosenBelow = chosenShare(intensity, length) * 65_536;
  const stride = 65_536 / length;
  const periods = timeMs / PERIOD_MS;
  fillBackground(pixels, length, colors);
  for (let led = 0, to = 0; led < length; led += 1, to += 3) {
    const own = mix(seed + Math.imul(led, 0x9e3779b1));
    const turns = periods * (1 + (own >>> 16) / 98_304) + (own & 65_535) / 65_536;
    const turn = Math.floor(turns);
    if (mix(own ^ turn) >>> 16 >= chosenBelow) continue;
    const value = swell((turns - turn) * 65_536);
    paintOver(gradient, led * stride, value * value, pixels, to);
  }
}

/** How many of the LEDs twinkle in a turn; in a short zone enough that it is seldom dark. */
function chosenShare(intensity: number, length: number): number {
  const level = intensity / 255;
  return Math.max(FEWEST + (1 - FEWEST) * level * level, 1.5 / length);
}
