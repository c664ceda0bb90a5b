/**
 * Sparkle: brief sparks at chance places over the zone's colours, in the second colour, or white. Intensity is how many.
 * The colours under white sparks are dimmed, so that sparks stand out from white light too.
 */
import { paint } from '../gradient.ts';
import { mix } from '../hash.ts';
import { FULL_LIGHT } from '../linear.ts';
import { lay } from '../pixels.ts';
import { type Effect, type EffectInput, parameters } from './effect.ts';

/** Milliseconds in which each source of sparks lets one go. */
const PERIOD_MS = 600;
/** The part of that in which a spark dies. */
const LIFE = 0.5;
/** What is left of the light under white sparks. */
const GROUND = 0.4;

export const sparkle: Effect = {
  declaration: {
    id: 'sparkle',
    name: 'Sparkle',
    aliases: ['Sparkles'],
    parameters: parameters(
      'a spark dies in 0.3 s at 128',
      'how many sparks: few at 0, about six a second on 60 LEDs at 128, over twenty at 255',
      'up to three; the first is its own, the second that of the sparks, white where there is none',
    ),
  },
  animated: true,
  ownPalette: 'color-1',
  ring: false,
  stateSize: () => 0,
  draw,
};

function draw(pixels: Uint16Array, input: EffectInput): void {
  const { length, gradient, colors } = input;
  const red = colors[3] ?? 0;
  const green = colors[4] ?? 0;
  const blue = colors[5] ?? 0;
  const stride = 65_536 / length;
  for (let led = 0, to = 0; led < length; led += 1, to += 3) paint(gradient, led * stride, pixels, to);
  if (red + green + blue > 0) {
    sparks(pixels, input, red, green, blue);
  } else {
    dim(pixels, length);
    sparks(pixels, input, FULL_LIGHT, FULL_LIGHT, FULL_LIGHT);
  }
}

function dim(pixels: Uint16Array, length: number): void {
  for (let to = 0; to < length * 3; to += 1) pixels[to] = (pixels[to] ?? 0) * GROUND;
}

/**
 * Each source has a stretch of the zone, so that sparks do not crowd. In each of its turns it lets one go at a chance place
 * and moment, so that none beats time.
 */
function sparks(pixels: Uint16Array, input: EffectInput, red: number, green: number, blue: number): void {
  const { timeMs, seed, length, intensity } = input;
  const level = intensity / 255;
  const wanted = Math.max(0.5, length * (0.01 + 0.22 * level * level));
  const sources = Math.ceil(wanted);
  const firesBelow = (wanted / sources) * 65_536;
  for (let source = 0; source < sources; source += 1) {
    const own = mix(seed + Math.imul(source, 0x9e3779b1));
    const turns = timeMs / PERIOD_MS + own / 4_294_967_296;
    const turn = Math.floor(turns);
    const chance = mix(own ^ turn);
    const age = (turns - turn - ((chance & 65_535) / 65_536) * (1 - LIFE)) / LIFE;
    if (chance >>> 16 >= firesBelow || age < 0 || age >= 1) continue;
    const place = Math.floor(((source + mix(chance) / 4_294_967_296) / sources) * length);
    lay(pixels, place * 3, red, green, blue, (1 - age) * (1 - age));
  }
}
