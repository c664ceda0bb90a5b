/**
 * A knob without hardware: it is told what a hand would do, and tells the levels that the lines of a real one would have, with
 * their times. Everything behind it is what serves a real knob.
 */
import type { Clock } from '../base/clock.ts';
import type { Move } from '../core/knobs/moves.ts';
import type { KnobDriver, KnobLine, KnobListener, KnobSignal } from './knob-driver.ts';

/** 200 detents a second. */
const DETENT_US = 5000;
const PRESS_US = 60_000;
const LONG_US = 700_000;
/** Between two presses of one double press, and between a hold and its turning. */
const GAP_US = 60_000;
/** After a press: the next one is another. */
const PAUSE_US = 400_000;
/** Longest that moves may wait for those before them. */
const WAITING_US = 60_000_000;
/** Quadrature clockwise from rest at high, as clk and dt. */
const states: readonly (readonly [0 | 1, 0 | 1])[] = [
  [1, 1],
  [0, 1],
  [0, 0],
  [1, 0],
];

export interface SimulatedSettings {
  readonly stepsPerDetent: 1 | 2 | 4;
  readonly reverse: boolean;
  readonly restsAt: 0 | 1;
  readonly activeLow: boolean;
}

export class SimulatedDriver implements KnobDriver {
  readonly #settings: SimulatedSettings;
  readonly #clock: Clock;
  #listener: KnobListener | null = null;
  #timer: NodeJS.Timeout | undefined;
  /** In the order of their times; those before `#next` have been told. */
  #signals: KnobSignal[] = [];
  #next = 0;
  #phase = 0;
  #freeUs = 0;

  constructor(settings: SimulatedSettings, clock: Clock) {
    this.#settings = settings;
    this.#clock = clock;
  }

  open(_signal: AbortSignal, listener: KnobListener): Promise<void> {
    this.#listener = listener;
    this.#phase = this.#settings.restsAt === 1 ? 0 : 2;
    const atUs = this.#clock.monotonicUs();
    this.#freeUs = atUs;
    for (const line of ['clk', 'dt'] as const) listener.hear({ kind: 'level', line, level: this.#settings.restsAt, atUs });
    listener.hear(this.#button(false, atUs));
    return Promise.resolve();
  }

  close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#listener = null;
    this.#signals = [];
    this.#next = 0;
    return Promise.resolve();
  }

  /** Whether it is open, and what waits leaves room. */
  get isReady(): boolean {
    return this.#listener !== null && this.#freeUs - this.#clock.monotonicUs() <= WAITING_US;
  }

  /** Begins once the moves before are done. @returns false where it is not ready: nothing is done then. */
  play(moves: readonly Move[]): boolean {
    if (!this.isReady) return false;
    this.#freeUs = Math.max(this.#freeUs, this.#clock.monotonicUs());
    this.#signals.splice(0, this.#next); // whoever never lets it rest must not make it remember all
    this.#next = 0;
    for (const move of moves) this.#plan(move);
    this.#go();
    return true;
  }

  #plan(move: Move): void {
    if (move.kind !== 'turn') {
      this.#press(move.kind === 'long_press' ? LONG_US : PRESS_US, move.kind === 'double_press' ? GAP_US : PAUSE_US);
      if (move.kind === 'double_press') this.#press(PRESS_US, PAUSE_US);
    } else if (move.held) {
      this.#then(this.#button(true, this.#freeUs), GAP_US);
      this.#turn(move.detents);
      this.#freeUs += GAP_US;
      this.#then(this.#button(false, this.#freeUs), GAP_US);
    } else this.#turn(move.detents);
  }

  #press(heldUs: number, pauseUs: number): void {
    this.#then(this.#button(true, this.#freeUs), heldUs);
    this.#then(this.#button(false, this.#freeUs), pauseUs);
  }

  /** Wired the other way round, it is turned so that what was asked for comes out. */
  #turn(detents: number): void {
    const { stepsPerDetent, reverse } = this.#settings;
    const way = reverse === detents > 0 ? 3 : 1;
    for (let step = Math.abs(detents) * stepsPerDetent; step > 0; step -= 1) {
      const [clk, dt] = states[this.#phase] ?? [1, 1];
      this.#phase = (this.#phase + way) % 4;
      const [clkThen, dtThen] = states[this.#phase] ?? [1, 1];
      const line: KnobLine = clk === clkThen ? 'dt' : 'clk';
      const level = line === 'clk' ? clkThen : dtThen;
      if (clk !== clkThen || dt !== dtThen) this.#then({ kind: 'level', line, level, atUs: this.#freeUs }, DETENT_US / stepsPerDetent);
    }
  }

  #button(down: boolean, atUs: number): KnobSignal {
    return { kind: 'level', line: 'switch', level: down === this.#settings.activeLow ? 0 : 1, atUs };
  }

  #then(signal: KnobSignal, pauseUs: number): void {
    this.#signals.push(signal);
    this.#freeUs = signal.atUs + pauseUs;
  }

  /** Tells what is due and waits for the next; each turn of the loop tells a few at most. */
  #go(): void {
    clearTimeout(this.#timer);
    const nowUs = this.#clock.monotonicUs();
    for (let signal = this.#signals[this.#next]; signal !== undefined && signal.atUs <= nowUs; signal = this.#signals[this.#next]) {
      this.#next += 1;
      this.#listener?.hear(signal);
    }
    const next = this.#signals[this.#next];
    if (next === undefined) {
      this.#signals = [];
      this.#next = 0;
    } else this.#timer = setTimeout(() => this.#go(), Math.max(1, (next.atUs - nowUs) / 1000));
  }
}
