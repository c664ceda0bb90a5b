/**
 * An effect of the user's as the stage sees it: it is drawn in another thread, and where its picture is late, the last
 * one is shown. One that was stopped is a solid colour.
 */
import type { Effect, EffectInput, EffectState } from '../../light/effects/effect.ts';
import { solid } from '../../light/effects/solid.ts';
import type { EffectDeclaration } from '../../model/catalog.ts';
import type { LoopClock } from '../loop-clock.ts';
import { copy } from './desk.ts';
import type { LoadedEffect } from './messages.ts';
import type { RunMemory, Serving } from './serving.ts';

/** So long after it was late, a still picture is drawn again: the one shown may be an old one. */
const UNSURE_MS = 250;

export class RemoteEffect implements Effect {
  readonly declaration: EffectDeclaration;
  readonly ownPalette: string;
  readonly ring: boolean;
  readonly file: string;
  /** The same for the same file with states of the same sizes: a reload need not begin it anew. */
  readonly key: string;
  readonly #clock: LoopClock;
  readonly #animated: boolean;
  readonly #cells: ReadonlyMap<number, number>;
  /** By the state of a run, which a run keeps for as long as it goes on. */
  readonly #memories = new WeakMap<EffectState, RunMemory>();
  #serving: Serving | null = null;
  #index = 0;
  #lateMs = Number.NEGATIVE_INFINITY;
  #stopped = false;

  constructor(clock: LoopClock, loaded: LoadedEffect) {
    this.#clock = clock;
    this.declaration = loaded.declaration;
    this.ownPalette = loaded.palette;
    this.ring = loaded.ring;
    this.file = loaded.file;
    this.key = keyOf(loaded);
    this.#animated = loaded.animated;
    this.#cells = new Map(loaded.cells);
  }

  get animated(): boolean {
    return !this.#stopped && (this.#animated || this.#clock.nowMs() - this.#lateMs < UNSURE_MS);
  }

  /** From now on this draws it, under this index; null for nobody. */
  bind(serving: Serving | null, index: number): void {
    this.#serving = serving;
    this.#index = index;
  }

  stop(): void {
    this.#stopped = true;
    this.#serving = null;
  }

  stateSize(length: number): number {
    return this.#cells.get(length) ?? 0;
  }

  draw(pixels: Uint16Array, input: EffectInput): void {
    const memory = this.#memoryOf(input);
    // A zone that came with a reload may have a length that no state is known for yet.
    const ready = this.#cells.size === 0 || this.#cells.has(input.length);
    if (!ready || this.#serving?.draw(this.#index, input, memory) !== true) this.#lateMs = this.#clock.nowMs();
    if (this.#stopped || !memory.known) solid.draw(pixels, input);
    else copy(memory.pixels, pixels, memory.pixels.length);
  }

  #memoryOf({ state, length }: EffectInput): RunMemory {
    const known = this.#memories.get(state);
    if (known?.pixels.length === length * 3) return known;
    const made = { state, pixels: new Uint16Array(length * 3), known: false, asked: Number.NEGATIVE_INFINITY };
    this.#memories.set(state, made);
    return made;
  }
}

export function keyOf({ declaration, digest, cells }: LoadedEffect): string {
  return JSON.stringify([declaration.id, digest, cells]);
}
