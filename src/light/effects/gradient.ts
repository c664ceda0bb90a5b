/**
 * Gradient: the palette laid over the zone once, drifting slowly to and fro; a single colour is laid over the second
 * one, or black, as a gradient too. Intensity is how far it drifts.
 */
import { type Gradient, ofOneColor, paint } from '../gradient.ts';
import { fillBackground, paintOver } from '../pixels.ts';
import { phase, sine, swell } from '../waves.ts';
import { type Effect, type EffectInput, parameters } from './effect.ts';

/** Milliseconds of the two swings that the drift is made of: together they repeat after 23 minutes only. */
const LONG_MS = 47_000;
const SHORT_MS = 30_000;
/** Where the end of a gradient is. */
const END = 768;

export const gradient: Effect = {
  declaration: {
    id: 'gradient',
    name: 'Gradient',
    aliases: ['Palette'],
    parameters: parameters(
      'to and fro in 30 to 47 s at 128',
      'how far it drifts: hardly at all at 0, half the zone at 128, all of it at 255',
      'up to three; the gradient runs through them, or from a single one to black',
    ),
  },
  animated: true,
  ownPalette: 'color-gradient',
  ring: false,
  stateSize: () => 0,
  draw,
};

function draw(pixels: Uint16Array, { timeMs, length, intensity, gradient: palette, colors }: EffectInput): void {
  const swing = 0.6 * sine(phase(timeMs, LONG_MS)) + 0.4 * sine(phase(timeMs, SHORT_MS));
  const drift = 65_536 * (0.02 + (0.98 * intensity) / 255) * swing;
  const start = (length > 1 ? 0 : 32_768) - drift;
  const stride = length > 1 ? 65_535 / (length - 1) : 0; // the ends of the zone are the ends of the palette
  const closed = palette[0] === palette[END] && palette[1] === palette[END + 1] && palette[2] === palette[END + 2];
  const round = closed ? 65_535 : 131_071; // a palette whose end meets its beginning goes on there, another one turns back
  if (ofOneColor(palette)) return shade(pixels, length, palette, colors, start, stride);
  for (let led = 0, to = 0; led < length; led += 1, to += 3) {
    const at = (start + led * stride) & round;
    paint(palette, at <= 65_535 ? at : 131_071 - at, pixels, to);
  }
}

/** A palette of one colour: from all of it to nothing of it. */
function shade(pixels: Uint16Array, length: number, palette: Gradient, colors: Uint16Array, start: number, stride: number): void {
  fillBackground(pixels, length, colors);
  for (let led = 0, to = 0; led < length; led += 1, to += 3) {
    paintOver(palette, 0, swell((32_768 + (start + led * stride) / 2) & 65_535), pixels, to);
  }
}
