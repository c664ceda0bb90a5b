/** Bpm: the palette lies along the zone in stripes, which a beat drives forth and back. Intensity is their contrast. */
import { fillBackground, paintOver } from '../pixels.ts';
import { phase, wave } from '../waves.ts';
import { type Effect, type EffectInput, parameters } from './effect.ts';

/** Milliseconds from beat to beat: 62 a minute. */
const BEAT_MS = 60_000 / 62;
/** Milliseconds in which the palette moves on by itself, and the stripes by one stripe. */
const DRIFT_MS = 7000;
/** LEDs from stripe to stripe: as many as the zone has, within these bounds. */
const LEAST_STRIPE = 8;
const MOST_STRIPE = 26;
/** How much of a stripe a beat moves it. */
const SWING = 0.75;
/** Of 65,536: how far on in the palette the next LED is. */
const STRIDE = 512;

export const bpm: Effect = {
  declaration: {
    id: 'bpm',
    name: 'Bpm',
    aliases: ['Beat', 'Beats'],
    parameters: parameters(
      '62 beats a minute at 128',
      'how dark it gets between the stripes: not at all at 0, to the second colour or black at 255',
    ),
  },
  animated: true,
  ownPalette: 'party',
  ring: true,
  stateSize: () => 0,
  draw,
};

function draw(pixels: Uint16Array, { timeMs, length, intensity, gradient, colors }: EffectInput): void {
  const drift = phase(timeMs, DRIFT_MS);
  const flat = 1 - intensity / 255;
  const depth = 1 - flat * flat;
  const stripe = Math.max(LEAST_STRIPE, Math.min(MOST_STRIPE, length));
  fillBackground(pixels, length, colors);
  const shift = SWING * wave(phase(timeMs, BEAT_MS)) + 1 - drift / 65_536;
  let along = (shift - Math.floor(shift)) * stripe; // how far into its stripe this LED is
  for (let led = 0, to = 0; led < length; led += 1, to += 3) {
    const value = 1 - depth * (1 - rise(along, stripe));
    paintOver(gradient, (drift + led * STRIDE) & 65_535, value * value, pixels, to);
    along = along < stripe - 1 ? along + 1 : along + 1 - stripe;
  }
}

/** From 0 to 1 along a stripe; the edge to the next is two LEDs wide, so that it glides and does not jump. */
function rise(along: number, stripe: number): number {
  return along < stripe - 2 ? along / (stripe - 2) : (stripe - along) / 2;
}
