/**
 * Draws in the effects thread, one request of the desk after the other. Effects are given arrays of their own and never
 * the shared ones: what one writes beyond its pixels, or after its time, is seen by nobody.
 */
import { createGradient } from '../../light/gradient.ts';
import * as at from './desk.ts';
import type { FailureCode } from './messages.ts';
import type { tools } from './tools.ts';
import type { UserEffect } from './user-effect.ts';

export interface DraughtsmanParts {
  /** Whether the effects keep more memory than they may. */
  overMemory(): boolean;
  failed(index: number, code: FailureCode, cause: unknown): void;
}

export class Draughtsman {
  readonly #desk: at.Desk;
  readonly #effects: readonly UserEffect[];
  readonly #tools: typeof tools;
  readonly #parts: DraughtsmanParts;
  readonly #pixels = new Map<number, Uint16Array>();

  constructor(desk: at.Desk, effects: readonly UserEffect[], given: typeof tools, parts: DraughtsmanParts) {
    this.#desk = desk;
    this.#effects = effects;
    this.#tools = given;
    this.#parts = parts;
  }

  /** Never returns: the thread is ended from outside. */
  serve(): never {
    for (let answered = 0; ; ) {
      Atomics.wait(this.#desk.header, at.REQUEST, answered);
      const asked = Atomics.load(this.#desk.header, at.REQUEST);
      if (asked === answered) continue;
      this.answer();
      answered = asked;
      Atomics.store(this.#desk.header, at.ANSWER, asked);
      Atomics.notify(this.#desk.header, at.ANSWER);
    }
  }

  /** Draws what lies on the desk. */
  answer(): void {
    const { header } = this.#desk;
    const index = header[at.EFFECT] ?? 0;
    try {
      this.#draw(index);
      header[at.STATUS] = at.DRAWN;
    } catch (cause) {
      header[at.STATUS] = at.FAILED;
      this.#parts.failed(index, 'threw', cause);
      return;
    }
    if (!this.#parts.overMemory()) return;
    header[at.STATUS] = at.FAILED;
    this.#parts.failed(index, 'died', new Error('it keeps more memory than the effects may'));
  }

  #draw(index: number): void {
    const { header, numbers, gradient, colors, cells, pixels } = this.#desk;
    const length = header[at.LENGTH] ?? 0;
    const drawn = this.#pixelsOf(length);
    const state = { cells: cells.slice(0, header[at.CELLS]), step: numbers[at.STEP] ?? 0 };
    const input = {
      timeMs: numbers[at.TIME_MS] ?? 0,
      seed: (header[at.SEED] ?? 0) >>> 0,
      length,
      intensity: header[at.INTENSITY] ?? 0,
      gradient: copyOf(gradient, createGradient()),
      colors: colors.slice(),
      state,
    };
    drawn.fill(0);
    this.#effects[index]?.draw(drawn, input, this.#tools);
    at.copy(drawn, pixels, length * 3);
    at.copy(state.cells, cells, header[at.CELLS] ?? 0);
    numbers[at.STEP] = Number.isFinite(state.step) ? state.step : 0;
  }

  #pixelsOf(length: number): Uint16Array {
    const known = this.#pixels.get(length);
    if (known?.length === length * 3) return known; // an effect can have given its memory away
    const made = new Uint16Array(length * 3);
    this.#pixels.set(length, made);
    return made;
  }
}

function copyOf(from: Uint16Array, to: Uint16Array): Uint16Array {
  to.set(from);
  return to;
}
