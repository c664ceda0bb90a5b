/**
 * Fireworks: rockets climb to chance places and burst; their sparks fly apart both ways, slow down, glitter and fade.
 * Intensity is how many.
 */
import type { Gradient } from '../gradient.ts';
import { mix } from '../hash.ts';
import { noise1 } from '../noise.ts';
import { fillBackground, paintOver } from '../pixels.ts';
import { type Effect, type EffectInput, parameters } from './effect.ts';

/** Milliseconds from one rocket to the next that takes its turn, at least; half as much more by chance. */
const PERIOD_MS = 1800;
const CLIMB_MS = 450;
const BURN_MS = 1350;
const FLASH_MS = 160;
/** LEDs that a rocket climbs and that sparks fly, at most. */
const MOST_CLIMB = 20;
const MOST_SPREAD = 14;
const SPARKS = 10;
/** LEDs that a rocket has for itself at intensity 128; a short zone counts as so many LEDs longer. */
const ROOM = 40;
const MARGIN = 30;

export const fireworks: Effect = {
  declaration: {
    id: 'fireworks',
    name: 'Fireworks',
    aliases: ['Addressable Fireworks', 'Firework', 'Fireworks 1D', 'Fireworks Starburst'],
    parameters: parameters(
      'a rocket climbs half a second and burns 1.4 s at 128',
      'how many there are at once on 60 LEDs: one at 0, three at 128, five at 255; more on longer zones',
    ),
  },
  animated: true,
  ownPalette: 'rainbow',
  ring: true,
  stateSize: () => 0,
  draw,
};

function draw(pixels: Uint16Array, input: EffectInput): void {
  const { timeMs, seed, length, intensity } = input;
  const rockets = 1 + Math.round(((length + MARGIN) * (intensity + 20)) / (148 * ROOM));
  fillBackground(pixels, length, input.colors);
  for (let rocket = 0; rocket < rockets; rocket += 1) {
    const own = mix(seed + rocket);
    const periodMs = PERIOD_MS * (1 + (own & 255) / 512);
    const at = timeMs / periodMs + (own >>> 8) / 16_777_216;
    const number = Math.floor(at);
    const ageMs = (at - number) * periodMs;
    const chance = mix(own ^ mix(number));
    if (ageMs < CLIMB_MS) climb(pixels, input, chance, ageMs / CLIMB_MS);
    else if (ageMs < CLIMB_MS + BURN_MS) burst(pixels, input, chance, (ageMs - CLIMB_MS) / BURN_MS);
  }
}

/** Where a rocket bursts: not before it has climbed. */
function placeOf(chance: number, length: number): number {
  const highest = length - 1;
  const lowest = Math.min(MOST_CLIMB, highest / 3);
  return lowest + ((chance >>> 16) / 65_536) * (highest - lowest);
}

/** A rocket on its way: a weak light with a short tail. @param age 0 to 1. */
function climb(pixels: Uint16Array, { length, gradient }: EffectInput, chance: number, age: number): void {
  const left = (1 - age) * (1 - age) * Math.min(MOST_CLIMB, (length - 1) / 3);
  const head = placeOf(chance, length) - left;
  const tail = 1 + left / 4;
  const last = Math.min(length - 1, Math.floor(head) + 1);
  for (let led = Math.max(0, Math.ceil(head - tail)); led <= last; led += 1) {
    const near = led > head ? 1 - (led - head) : 1 - (head - led) / tail;
    paintOver(gradient, chance & 65_535, 0.25 * near * near, pixels, led * 3);
  }
}

/** The flash at the middle, and the sparks, each with its own reach and life. @param age 0 to 1. */
function burst(pixels: Uint16Array, { length, gradient }: EffectInput, chance: number, age: number): void {
  const place = placeOf(chance, length);
  const spread = Math.min(MOST_SPREAD, 1 + length / 5);
  const flash = 1 - (age * BURN_MS) / FLASH_MS;
  if (flash > 0) glow(pixels, length, gradient, chance & 65_535, place, 1 + spread / 3, flash * flash);
  const slowed = 1 - (1 - age) * (1 - age) * (1 - age);
  for (let spark = 0; spark < SPARKS; spark += 1) {
    const own = mix(chance + spark);
    const left = 1 - age / (0.55 + (own & 255) / 568);
    if (left <= 0) continue;
    const reach = (spread * (spark + 0.3 + ((own >>> 8) & 255) / 366)) / SPARKS;
    const glitter = 1 - 0.9 * age * noise1(own, age * 16);
    const color = (chance + (own >>> 20)) & 65_535;
    glow(pixels, length, gradient, color, place + (spark & 1 ? reach : -reach) * slowed, 1.2, left * left * glitter);
  }
}

/** A light that falls off to both sides. @param width LEDs to where nothing of it is left. */
function glow(pixels: Uint16Array, length: number, gradient: Gradient, color: number, place: number, width: number, light: number): void {
  const last = Math.min(length - 1, Math.floor(place + width));
  for (let led = Math.max(0, Math.ceil(place - width)); led <= last; led += 1) {
    paintOver(gradient, color, light * (1 - Math.abs(led - place) / width), pixels, led * 3);
  }
}
