/**
 * The memory that the renderer shares with its effects thread: the renderer lays one request on it and wakes the thread,
 * the thread lays the picture beside it and wakes the renderer. One side writes at a time, by turns: the renderer until
 * `REQUEST` has a new number, the thread until `ANSWER` has the same.
 */
import { createGradient } from '../../light/gradient.ts';

export interface DeskSize {
  /** The longest zone's. */
  readonly pixels: number;
  /** The largest state's. */
  readonly cells: number;
}

/** Indices into the header. */
export const REQUEST = 0;
export const ANSWER = 1;
export const STATUS = 2;
export const EFFECT = 3;
export const LENGTH = 4;
export const SEED = 5;
export const INTENSITY = 6;
export const CELLS = 7;
/** Indices into the numbers. */
export const TIME_MS = 0;
export const STEP = 1;

/** What `STATUS` says. */
export const DRAWN = 1;
export const FAILED = 2;

const HEADER = 8;
const NUMBERS = 2;
const COLORS = 9;
const GRADIENT = createGradient().length;

export class Desk {
  readonly header: Int32Array;
  readonly numbers: Float64Array;
  readonly gradient: Uint16Array;
  readonly colors: Uint16Array;
  /** r, g, b of each pixel. */
  readonly pixels: Uint16Array;
  readonly cells: Uint16Array;

  constructor(buffer: SharedArrayBuffer, size: DeskSize) {
    let at = 0;
    const next = (bytes: number) => {
      const from = at;
      at += bytes;
      return from;
    };
    this.numbers = new Float64Array(buffer, next(NUMBERS * 8), NUMBERS);
    this.header = new Int32Array(buffer, next(HEADER * 4), HEADER);
    this.gradient = new Uint16Array(buffer, next(GRADIENT * 2), GRADIENT);
    this.colors = new Uint16Array(buffer, next(COLORS * 2), COLORS);
    this.pixels = new Uint16Array(buffer, next(size.pixels * 6), size.pixels * 3);
    this.cells = new Uint16Array(buffer, next(size.cells * 2), size.cells);
  }
}

export function createDesk({ pixels, cells }: DeskSize): SharedArrayBuffer {
  return new SharedArrayBuffer(NUMBERS * 8 + HEADER * 4 + (GRADIENT + COLORS + pixels * 3 + cells) * 2);
}

/** Copies the first `count` values; in a loop, as another view on an array would be an allocation. */
export function copy(from: Uint16Array, to: Uint16Array, count: number): void {
  for (let at = 0; at < count; at += 1) to[at] = from[at] ?? 0;
}
