/**
 * Lightning: out of the dark (the second colour, or black) strike bolts of several flashes, each over a chance part of
 * the zone. Intensity is how many flashes.
 */
import { mix } from '../hash.ts';
import { noise1 } from '../noise.ts';
import { fillBackground, paintOver } from '../pixels.ts';
import { type Effect, type EffectInput, parameters } from './effect.ts';

/** Milliseconds from bolt to bolt, about; the last flash of one is over before the next. */
const PERIOD_MS = 2500;
/** A bolt comes this much too late at most. */
const LATE_MS = 550;
/** Milliseconds from flash to flash: at least, and by chance so many more. */
const GAP_MS = 55;
const MORE_GAP_MS = 110;
/** Milliseconds in which a flash goes out. */
const FADE_MS = 170;
/** LEDs that have a thunderstorm of their own; longer zones have more. */
const STORM = 200;
/** LEDs from one knot of the bolt's light to the next, and from its ends to its full light. */
const KNOT = 5;

export const lightning: Effect = {
  declaration: {
    id: 'lightning',
    name: 'Lightning',
    aliases: ['Storm', 'Thunderstorm', 'Thunder'],
    parameters: parameters('a bolt every 2.5 s at 128', 'how many flashes a bolt has: two at 0, three to six at 128, five to ten at 255'),
  },
  animated: true,
  ownPalette: 'color-1',
  ring: false,
  stateSize: () => 0,
  draw,
};

function draw(pixels: Uint16Array, input: EffectInput): void {
  const { timeMs, seed, length, intensity } = input;
  const storms = Math.max(1, Math.round(length / STORM));
  const most = 2 + (intensity * 8) / 255;
  fillBackground(pixels, length, input.colors);
  for (let storm = 0; storm < storms; storm += 1) {
    const own = mix(seed + storm);
    const at = timeMs + (own / 4_294_967_296) * PERIOD_MS;
    const number = Math.floor(at / PERIOD_MS);
    const chance = mix(own ^ mix(number));
    const age = at - number * PERIOD_MS - ((chance & 255) / 256) * LATE_MS;
    const flashes = Math.max(2, Math.round(most * (0.5 + ((chance >>> 8) & 255) / 512)));
    const light = flashLight(mix(chance), age, flashes);
    if (light > 0) strike(pixels, input, chance, light);
  }
}

/** How bright a bolt is: first a weak flash, then strong ones, of which the latest counts that is brightest. */
function flashLight(chance: number, age: number, flashes: number): number {
  let light = 0;
  let left = age;
  let own = chance;
  for (let flash = 0; flash < flashes && left >= 0; flash += 1) {
    const strength = flash === 0 ? 0.2 : 0.4 + ((own >>> 8) & 255) / 425;
    const still = Math.max(0, 1 - left / FADE_MS);
    light = Math.max(light, strength * still * still);
    own = mix(own);
    left -= GAP_MS + ((own & 255) * MORE_GAP_MS) / 256;
  }
  return light;
}

/** Lights the bolt's part of the zone, unevenly, and less towards its ends. */
function strike(pixels: Uint16Array, { length, gradient }: EffectInput, chance: number, light: number): void {
  const size = Math.max(1, Math.round(Math.min(length, STORM) * (0.25 + (0.7 * ((chance >>> 16) & 255)) / 256)));
  const first = Math.floor(((length - size + 1) * (chance >>> 24)) / 256);
  const stride = 65_536 / length;
  const rim = Math.min(KNOT, size / 4);
  for (let at = 0; at < size; at += 1) {
    const led = first + at;
    const ends = Math.min(1, (1 + Math.min(at, size - 1 - at)) / rim);
    const knots = 0.45 + 0.55 * noise1(chance, led / KNOT);
    paintOver(gradient, led * stride, light * ends * knots, pixels, led * 3);
  }
}
