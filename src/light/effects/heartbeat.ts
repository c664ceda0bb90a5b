/**
 * Heartbeat: the whole zone beats twice, lub-dub, over the second colour, or black, and rests. Intensity is the
 * strength of the second beat.
 */
import { fillBackground, paintOver } from '../pixels.ts';
import { type Effect, type EffectInput, parameters } from './effect.ts';

/** Milliseconds from one heartbeat to the next: a heart at rest. */
const PERIOD_MS = 1000;
/** Milliseconds from the first beat to the second. */
const SECOND_MS = 290;
const RISE_MS = 80;
const FALL_MS = 480;
/** How strong the weakest second beat is to the eye. */
const WEAKEST = 0.4;

export const heartbeat: Effect = {
  declaration: {
    id: 'heartbeat',
    name: 'Heartbeat',
    aliases: ['Heart Beat'],
    parameters: parameters('sixty heartbeats a minute at 128', 'how strong the second beat is: weak at 0, as strong as the first at 255'),
  },
  animated: true,
  ownPalette: 'color-1',
  ring: false,
  stateSize: () => 0,
  draw,
};

function draw(pixels: Uint16Array, { timeMs, length, intensity, gradient, colors }: EffectInput): void {
  const sinceMs = timeMs % PERIOD_MS;
  const second = WEAKEST + ((1 - WEAKEST) * intensity) / 255;
  const value = Math.max(beat(sinceMs), second * beat(sinceMs - SECOND_MS));
  const share = value * value; // even to the eye, whose answer to light is near a square root
  const stride = 65_536 / length;
  fillBackground(pixels, length, colors);
  for (let led = 0, to = 0; led < length; led += 1, to += 3) paintOver(gradient, led * stride, share, pixels, to);
}

/** Up quickly, down slowly, and more and more so. @returns 0 to 1. */
function beat(sinceMs: number): number {
  if (sinceMs <= 0 || sinceMs >= RISE_MS + FALL_MS) return 0;
  if (sinceMs >= RISE_MS) {
    const left = 1 - (sinceMs - RISE_MS) / FALL_MS;
    return left * left;
  }
  const risen = sinceMs / RISE_MS;
  return risen * risen * (3 - 2 * risen);
}
