/**
 * Fire 2012: heat rises from sparks at the zone's beginning and cools on its way (the idea is Mark Kriegsman's of 2012;
 * the arithmetic is ours). A simulation in steps of fixed length whose chance hangs on the seed and the step's number
 * alone: however often it is drawn, the same time shows the same fire. After a long gap only the last steps are
 * simulated, from the heat that was there.
 */
import { paint } from '../gradient.ts';
import { mix } from '../hash.ts';
import { advance } from '../steps.ts';
import { type Effect, type EffectInput, parameters } from './effect.ts';

const STEP_MS = 1000 / 60;
/** The most steps that one frame simulates: 8.5 s at the usual speed, longer than any heat lasts. */
const MOST_STEPS = 512;
/** Longer zones stretch a fire of this many cells: the flame stays in proportion, and the cost bounded. */
const MOST_CELLS = 96;
const HOTTEST = 65_535;

export const fire2012: Effect = {
  declaration: {
    id: 'fire-2012',
    name: 'Fire 2012',
    aliases: ['Fire', 'Fire2012', 'Flame'],
    parameters: parameters(
      'sixty steps of the fire a second at 128',
      'how high it burns: embers at 0, the whole zone at 255',
      'up to three, for the palettes that are made of them',
    ),
  },
  animated: true,
  ownPalette: 'fire',
  ring: false,
  stateSize: (length) => Math.min(length, MOST_CELLS),
  draw,
};

function draw(pixels: Uint16Array, input: EffectInput): void {
  advance(input, STEP_MS, MOST_STEPS, burn);
  const { length, gradient } = input;
  const { cells } = input.state;
  const last = cells.length - 1;
  const stride = length > 1 ? last / (length - 1) : 0;
  for (let led = 0, to = 0; led < length; led += 1, to += 3) {
    const place = led * stride;
    const cell = Math.min(last, Math.floor(place));
    const heat = cells[cell] ?? 0;
    const next = cells[Math.min(last, cell + 1)] ?? 0;
    paint(gradient, Math.floor(heat + (next - heat) * (place - cell)), pixels, to);
  }
}

/** One step: every cell takes heat from the two below it, from the top down, and loses some. */
function burn({ state: { cells }, seed, intensity }: EffectInput, step: number): void {
  const count = cells.length;
  const chance = mix(seed ^ mix(step));
  const mostCooling = Math.min(20_000, Math.floor(((384 - intensity) * 760) / count));
  for (let cell = count - 1; cell >= 0; cell -= 1) {
    const below = cells[Math.max(0, cell - 1)] ?? 0;
    const farBelow = cells[Math.max(0, cell - 2)] ?? 0;
    const risen = (2 * (cells[cell] ?? 0) + 3 * below + 3 * farBelow) >> 3;
    const cooling = ((mix(chance + cell) & 65_535) * mostCooling) >>> 16;
    cells[cell] = Math.max(0, risen - cooling);
  }
  spark(cells, mix(chance ^ 0x5bd1e995), intensity);
}

/** Lights one of the lowest cells, the lower the likelier, and in more of the steps the higher the intensity. */
function spark(cells: Uint16Array, chance: number, intensity: number): void {
  if ((chance & 255) >= 64 + (intensity >> 1)) return;
  const lowest = Math.max(1, cells.length >> 3);
  const cell = (((chance >>> 8) & 255) * ((chance >>> 16) & 255) * lowest) >>> 16;
  const heat = 12_000 + (chance >>> 24) * 128;
  cells[cell] = Math.min(HOTTEST, (cells[cell] ?? 0) + heat);
}
