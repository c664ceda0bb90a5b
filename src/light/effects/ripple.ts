/**
 * Ripple: drops fall on chance places of the second colour, or black; rings in the palette's colours spread from them
 * both ways and fade. Intensity is how many.
 */
import { mix } from '../hash.ts';
import { fillBackground, paintOver } from '../pixels.ts';
import { type Effect, type EffectInput, parameters } from './effect.ts';

/** Milliseconds from one drop to the next that takes its turn, at least; half as much more by chance. */
const PERIOD_MS = 2200;
/** Milliseconds until a ring is gone. */
const LIFE_MS = 2200;
/** LEDs that a ring spreads each way, at most. */
const MOST_SPREAD = 30;
/** LEDs that a drop has for itself at intensity 128; a short zone counts as so many LEDs longer. */
const ROOM = 40;
const MARGIN = 30;

export const ripple: Effect = {
  declaration: {
    id: 'ripple',
    name: 'Ripple',
    aliases: ['Ripples', 'Raindrops', 'Drops'],
    parameters: parameters(
      'a ring spreads 30 LEDs in 2.2 s at 128',
      'how many rings there are at once on 60 LEDs: one at 0, three at 128, five at 255; more on longer zones',
    ),
  },
  animated: true,
  ownPalette: 'party',
  ring: false,
  stateSize: () => 0,
  draw,
};

function draw(pixels: Uint16Array, input: EffectInput): void {
  const { timeMs, seed, length, intensity } = input;
  const drops = 1 + Math.round(((length + MARGIN) * (intensity + 20)) / (148 * ROOM));
  fillBackground(pixels, length, input.colors);
  for (let drop = 0; drop < drops; drop += 1) {
    const own = mix(seed + drop);
    const periodMs = PERIOD_MS * (1 + (own & 255) / 512);
    const at = timeMs / periodMs + (own >>> 8) / 16_777_216;
    const number = Math.floor(at);
    const age = ((at - number) * periodMs) / LIFE_MS;
    if (age < 1) spread(pixels, input, mix(own ^ mix(number)), age);
  }
}

/** One drop's rings: the first, and half as bright a second within it. @param age 0 to 1. */
function spread(pixels: Uint16Array, { length, gradient }: EffectInput, chance: number, age: number): void {
  const center = ((chance >>> 16) / 65_536) * (length - 1);
  const radius = age * Math.min(MOST_SPREAD, 2 + length / 3);
  const width = 1.5 + 2 * age;
  const fade = Math.min(1, age * 16) * (1 - age) * (1 - age);
  const last = Math.min(length - 1, Math.floor(center + radius + width));
  for (let led = Math.max(0, Math.ceil(center - radius - width)); led <= last; led += 1) {
    const inside = (radius - Math.abs(led - center)) / width; // widths behind the ring's crest
    const share = fade * (inside < 1 ? crest(inside) : 0.4 * crest(inside - 2.5));
    if (share > 0) paintOver(gradient, chance & 65_535, share, pixels, led * 3);
  }
}

/** 1 at 0, 0 from 1 on either side. */
function crest(away: number): number {
  const height = Math.max(0, 1 - away * away);
  return height * height;
}
