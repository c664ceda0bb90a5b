/**
 * From what a knob's lines do to what a person did with it: decoding, bounce, gestures, acceleration and coalescing together. Fed
 * with signals and times, asked what is due and when next; owns no timer, knows no zones.
 */
import { Acceleration } from './acceleration.ts';
import { Coalescer, type Turn } from './coalescer.ts';
import { Debounce, type SwitchChange } from './debounce.ts';
import { type Gesture, Gestures } from './gestures.ts';
import { Quadrature, type QuadratureSettings } from './quadrature.ts';

export type KnobInput =
  | { readonly kind: 'level'; readonly line: 'clk' | 'dt' | 'switch'; readonly level: 0 | 1 }
  | { readonly kind: 'turned'; readonly detents: number }
  | { readonly kind: 'button'; readonly down: boolean };

export type KnobAction = ({ readonly kind: 'turned'; readonly held: boolean } & Turn) | Gesture;

export interface ReaderSettings extends QuadratureSettings {
  /** Pressed is low. */
  readonly activeLow: boolean;
  readonly bounceUs: number;
  readonly acceleration: number | null;
  /** What a detent changes by, turned freely and while held. */
  readonly steps: { readonly free: number; readonly held: number };
  /** Whether two presses mean something. */
  readonly doubles: boolean;
}

export class KnobReader {
  readonly #settings: ReaderSettings;
  readonly #quadrature: Quadrature;
  readonly #debounce: Debounce;
  readonly #gestures: Gestures;
  readonly #acceleration: Acceleration;
  readonly #free = new Coalescer();
  readonly #held = new Coalescer();

  constructor(settings: ReaderSettings) {
    this.#settings = settings;
    this.#quadrature = new Quadrature(settings);
    this.#debounce = new Debounce(settings.bounceUs);
    this.#gestures = new Gestures(settings.doubles);
    this.#acceleration = new Acceleration(settings.acceleration);
  }

  /** When `due` is to be asked next if nothing comes before. */
  get deadlineUs(): number | null {
    return earliest([this.#sensesUs, this.#free.deadlineUs, this.#held.deadlineUs]);
  }

  /** @param atUs when it happened, never less than before. @param nowUs when we hear of it: commands keep their pace by it. */
  hear(input: KnobInput, atUs: number, nowUs: number = atUs): KnobAction[] {
    const before = [...this.#dueTurns(nowUs), ...this.#dueSenses(atUs, nowUs)]; // turns that a late timer has left come first
    return [...before, ...this.#take(input, atUs, nowUs), ...this.#dueTurns(nowUs)];
  }

  /**
   * @param knownUs until when all that happened has been heard: what a person meant is decided up to then and no further, as an
   * edge that is still on its way may say otherwise.
   */
  due(nowUs: number, knownUs: number = nowUs): KnobAction[] {
    const turns = this.#dueTurns(nowUs);
    return [...turns, ...this.#dueSenses(knownUs, nowUs), ...this.#dueTurns(nowUs)];
  }

  #take(input: KnobInput, atUs: number, nowUs: number): KnobAction[] {
    if (input.kind === 'turned') return this.#turn(input.detents * (this.#settings.reverse ? -1 : 1), atUs, nowUs);
    if (input.kind === 'button') return this.#press(this.#debounce.level(input.down, atUs));
    if (input.line !== 'switch') return this.#turn(this.#quadrature.level(input.line, input.level, atUs), atUs, nowUs);
    const down = input.level === (this.#settings.activeLow ? 0 : 1);
    if (this.#debounce.isKnown) return this.#press(this.#debounce.level(down, atUs));
    this.#debounce.begin(down);
    if (down) this.#gestures.foundHeld(atUs);
    return [];
  }

  #turn(detents: number, atUs: number, nowUs: number): KnobAction[] {
    if (detents === 0) return [];
    const gestures = this.#gestures.turn(atUs);
    const held = this.#gestures.isHeld;
    const { steps } = this.#settings;
    const amount = this.#acceleration.weigh(detents, atUs) * (held ? steps.held : steps.free);
    const turn = (held ? this.#held : this.#free).add(detents, amount, nowUs);
    return turn === null ? gestures : [...gestures, { kind: 'turned', held, ...turn }];
  }

  #press(changes: readonly SwitchChange[]): KnobAction[] {
    return changes.flatMap(({ down, atUs }) => (down ? this.#gestures.down(atUs) : this.#gestures.up(atUs)));
  }

  get #sensesUs(): number | null {
    return earliest([this.#quadrature.deadlineUs, this.#debounce.deadlineUs, this.#gestures.deadlineUs]);
  }

  /** Each at its own time and in that order, however late we are asked. */
  #dueSenses(untilUs: number, nowUs: number): KnobAction[] {
    const actions: KnobAction[] = [];
    for (let atUs = this.#sensesUs; atUs !== null && atUs <= untilUs; atUs = this.#sensesUs) {
      actions.push(...this.#turn(this.#quadrature.due(atUs), atUs, nowUs), ...this.#press(this.#debounce.due(atUs)));
      actions.push(...this.#gestures.due(atUs));
    }
    return actions;
  }

  #dueTurns(nowUs: number): KnobAction[] {
    const [free, held] = [this.#free.due(nowUs), this.#held.due(nowUs)];
    const turned = (turn: Turn | null, isHeld: boolean): KnobAction[] => (turn === null ? [] : [{ kind: 'turned', held: isHeld, ...turn }]);
    return [...turned(free, false), ...turned(held, true)];
  }
}

function earliest(times: readonly (number | null)[]): number | null {
  return times.reduce((first, time) => (first === null || (time !== null && time < first) ? time : first), null);
}
