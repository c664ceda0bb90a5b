/**
 * Pride 2015: an ever-changing rainbow under waves of brightness; colours and waves run now faster, now slower, now
 * closer, now wider (the idea is Mark Kriegsman's of 2015; the arithmetic is ours). Intensity is the depth of the waves.
 */
import { fillBackground, paintOver } from '../pixels.ts';
import { phase, swell } from '../waves.ts';
import { type Effect, type EffectInput, parameters } from './effect.ts';

/** Milliseconds and LEDs of one wave of brightness, and of once round the palette, on average. */
const WAVE_MS = 1500;
const WAVE_LEDS = 8.5;
const ROUND_MS = 12_500;
const ROUND_LEDS = 48;
/**
 * The waves are pushed ahead and held back, by 65,536ths of one, along a wider and slower wave; so are the colours. A
 * stride that itself changed with time would make the far end of a long zone race.
 */
const WAVE_SWAY = 58_000;
const WAVE_SWAY_MS = 19_000;
const WAVE_SWAY_LEDS = 97;
const ROUND_SWAY = 75_000;
const ROUND_SWAY_MS = 61_000;
const ROUND_SWAY_LEDS = 181;
/** Milliseconds in which the waves get shallower and deep again. */
const DEPTH_MS = 41_000;

export const pride2015: Effect = {
  declaration: {
    id: 'pride-2015',
    name: 'Pride 2015',
    aliases: ['Pride'],
    parameters: parameters(
      'a wave goes its length of 8 LEDs in 1.5 s at 128',
      'how deep the waves of brightness are: none at 0, down to the second colour or black at 255',
    ),
  },
  animated: true,
  ownPalette: 'rainbow',
  ring: true,
  stateSize: () => 0,
  draw,
};

function draw(pixels: Uint16Array, { timeMs, length, intensity, gradient, colors }: EffectInput): void {
  const share = intensity / 255;
  const deepest = share * (2 - share); // three quarters at 128
  const depth = deepest * (1 - 0.3 * swell(phase(timeMs, DEPTH_MS)));
  const waves = 65_536 - phase(timeMs, WAVE_MS);
  const colorsAt = 65_536 - phase(timeMs, ROUND_MS);
  const waveSway = phase(timeMs, WAVE_SWAY_MS);
  const colorSway = 65_536 - phase(timeMs, ROUND_SWAY_MS);
  fillBackground(pixels, length, colors);
  for (let led = 0, to = 0; led < length; led += 1, to += 3) {
    const along = led * 65_536;
    const ahead = WAVE_SWAY * swell((along / WAVE_SWAY_LEDS + waveSway) & 65_535);
    const value = 1 - depth * swell((along / WAVE_LEDS + waves + ahead) & 65_535);
    const color = along / ROUND_LEDS + colorsAt + ROUND_SWAY * swell((along / ROUND_SWAY_LEDS + colorSway) & 65_535);
    paintOver(gradient, color & 65_535, value * value, pixels, to);
  }
}
