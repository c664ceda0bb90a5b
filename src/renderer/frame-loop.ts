/**
 * When frames are made. While something moves they stand on a grid, frame n at start + n × period, so that no error adds
 * up; while the scene is still none are made, but for a refresh where an output needs one; and a change of a still scene
 * is drawn at once. It knows neither pixels nor outputs.
 *
 * A grid moment is reached in two steps: a timer up to about 2 ms before it, as timers are a millisecond coarse, and a
 * blocking wait for the rest, which costs no processor time. The event loop gets at least one turn between two frames.
 */
import type { LoopClock } from './loop-clock.ts';

export interface FrameWork {
  /** Makes and sends the frame of this moment. @returns whether the picture moves on from it. */
  frame(momentMs: number): boolean;
  /** Sends the last frame again where an output needs that. */
  refresh(): void;
  /** Grid moments were skipped because the loop came `lateMs` late, a period or more. */
  overrun(lateMs: number, skipped: number): void;
}

export interface LoopTimes {
  /** Milliseconds between frames while something moves. */
  readonly periodMs: number;
  /** Least milliseconds between frames that are drawn at once: what the slowest wire needs, or what a receiver bears. */
  readonly gapMs: number;
  /** Milliseconds between refreshes of a still scene; 0 for none. */
  readonly refreshMs: number;
}

/** Longest that the thread is blocked before a frame, in milliseconds. */
const LONGEST_BLOCK_MS = 2.5;

export class FrameLoop {
  readonly #clock: LoopClock;
  readonly #work: FrameWork;
  #times: LoopTimes = { periodMs: 1000 / 60, gapMs: 0, refreshMs: 0 };
  #moving = false;
  #stopped = false;
  #gridStartMs = 0;
  #gridIndex = 0;
  /** The moment that the timer is set for; infinite where it is not. */
  #dueMs = Number.POSITIVE_INFINITY;
  #dueIsRefresh = false;
  #lastFrameMs = Number.NEGATIVE_INFINITY;
  #beats = 0;
  #cancelTimer: () => void = () => undefined;
  readonly #onTimer = () => this.#turn();

  constructor(clock: LoopClock, work: FrameWork) {
    this.#clock = clock;
    this.#work = work;
  }

  get beats(): number {
    return this.#beats;
  }

  get moving(): boolean {
    return this.#moving;
  }

  /** Ends the grid; the next `wake` starts a new one. */
  configure(times: LoopTimes): void {
    this.#times = times;
    this.#moving = false;
    this.#disarm();
  }

  /** The picture changed. Still: it is drawn before this returns, or as soon as the wire is free. Moving: on the grid. */
  wake(): void {
    if (this.#moving || this.#stopped) return;
    const nowMs = this.#clock.nowMs();
    const freeMs = this.#lastFrameMs + this.#times.gapMs;
    if (nowMs >= freeMs) this.#make(nowMs);
    else if (this.#dueIsRefresh || this.#dueMs > freeMs) this.#arm(freeMs, false);
  }

  stop(): void {
    this.#stopped = true;
    this.#moving = false;
    this.#disarm();
  }

  #turn(): void {
    this.#beats += 1;
    const restMs = this.#dueMs - this.#clock.nowMs();
    if (this.#dueIsRefresh) this.#refresh();
    else if (restMs > LONGEST_BLOCK_MS) this.#arm(this.#dueMs, false);
    else {
      if (restMs > 0) this.#clock.block(restMs);
      this.#make(this.#clock.nowMs());
    }
  }

  #make(nowMs: number): void {
    this.#disarm();
    const momentMs = this.#moving ? this.#gridMoment(nowMs) : nowMs;
    const wasMoving = this.#moving;
    this.#lastFrameMs = nowMs;
    this.#moving = this.#work.frame(momentMs);
    if (this.#stopped) return;
    if (!this.#moving) {
      this.#rest(nowMs);
      return;
    }
    if (!wasMoving) this.#startGrid(momentMs);
    this.#gridIndex += 1;
    this.#arm(this.#gridStartMs + this.#gridIndex * this.#times.periodMs, false);
  }

  #startGrid(momentMs: number): void {
    this.#gridStartMs = momentMs;
    this.#gridIndex = 0;
  }

  /** @returns the newest grid moment that is due; those passed over are told as an overrun. */
  #gridMoment(nowMs: number): number {
    const { periodMs } = this.#times;
    const lateMs = nowMs - (this.#gridStartMs + this.#gridIndex * periodMs);
    if (lateMs >= periodMs) {
      const skipped = Math.floor(lateMs / periodMs);
      this.#gridIndex += skipped;
      this.#work.overrun(lateMs, skipped);
    }
    return this.#gridStartMs + this.#gridIndex * periodMs;
  }

  #refresh(): void {
    this.#disarm();
    this.#work.refresh();
    this.#rest(this.#clock.nowMs());
  }

  #rest(nowMs: number): void {
    if (this.#times.refreshMs > 0) this.#arm(nowMs + this.#times.refreshMs, true);
  }

  #arm(dueMs: number, isRefresh: boolean): void {
    this.#cancelTimer();
    this.#dueMs = dueMs;
    this.#dueIsRefresh = isRefresh;
    const restMs = dueMs - this.#clock.nowMs();
    this.#cancelTimer = this.#clock.after(restMs <= LONGEST_BLOCK_MS ? 0 : Math.floor(restMs - 1), this.#onTimer);
  }

  #disarm(): void {
    this.#cancelTimer();
    this.#dueMs = Number.POSITIVE_INFINITY;
    this.#dueIsRefresh = false;
  }
}
