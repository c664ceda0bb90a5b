/** Solid: one colour everywhere, and still. It is also what a zone without an effect shows. */
import type { Effect, EffectInput } from './effect.ts';

export const solid: Effect = {
  declaration: {
    id: 'solid',
    name: 'Solid',
    aliases: ['Static', 'Solid Color', 'Plain'],
    parameters: {},
  },
  animated: false,
  ownPalette: 'color-1',
  ring: false,
  stateSize: () => 0,
  draw,
};

function draw(pixels: Uint16Array, { length, colors }: EffectInput): void {
  const red = colors[0] ?? 0;
  const green = colors[1] ?? 0;
  const blue = colors[2] ?? 0;
  for (let at = 0, end = length * 3; at < end; at += 3) {
    pixels[at] = red;
    pixels[at + 1] = green;
    pixels[at + 2] = blue;
  }
}
