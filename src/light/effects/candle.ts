/**
 * Candle: candles along the zone, one every few LEDs, flicker in warm light and never go out. Most of the time they sway;
 * a draught that wanders along them makes them flutter. Intensity is how restless they are.
 */
import { paint } from '../gradient.ts';
import { mix } from '../hash.ts';
import { FULL_LIGHT } from '../linear.ts';
import { noise1 } from '../noise.ts';
import { type Effect, type EffectInput, parameters } from './effect.ts';

/** LEDs from one candle to the next; between them their light blends. */
const SPACING = 8;
/** Milliseconds of one swing of what moves a flame, about half a wave each. */
const SWAY_MS = 380;
const FLUTTER_MS = 80;
const DRAUGHT_MS = 900;
/** What the candle's light lacks of the white in a colour: most of the blue. */
const LESS_GREEN = 0.62;
const LESS_BLUE = 0.93;

export const candle: Effect = {
  declaration: {
    id: 'candle',
    name: 'Candle',
    aliases: ['Candles', 'Candle Multi', 'Flicker', 'Addressable Flicker', 'Candle Light'],
    parameters: parameters(
      'a flame sways about once a second at 128',
      'how restless it is: nearly still at 0, in a strong draught at 255',
      'up to three; the first is its own, its white part made warm; there is no background',
    ),
  },
  animated: true,
  ownPalette: 'color-1',
  ring: false,
  stateSize: (length) => Math.ceil(length / SPACING) + 1,
  draw,
};

function draw(pixels: Uint16Array, input: EffectInput): void {
  const { length, gradient } = input;
  const { cells } = input.state;
  const stride = 65_536 / length;
  flicker(cells, input);
  for (let led = 0, to = 0; led < length; led += 1, to += 3) {
    const candle = Math.floor(led / SPACING);
    const near = cells[candle] ?? 0;
    const part = (led % SPACING) / SPACING;
    paint(gradient, led * stride, pixels, to);
    warm(pixels, to, (near + ((cells[candle + 1] ?? 0) - near) * part * part * (3 - 2 * part)) / FULL_LIGHT);
  }
}

/** Writes how bright each candle is to the eye: 0.2 to 1, of 65,535. The cells keep nothing from frame to frame. */
function flicker(cells: Uint16Array, { timeMs, seed, intensity }: EffectInput): void {
  const restless = 0.12 + (0.88 * intensity) / 255;
  for (let candle = 0; candle < cells.length; candle += 1) {
    const own = mix(seed + Math.imul(candle, 0x9e3779b1));
    const sway = noise1(own, timeMs / SWAY_MS);
    const flutter = noise1(own ^ 0x5bd1e995, timeMs / FLUTTER_MS);
    const draught = noise1(seed, timeMs / DRAUGHT_MS + candle * 0.4);
    cells[candle] = FULL_LIGHT * (1 - restless * (0.32 * sway + 0.48 * flutter * draught));
  }
}

/** Dims a pixel, and makes it warmer the darker it gets, as a flame is. */
function warm(pixels: Uint16Array, to: number, value: number): void {
  const red = pixels[to] ?? 0;
  const green = pixels[to + 1] ?? 0;
  const blue = pixels[to + 2] ?? 0;
  const white = Math.min(red, green, blue);
  const light = value * value;
  pixels[to] = red * light;
  pixels[to + 1] = (green - white * LESS_GREEN) * light * (0.7 + 0.3 * value);
  pixels[to + 2] = (blue - white * LESS_BLUE) * light * (0.5 + 0.5 * value);
}
