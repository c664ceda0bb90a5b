/** Plasma: waves of colour run through each other, bright where they meet. Intensity is how dark it is between them. */
import { fillBackground, paintOver } from '../pixels.ts';
import { phase, sine } from '../waves.ts';
import { type Effect, type EffectInput, parameters } from './effect.ts';

/** Milliseconds for one period of each wave; no small common multiple, so that no picture comes back soon. */
const PERIODS_MS = [4300, 5900, 9700] as const;
/** Milliseconds in which each wave has been ahead of itself and behind. */
const SWAY_MS = [23_000, 31_000] as const;
/** How far that is, in 65,536ths of a period. */
const SWAY = 24_000;
/** Milliseconds in which all goes once round the palette. */
const ROUND_MS = 53_000;
/** LEDs of one period of each wave, on a zone of 30 LEDs or more; shorter waves on a shorter one. */
const LEDS = [19, 27, 61] as const;
const SHORT = 30;

export const plasma: Effect = {
  declaration: {
    id: 'plasma',
    name: 'Plasma',
    aliases: [],
    parameters: parameters(
      'the fastest waves go 19 LEDs in 4.3 s at 128',
      'how dark it is where the waves cancel out: not at all at 0, the second colour or black at 255',
    ),
  },
  animated: true,
  ownPalette: 'party',
  ring: true,
  stateSize: () => 0,
  draw,
};

function draw(pixels: Uint16Array, { timeMs, length, intensity, gradient, colors }: EffectInput): void {
  const stride = 65_536 / Math.min(1, Math.max(6, length) / SHORT);
  const depth = intensity / (4 * 255); // two waves, each from -1 to 1, differ by four at most
  const middle = 1 - 2 * depth;
  const forth = SWAY * sine(phase(timeMs, SWAY_MS[0])) - phase(timeMs, PERIODS_MS[0]);
  const back = SWAY * sine(phase(timeMs, SWAY_MS[1])) + phase(timeMs, PERIODS_MS[1]);
  const under = -phase(timeMs, PERIODS_MS[2]);
  const round = phase(timeMs, ROUND_MS);
  fillBackground(pixels, length, colors);
  for (let led = 0, to = 0; led < length; led += 1, to += 3) {
    const along = led * stride;
    const first = sine(along / LEDS[0] + forth);
    const second = sine(along / LEDS[1] + back);
    const third = sine(along / LEDS[2] + under);
    const value = middle + depth * (first + second);
    const color = round + 9000 * (first - second) + 17_000 * third;
    paintOver(gradient, color & 65_535, value * value, pixels, to);
  }
}
