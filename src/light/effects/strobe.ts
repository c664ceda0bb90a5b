/**
 * Strobe: short flashes of the whole zone over the second colour, or black; in each the palette lies elsewhere along
 * the zone. Intensity is the length of a flash. It glows out as a flash bulb does: one that falls between two frames is
 * seen by its glow, where it would be missing otherwise.
 */
import { fillBackground, paintOver } from '../pixels.ts';
import { type Effect, type EffectInput, parameters } from './effect.ts';

/** Milliseconds from one flash to the next. */
const PERIOD_MS = 600;
/** Milliseconds until a flash is out, at intensity 0. */
const SHORTEST_MS = 60;
/** Milliseconds that it takes longer at 255: half of the time then. */
const LONGER_MS = 240;
/** How much of that it is at full light. */
const FULL_SHARE = 0.25;
/** From one flash to the next, in positions of the palette: the golden section of it is as far from the last ones as can be. */
const SHIFT = 40_503;

export const strobe: Effect = {
  declaration: {
    id: 'strobe',
    name: 'Strobe',
    aliases: ['Strobe Light', 'Flash', 'Stroboscope'],
    parameters: parameters(
      'five flashes in 3 s at 128',
      'how long a flash is until its glow is gone: a tenth of the time at 0, a fifth at 128, half at 255',
    ),
  },
  animated: true,
  ownPalette: 'color-1',
  ring: true,
  stateSize: () => 0,
  draw,
};

function draw(pixels: Uint16Array, { timeMs, length, intensity, gradient, colors }: EffectInput): void {
  const sinceMs = timeMs % PERIOD_MS;
  const share = brightness(sinceMs, intensity);
  fillBackground(pixels, length, colors);
  if (share <= 0) return;
  const start = Math.imul(Math.round((timeMs - sinceMs) / PERIOD_MS), SHIFT) & 65_535;
  const stride = 65_536 / length;
  for (let led = 0, to = 0; led < length; led += 1, to += 3) {
    paintOver(gradient, (start + led * stride) & 65_535, share, pixels, to);
  }
}

/** 1 in the flash, then falling steeply. */
function brightness(sinceMs: number, intensity: number): number {
  const outMs = SHORTEST_MS + (LONGER_MS * intensity * intensity) / 65_025;
  const left = Math.max(0, Math.min(1, (1 - sinceMs / outMs) / (1 - FULL_SHARE)));
  return left * left * left;
}
