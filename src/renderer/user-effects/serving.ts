/**
 * The renderer's turn at the desk: asks the thread for one picture at a time and waits for it, but never long. What is
 * late is taken when it comes; until then nobody waits for anything. An effect that gives no answer in its time, takes
 * too much memory or takes the thread down is named, so that it can be stopped. Drawing allocates nothing.
 */
import type { EffectInput, EffectState } from '../../light/effects/effect.ts';
import type { LoopClock } from '../loop-clock.ts';
import * as at from './desk.ts';
import type { EffectsThread } from './effects-thread.ts';
import { LEAST_LOOKS, OVERTIME_MS, WATCH_MS } from './limits.ts';
import type { Loaded } from './loading.ts';
import { MemoryWatch } from './memory-watch.ts';
import type { FailureCode, FromEffects } from './messages.ts';

/** What is kept of one run of an effect: its last picture, as no picture is there when it is late. */
export interface RunMemory {
  readonly state: EffectState;
  readonly pixels: Uint16Array;
  /** Whether a picture has come. */
  known: boolean;
  /** The frame in which one was asked for last; less than any before the first. */
  asked: number;
}

/** How long the renderer may still wait within this frame; all effects share it. */
export interface Patience {
  /** Counts up. */
  frame: number;
  leftMs: number;
  /** For effects that have not given a picture yet. */
  firstMs: number;
}

export interface Failed {
  /** null where no effect was at work. */
  readonly index: number | null;
  readonly code: FailureCode;
  readonly message: string;
  /** Whether the thread goes on without it. */
  readonly threadLives: boolean;
}

export class Serving {
  readonly #clock: LoopClock;
  readonly #thread: EffectsThread;
  readonly #desk: at.Desk;
  readonly #patience: Patience;
  readonly #memory = new MemoryWatch();
  /** Effects that have given a picture, and those that are asked no more. */
  readonly #known: Uint8Array;
  readonly #stopped: Uint8Array;
  #number = 0;
  /** The run that the request under way is for. */
  #pending: RunMemory | null = null;
  #pendingIndex = 0;
  #sinceMs = 0;
  #watching = false;
  /** How often the request under way was found unanswered. */
  #looks = 0;
  #frame = 0;
  /** Runs that were asked for after this frame let those go before that had no turn in the last one. */
  #dueFrame = Number.POSITIVE_INFINITY;
  #nextDueFrame = Number.POSITIVE_INFINITY;
  #cancelTimer: () => void = () => undefined;
  readonly #failed: (failure: Failed) => void;

  /** @param failed is called from the event loop, never while something is drawn. */
  constructor(clock: LoopClock, thread: EffectsThread, loaded: Loaded, patience: Patience, failed: (failure: Failed) => void) {
    this.#clock = clock;
    this.#thread = thread;
    this.#desk = new at.Desk(loaded.desk, loaded.size);
    this.#patience = patience;
    this.#known = new Uint8Array(loaded.effects.length);
    this.#stopped = new Uint8Array(loaded.effects.length);
    this.#failed = failed;
    thread.listener = {
      message: (message) => this.#hear(message),
      ended: (reason) => this.#lost('died', reason),
    };
  }

