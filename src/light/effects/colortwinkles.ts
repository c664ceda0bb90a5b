/**
 * Colortwinkles: soft lights in chance palette colours fade in and out at chance places, several at once, over the second
 * colour, or black. Intensity is how many there are.
 */
import { mix } from '../hash.ts';
import { fillBackground, paintOver } from '../pixels.ts';
import { swell } from '../waves.ts';
import { type Effect, type EffectInput, parameters } from './effect.ts';

/** Milliseconds for one light at most; the shortest takes 0.6 of it. */
const PERIOD_MS = 3200;
/** The share of LEDs that light up at intensity 0. */
const FEWEST = 0.05;

export const colortwinkles: Effect = {
  declaration: {
    id: 'colortwinkles',
    name: 'Colortwinkles',
    aliases: ['Color Twinkles', 'Random Twinkle', 'Addressable Random Twinkle'],
    parameters: parameters('a light fades in and out in 2 to 3 s at 128', 'how many there are: few at 0, a third at 128, all LEDs at 255'),
  },
  animated: true,
  ownPalette: 'rainbow',
  ring: false,
  stateSize: () => 0,
  draw,
};

function draw(pixels: Uint16Array, { timeMs, seed, length, intensity, gradient, colors }: EffectInput): void {
  const chosenBelow = chosenShare(intensity, length) * 65_536;
  const periods = timeMs / PERIOD_MS;
  fillBackground(pixels, length, colors);
  for (let led = 0, to = 0; led < length; led += 1, to += 3) {
    const own = mix(seed + Math.imul(led, 0x9e3779b1));
    const turns = periods * (1 + (own >>> 16) / 98_304) + (own & 65_535) / 65_536;
    const turn = Math.floor(turns);
    const chance = mix(own ^ turn);
    if (chance >>> 16 >= chosenBelow) continue;
    const value = swell((turns - turn) * 65_536);
    paintOver(gradient, chance & 65_535, value * value, pixels, to);
  }
}

/** How many of the LEDs light up in a turn; in a short zone enough that it is seldom dark. */
function chosenShare(intensity: number, length: number): number {
  const level = intensity / 255;
  return Math.max(FEWEST + (1 - FEWEST) * level * (0.3 + 0.7 * level), 1.5 / length);
}
