/**
 * Meteor: bright heads fall along the zone, one after the other; each leaves embers that flicker and go out by chance.
 * Intensity is the tail.
 */
import { mix } from '../hash.ts';
import { noise1 } from '../noise.ts';
import { fillBackground, paintOver } from '../pixels.ts';
import { type Effect, type EffectInput, parameters } from './effect.ts';

/** Milliseconds from one meteor to the next, about. */
const PERIOD_MS = 2000;
/** Longer zones have more than one meteor at a time. */
const MOST_LEDS = 150;
/** Milliseconds in which an ember flickers once. */
const FLICKER_MS = 130;
/** Of the usual pace, the slowest fall; the fastest is as far above it. */
const SLOWEST = 0.8;

export const meteor: Effect = {
  declaration: {
    id: 'meteor',
    name: 'Meteor',
    aliases: ['Meteor Rain', 'Shooting Star', 'Meteor Shower'],
    parameters: parameters(
      'a meteor every 2 s at 128, which falls 60 LEDs in 1.5 s',
      'how long the tail is: hardly there at 0, a third of its way at 128, two thirds at 255',
    ),
  },
  animated: true,
  ownPalette: 'color-1',
  ring: false,
  stateSize: () => 0,
  draw,
};

function draw(pixels: Uint16Array, input: EffectInput): void {
  const { timeMs, length, intensity } = input;
  const course = 4 + 1.3 * Math.min(length, MOST_LEDS); // LEDs in a period
  const tail = 2 + (course * 0.66 * intensity) / 255;
  const newest = Math.floor(timeMs / PERIOD_MS);
  const alight = Math.ceil((length + tail) / (course * SLOWEST)) + 1;
  fillBackground(pixels, length, input.colors);
  for (let number = newest - alight; number <= newest; number += 1) fall(pixels, input, number, course / PERIOD_MS, tail);
}

/** @param pace in LEDs a millisecond. */
function fall(pixels: Uint16Array, { timeMs, seed, length, gradient }: EffectInput, number: number, pace: number, tail: number): void {
  const chance = mix(seed ^ mix(number));
  const age = timeMs - (number + (chance & 255) / 512) * PERIOD_MS;
  if (age < 0) return;
  const ownPace = pace * (SLOWEST + (2 * (1 - SLOWEST) * ((chance >>> 8) & 255)) / 256);
  const head = age * ownPace - 1;
  const last = Math.min(length - 1, Math.floor(head) + 1);
  const flickers = 1 / (ownPace * FLICKER_MS);
  for (let led = Math.max(0, Math.ceil(head - tail)); led <= last; led += 1) {
    const behind = head - led;
    const share = behind < 0 ? 1 + behind : Math.max(1 - behind / 2, ember(mix(chance + led), behind / tail, behind * flickers));
    if (share > 0) paintOver(gradient, chance >>> 16, share, pixels, led * 3);
  }
}

/** How bright an ember is, whose life is a chance part of the tail. */
function ember(chance: number, along: number, flicker: number): number {
  const left = 1 - along / (0.25 + (0.75 * (chance & 255)) / 256);
  if (left <= 0) return 0;
  return 0.5 * left * left * (0.3 + 0.7 * noise1(chance, flicker));
}
