/** Scan: a lit block runs to and fro over the second colour, or black. Intensity is the block's width. */
import { fillBackground, paintOver } from '../pixels.ts';
import { phase } from '../waves.ts';
import { type Effect, type EffectInput, parameters } from './effect.ts';

/** Milliseconds to the end of the zone and back. */
const PERIOD_MS = 4000;
/** The narrowest block is one of so many on the zone, or one LED: a single one of thousands would be lost. */
const MOST_BLOCKS = 60;

export const scan: Effect = {
  declaration: {
    id: 'scan',
    name: 'Scan',
    aliases: ['Addressable Scan', 'Scan Single'],
    parameters: parameters(
      'to the end and back in 4 s at 128',
      'how wide the block is: one LED, or a sixtieth of a long zone, at 0, about an eighth of the zone at 128, half of it at 255',
    ),
  },
  animated: true,
  ownPalette: 'color-1',
  ring: false,
  stateSize: () => 0,
  draw,
};

function draw(pixels: Uint16Array, { timeMs, length, intensity, gradient, colors }: EffectInput): void {
  const width = blockWidth(length, intensity);
  const begin = (length - width) * toAndFro(timeMs);
  const end = begin + width;
  const beyond = Math.min(length, Math.ceil(end));
  const stride = 65_536 / length;
  fillBackground(pixels, length, colors);
  for (let led = Math.floor(begin); led < beyond; led += 1) {
    const covered = Math.min(end, led + 1) - Math.max(begin, led); // less than 1 at the block's edges
    paintOver(gradient, led * stride, covered, pixels, led * 3);
  }
}

/** LEDs; not a whole number. */
function blockWidth(length: number, intensity: number): number {
  const narrowest = Math.max(1, length / MOST_BLOCKS);
  const share = intensity / 255;
  return narrowest + (Math.max(narrowest, length / 2) - narrowest) * share * share;
}

/** 0 at the zone's beginning, 1 at its end. */
function toAndFro(timeMs: number): number {
  return 1 - Math.abs(1 - phase(timeMs, PERIOD_MS) / 32_768);
}
