/** Chase: lights with a fading tail run along the zone over the second colour, or black. Intensity is the tail. */
import { fillBackground, paintOver } from '../pixels.ts';
import { phase } from '../waves.ts';
import { type Effect, type EffectInput, parameters } from './effect.ts';

/** Milliseconds until a light is where the one before it was. */
const PERIOD_MS = 2000;
/** LEDs from one light to the next, about: a whole number of lights goes onto the zone, so that none jumps at its end. */
const SPACING = 30;

export const chase: Effect = {
  declaration: {
    id: 'chase',
    name: 'Chase',
    aliases: ['Color Chase', 'Chase Color', 'Comet'],
    parameters: parameters('a light goes 30 LEDs in 2 s at 128', 'how long the tail is: one LED at 0, up to the next light at 255'),
  },
  animated: true,
  ownPalette: 'color-1',
  ring: false,
  stateSize: () => 0,
  draw,
};

function draw(pixels: Uint16Array, { timeMs, length, intensity, gradient, colors }: EffectInput): void {
  const spacing = Math.max(2, length / Math.max(1, Math.round(length / SPACING)));
  const tail = 1 + ((spacing - 2) * intensity) / 255;
  fillBackground(pixels, length, colors);
  const stride = 65_536 / length;
  let behind = (spacing * phase(timeMs, PERIOD_MS)) / 65_536; // how far the light ahead is gone past this LED
  for (let led = 0, to = 0; led < length; led += 1, to += 3) {
    const share = brightness(behind, spacing, tail);
    if (share > 0) paintOver(gradient, led * stride, share, pixels, to);
    behind = behind < 1 ? behind - 1 + spacing : behind - 1;
  }
}

/** 1 at the light, falling along its tail; the LED before it comes up as the light comes near. */
function brightness(behind: number, spacing: number, tail: number): number {
  if (behind > spacing - 1) return behind - (spacing - 1);
  const left = behind < tail ? 1 - behind / tail : 0;
  return left * left;
}
