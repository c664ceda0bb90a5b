/** Juggle: dots of several colours swing through one another, each at its own pace, with trails. Intensity is the trail. */
import { mix } from '../hash.ts';
import { fillBackground } from '../pixels.ts';
import { drawSwing } from '../swing.ts';
import { phase } from '../waves.ts';
import { type Effect, type EffectInput, parameters } from './effect.ts';

/** Swings a minute of the slowest dot; each further one makes one more. */
const SLOWEST_SWINGS = 7;
const MOST_DOTS = 8;

export const juggle: Effect = {
  declaration: {
    id: 'juggle',
    name: 'Juggle',
    aliases: ['Juggling'],
    parameters: parameters('seven to fourteen swings a minute at 128', 'how long the trails glow: 0.1 s at 0, 0.4 s at 128, 1.3 s at 255'),
  },
  animated: true,
  ownPalette: 'rainbow',
  ring: false,
  stateSize: () => 0,
  draw,
};

function draw(pixels: Uint16Array, { timeMs, seed, length, intensity, gradient, colors }: EffectInput): void {
  const dots = Math.min(MOST_DOTS, 2 + Math.floor(length / 10)); // more would fill a short zone
  const trailMs = 100 + (intensity * intensity * 1200) / 65_025;
  fillBackground(pixels, length, colors);
  for (let dot = 0; dot < dots; dot += 1) {
    const periodMs = 60_000 / (SLOWEST_SWINGS + dot);
    const at = (phase(timeMs, periodMs) + mix(seed ^ dot)) & 65_535;
    const color = Math.floor((dot * 65_536) / MOST_DOTS);
    drawSwing(pixels, length, gradient, at, (trailMs * 65_536) / periodMs, color, 0);
  }
}
