/**
 * Dissolve: LEDs change one after another, at chance places, to the zone's colours and after a hold back to the second
 * colour, or black. Intensity is how fast they follow each other; the rest of the time the picture stands.
 */
import { mix } from '../hash.ts';
import { fillBackground, paintOver } from '../pixels.ts';
import { type Effect, type EffectInput, parameters } from './effect.ts';

/** Milliseconds from one change's beginning to the next one's: there, then back. */
const CHANGE_MS = 3000;
/** The part of that in which a single LED changes. */
const FADE = 0.12;

export const dissolve: Effect = {
  declaration: {
    id: 'dissolve',
    name: 'Dissolve',
    aliases: [],
    parameters: parameters(
      'there and back in 6 s at 128',
      'how long it stands between the changes: not at all at 0, a third of the time at 128, three quarters at 255',
    ),
  },
  animated: true,
  ownPalette: 'color-1',
  ring: false,
  stateSize: () => 0,
  draw,
};

function draw(pixels: Uint16Array, { timeMs, seed, length, intensity, gradient, colors }: EffectInput): void {
  const changes = timeMs / CHANGE_MS;
  const change = Math.floor(changes);
  const leaving = change % 2 === 1;
  const spread = (1 - (0.75 * intensity) / 255 - FADE) / 4_294_967_296; // from the first LED's beginning to the last one's
  const order = mix(seed ^ mix(change));
  const stride = 65_536 / length;
  fillBackground(pixels, length, colors);
  for (let led = 0, to = 0; led < length; led += 1, to += 3) {
    const changed = Math.max(0, Math.min(1, (changes - change - mix(order + led) * spread) / FADE));
    const value = leaving ? 1 - changed : changed;
    if (value > 0) paintOver(gradient, led * stride, value * value, pixels, to);
  }
}
