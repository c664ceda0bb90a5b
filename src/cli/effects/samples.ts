/** What the gallery shows of each effect: how long, and in which colours, so that a small picture tells most. */
import { defaultTarget } from '../../model/state.ts';
import type { Film } from './film.ts';
import type { Grid } from './png.ts';

const colors = { orange: { r: 255, g: 122, b: 0 }, blue: { r: 0, g: 60, b: 255 }, white: { r: 255, g: 255, b: 255 } } as const;

interface Sample {
  /** What the picture's height is worth. */
  readonly seconds?: number;
  readonly colors?: readonly [keyof typeof colors, ...(keyof typeof colors)[]];
}

const LENGTH = 60;
const FRAMES = 80;
const usual: Required<Sample> = { seconds: 8, colors: ['orange'] };

/** By effect id; one that is not here is shown as usual. */
export const samples: Readonly<Record<string, Sample>> = {
  blink: { seconds: 4 },
  fade: { colors: ['orange', 'blue'] },
  strobe: { seconds: 3 },
  wipe: { colors: ['orange', 'blue'] },
  sweep: { colors: ['orange', 'blue'] },
  'random-colors': { seconds: 24 },
  theater: { seconds: 4 },
  'chase-3': { colors: ['orange', 'blue', 'white'] },
  sparkle: { seconds: 4 },
  dissolve: { colors: ['orange', 'blue'] },
  'fire-2012': { seconds: 4 },
  candle: { seconds: 4 },
  'bouncing-balls': { seconds: 3 },
  juggle: { seconds: 5 },
  bpm: { seconds: 4 },
  pacifica: { seconds: 20 },
  gradient: { seconds: 40, colors: ['orange', 'blue'] },
  sunrise: { seconds: 600 },
  aurora: { seconds: 20 },
  heartbeat: { seconds: 4 },
};

/** Two or three colours as the zone's first, second and third. */
export function sampleOf(effect: string): { readonly film: Film; readonly grid: Grid } {
  const { seconds, colors: named } = { ...usual, ...samples[effect] };
  const shows = { ...defaultTarget, state: 'ON', effect, color: colors[named[0]], colors: named.map((name) => colors[name]) } as const;
  return {
    film: { length: LENGTH, frames: FRAMES, fps: FRAMES / seconds, start: 0, zone: 'floor', shows, palettes: [] },
    grid: { columns: LENGTH, rows: FRAMES, across: 4, down: 2 },
  };
}

/** What the palettes' pictures take for the zone's colours. */
export const sampleColors = Object.values(colors);

/** `8 s in orange and blue` */
export function sampleNote(effect: string): string {
  const { seconds, colors: named } = { ...usual, ...samples[effect] };
  const listed = named.length > 1 ? `${named.slice(0, -1).join(', ')} and ${named.at(-1)}` : named[0];
  return `${seconds} s in ${listed}`;
}
