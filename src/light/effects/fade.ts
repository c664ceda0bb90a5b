/**
 * Fade: the whole zone fades from its first colour to its second and back, or forth and back through the palette. A
 * palette of one colour fades to the second colour or black instead. Intensity is how long it stands at both ends.
 */
import { ofOneColor, paint } from '../gradient.ts';
import { fill, fillBackground, paintOver } from '../pixels.ts';
import { phase } from '../waves.ts';
import { type Effect, type EffectInput, parameters } from './effect.ts';

/** Milliseconds forth and back. */
const PERIOD_MS = 8000;
/** Fades from one end of the palette to the other: colours that meet at an edge in it fade into each other, too. */
const FADES = 7;
/** How much of the time it stands still at intensity 255. */
const LONGEST_STAND = 0.85;

export const fade: Effect = {
  declaration: {
    id: 'fade',
    name: 'Fade',
    aliases: ['Color Fade', 'Crossfade'],
    parameters: parameters(
      'forth and back in 8 s at 128',
      'how long it stands at both ends: not at all at 0, a fifth of the time at 128, most of it at 255',
      'up to three; it fades through all of them, to black where there is but one',
    ),
  },
  animated: true,
  ownPalette: 'color-gradient',
  ring: false,
  stateSize: () => 0,
  draw,
};

function draw(pixels: Uint16Array, { timeMs, length, intensity, gradient, colors }: EffectInput): void {
  const way = wayGone(phase(timeMs, PERIOD_MS), intensity);
  if (ofOneColor(gradient)) {
    fillBackground(pixels, 1, colors);
    paintOver(gradient, 0, (1 - way) * (1 - way), pixels, 0); // squared: even to the eye
  } else {
    const done = Math.min(FADES - 1, Math.floor(way * FADES));
    paint(gradient, Math.floor((done * 65_535) / FADES), pixels, 0);
    paintOver(gradient, Math.floor(((done + 1) * 65_535) / FADES), way * FADES - done, pixels, 0);
  }
  fill(pixels, length, pixels[0] ?? 0, pixels[1] ?? 0, pixels[2] ?? 0);
}

/** How far it is from the first end, 0, to the other, 1: it sets off and arrives softly, then stands. */
function wayGone(at: number, intensity: number): number {
  const triangle = 1 - Math.abs(at - 32_768) / 32_768;
  const moving = 1 - (LONGEST_STAND * intensity * intensity) / 65_025;
  const way = Math.max(0, Math.min(1, (triangle - 0.5) / moving + 0.5));
  return way * way * (3 - 2 * way);
}
