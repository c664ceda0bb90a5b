/** Glitter: the palette laid along the zone, moving, with white glints at chance places. Intensity is how many glints. */
import { paint } from '../gradient.ts';
import { mix } from '../hash.ts';
import { FULL_LIGHT } from '../linear.ts';
import { lay } from '../pixels.ts';
import { phase } from '../waves.ts';
import { type Effect, type EffectInput, parameters } from './effect.ts';

/** Milliseconds for once round the palette. */
const PERIOD_MS = 8000;
/** Milliseconds in which each source of glints lets one go. */
const GLINT_MS = 300;
/** The part of that in which a glint dies: short, but at the highest speed longer than a frame. */
const LIFE = 0.45;
/** What is left of the palette's light, so that glints stand out from its light colours too. */
const GROUND = 0.6;

export const glitter: Effect = {
  declaration: {
    id: 'glitter',
    name: 'Glitter',
    aliases: ['Rainbow With Glitter'],
    parameters: parameters(
      'one round of the palette in 8 s at 128',
      'how many glints: few at 0, about ten a second on 60 LEDs at 128, four times as many at 255',
      'up to three, for the palettes that are made of them; glints are white',
    ),
  },
  animated: true,
  ownPalette: 'rainbow',
  ring: true,
  stateSize: () => 0,
  draw,
};

function draw(pixels: Uint16Array, input: EffectInput): void {
  const { timeMs, length, gradient } = input;
  const stride = 65_536 / length;
  const start = 65_536 - phase(timeMs, PERIOD_MS);
  for (let led = 0, to = 0; led < length; led += 1, to += 3) {
    paint(gradient, (start + led * stride) & 65_535, pixels, to);
    pixels[to] = (pixels[to] ?? 0) * GROUND;
    pixels[to + 1] = (pixels[to + 1] ?? 0) * GROUND;
    pixels[to + 2] = (pixels[to + 2] ?? 0) * GROUND;
  }
  glints(pixels, input);
}

/**
 * Each source has a stretch of the zone, so that glints do not crowd. In each of its turns it lets one go at a chance place
 * and moment, so that none beats time.
 */
function glints(pixels: Uint16Array, { timeMs, seed, length, intensity }: EffectInput): void {
  const level = intensity / 255;
  const wanted = Math.max(0.2, length * (0.004 + 0.19 * level * level));
  const sources = Math.ceil(wanted);
  const firesBelow = (wanted / sources) * 65_536;
  for (let source = 0; source < sources; source += 1) {
    const own = mix(seed + Math.imul(source, 0x9e3779b1));
    const turns = timeMs / GLINT_MS + own / 4_294_967_296;
    const turn = Math.floor(turns);
    const chance = mix(own ^ turn);
    const age = (turns - turn - ((chance & 65_535) / 65_536) * (1 - LIFE)) / LIFE;
    if (chance >>> 16 >= firesBelow || age < 0 || age >= 1) continue;
    const place = Math.floor(((source + mix(chance) / 4_294_967_296) / sources) * length);
    lay(pixels, place * 3, FULL_LIGHT, FULL_LIGHT, FULL_LIGHT, (1 - age) * (1 - age));
  }
}