  /** @returns whether `memory` holds the picture of this moment, or one that was asked for a moment ago. */
  draw(index: number, input: EffectInput, memory: RunMemory): boolean {
    this.#beginFrame();
    if (this.#pending !== null) {
      const mine = this.#pending === memory;
      if (!this.#collect()) return mine ? false : this.#putOff(memory);
      // Others have their turn: one that is always late must not keep them all waiting.
      if (mine) return true;
    }
    if (this.#stopped[index] === 1 || !this.#fits(input)) return false;
    if (memory.asked > this.#dueFrame) return this.#putOff(memory);
    this.#ask(index, input, memory);
    if (this.#wait(index)) return this.#collect();
    this.#watch();
    return false;
  }

  async kill(): Promise<void> {
    this.#cancelTimer();
    this.#pending = null;
    await this.#thread.kill();
  }

  /** Where all were asked for in the last frame, all may be in this one. */
  #beginFrame(): void {
    if (this.#frame === this.#patience.frame) return;
    this.#frame = this.#patience.frame;
    this.#dueFrame = this.#nextDueFrame;
    this.#nextDueFrame = Number.POSITIVE_INFINITY;
  }

  /** It has no turn in this frame: those that wait longest come first in the next one, else the first zones were always served alone. */
  #putOff({ asked }: RunMemory): false {
    this.#nextDueFrame = Math.min(this.#nextDueFrame, asked);
    return false;
  }

  /** A desk is made for the zones that there were when the effects were loaded. */
  #fits({ length, state }: EffectInput): boolean {
    return length * 3 <= this.#desk.pixels.length && state.cells.length <= this.#desk.cells.length;
  }

  #ask(index: number, input: EffectInput, memory: RunMemory): void {
    const { header, numbers, gradient, colors, cells } = this.#desk;
    header[at.EFFECT] = index;
    header[at.LENGTH] = input.length;
    header[at.SEED] = input.seed | 0;
    header[at.INTENSITY] = input.intensity;
    header[at.CELLS] = input.state.cells.length;
    numbers[at.TIME_MS] = input.timeMs;
    numbers[at.STEP] = input.state.step;
    gradient.set(input.gradient);
    colors.set(input.colors);
    cells.set(input.state.cells);
    memory.asked = this.#frame;
    this.#pending = memory;
    this.#pendingIndex = index;
    this.#sinceMs = this.#clock.nowMs();
    this.#looks = 0;
    this.#number = (this.#number + 1) | 0;
    Atomics.store(header, at.REQUEST, this.#number);
    Atomics.notify(header, at.REQUEST);
  }

  #answered(): boolean {
    return Atomics.load(this.#desk.header, at.ANSWER) === this.#number;
  }

  #wait(index: number): boolean {
    const { leftMs, firstMs } = this.#patience;
    const patienceMs = this.#known[index] === 0 ? Math.max(leftMs, firstMs) : leftMs;
    this.#known[index] = 1;
    if (patienceMs > 0 && !this.#answered()) Atomics.wait(this.#desk.header, at.ANSWER, (this.#number - 1) | 0, patienceMs);
    const waitedMs = this.#clock.nowMs() - this.#sinceMs;
    this.#patience.leftMs -= waitedMs;
    this.#patience.firstMs -= waitedMs;
    return this.#answered();
  }

  /** Takes the answer, where it is there. @returns whether it is a picture. */
  #collect(): boolean {
    const memory = this.#pending;
    if (memory === null || !this.#answered()) return false;
    this.#pending = null;
    const { header, numbers, pixels, cells } = this.#desk;
    if (header[at.STATUS] !== at.DRAWN) {
      this.#stopped[this.#pendingIndex] = 1;
      return true;
    }
    at.copy(pixels, memory.pixels, memory.pixels.length);
    at.copy(cells, memory.state.cells, memory.state.cells.length);
    memory.state.step = numbers[at.STEP] ?? 0;
    memory.known = true;
    return true;
  }

  /** Looks after a request that is late, whether or not frames are made. */
  #watch(): void {
    if (this.#watching) return;
    this.#watching = true;
    this.#lookAgain();
  }

  #lookAgain(): void {
    this.#cancelTimer = this.#clock.after(WATCH_MS, () => {
      if (this.#looks === 0) this.#memory.begin(); // one that is always late answers for its own growth alone
      if (this.#pending === null || this.#answered()) this.#watching = false;
      else if (this.#overtime()) this.#lost('overtime', `it did not draw a frame within ${OVERTIME_MS} ms`);
      else if (this.#memory.exceeded()) this.#lost('died', 'it took more memory than effects may');
      else this.#lookAgain();
    });
  }

  /** A process that was halted, or had no processor, was no more late than its effects. */
  #overtime(): boolean {
    this.#looks += 1;
    return this.#looks >= LEAST_LOOKS && this.#clock.nowMs() - this.#sinceMs > OVERTIME_MS;
  }

  #hear(message: FromEffects): void {
    if (message.kind !== 'threw') return;
    const { index, code } = message;
    this.#stopped[index] = 1;
    this.#failed({ index, code, message: message.message, threadLives: code === 'threw' });
  }

  #lost(code: FailureCode, message: string): void {
    const index = this.#pending === null || this.#answered() ? null : this.#pendingIndex;
    this.#failed({ index, code, message, threadLives: false });
  }
}
