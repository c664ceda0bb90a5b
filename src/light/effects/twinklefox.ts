/**
 * Twinklefox: holiday lights. Each LED breathes at its own pace and phase, in another palette colour each time: it comes
 * up fast, goes out slowly, and reddens on its way out as a bulb does that cools. Intensity is how many are lit.
 */
import { type Gradient, paint } from '../gradient.ts';
import { mix } from '../hash.ts';
import { fillBackground } from '../pixels.ts';
import { type Effect, type EffectInput, parameters } from './effect.ts';

/** Milliseconds for one breath at most; the shortest takes half of it. */
const PERIOD_MS = 4000;
/** The part of a breath in which it comes up. */
const ATTACK = 0.25;
/** The share of LEDs that breathe at intensity 0. */
const FEWEST = 0.06;

export const twinklefox: Effect = {
  declaration: {
    id: 'twinklefox',
    name: 'Twinklefox',
    aliases: ['Twinkle Fox'],
    parameters: parameters('an LED lights up every 2 to 4 s at 128', 'how many light up: few at 0, half at 128, all at 255'),
  },
  animated: true,
  ownPalette: 'party',
  ring: false,
  stateSize: () => 0,
  draw,
};

function draw(pixels: Uint16Array, { timeMs, seed, length, intensity, gradient, colors }: EffectInput): void {
  const chosenBelow = Math.max(FEWEST + ((1 - FEWEST) * intensity) / 255, 1.5 / length) * 65_536;
  const periods = timeMs / PERIOD_MS;
  fillBackground(pixels, length, colors);
  for (let led = 0, to = 0; led < length; led += 1, to += 3) {
    const own = mix(seed + Math.imul(led, 0x9e3779b1));
    const turns = periods * (1 + (own >>> 16) / 65_536) + (own & 65_535) / 65_536;
    const turn = Math.floor(turns);
    const chance = mix(own ^ turn);
    if (chance >>> 16 < chosenBelow) glow(pixels, to, gradient, chance & 65_535, turns - turn, colors);
  }
}

/** Lays the bulb's colour over the background. @param at how far it is through its breath, 0 to 1. */
function glow(pixels: Uint16Array, to: number, gradient: Gradient, position: number, at: number, colors: Uint16Array): void {
  const rising = at < ATTACK;
  const level = rising ? at / ATTACK : (1 - at) / (1 - ATTACK);
  const value = level * level * (3 - 2 * level);
  const share = value * value;
  const warmth = rising ? 1 : 0.4 + 0.6 * value; // what is left of the blue; of the green it is more
  const red = colors[3] ?? 0;
  const green = colors[4] ?? 0;
  const blue = colors[5] ?? 0;
  paint(gradient, position, pixels, to);
  pixels[to] = red + ((pixels[to] ?? 0) - red) * share;
  pixels[to + 1] = green + ((pixels[to + 1] ?? 0) - green) * share * (0.5 + 0.5 * warmth);
  pixels[to + 2] = blue + ((pixels[to + 2] ?? 0) - blue) * share * warmth;
}
