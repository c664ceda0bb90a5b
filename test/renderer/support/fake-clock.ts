/** A loop clock that stands still until a test moves it. Timers fire in order of their moment; blocking moves the time. */
import type { LoopClock } from '../../../src/renderer/loop-clock.ts';

interface Timer {
  readonly dueMs: number;
  readonly callback: () => void;
}

export class FakeLoopClock implements LoopClock {
  /** How late every timer fires, in milliseconds. */
  timersLateMs = 0;
  readonly blocked: number[] = [];
  #nowMs: number;
  readonly #timers = new Set<Timer>();

  constructor(nowMs = 1000) {
    this.#nowMs = nowMs;
  }

  get pending(): number {
    return this.#timers.size;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { dueMs: this.#nowMs + ms, callback };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  block(ms: number): void {
    this.blocked.push(ms);
    this.#nowMs += ms;
  }

  /** Lets time pass without any timer being looked at, as when the thread is busy. */
  stall(ms: number): void {
    this.#nowMs += ms;
  }

  /** Lets `ms` pass and fires what falls due. */
  advance(ms: number): void {
    const endMs = this.#nowMs + ms;
    for (let next = this.#next(endMs); next !== undefined; next = this.#next(endMs)) {
      this.#timers.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.dueMs + this.timersLateMs);
      next.callback();
    }
    this.#nowMs = Math.max(this.#nowMs, endMs);
  }

  #next(endMs: number): Timer | undefined {
    return [...this.#timers].filter(({ dueMs }) => dueMs + this.timersLateMs <= endMs).sort((a, b) => a.dueMs - b.dueMs)[0];
  }
}
