/**
 * What a person meant by pressing: once, twice or long, or holding it to turn. Each press comes to exactly one of these. Fed with
 * downs, ups and turns, which must come in the order of their times; asked what is due; owns no timer.
 */

export const DOUBLE_PRESS_US = 350_000;
export const LONG_PRESS_US = 600_000;

export type Gesture =
  | { readonly kind: 'pressed' | 'double_pressed' | 'long_pressed' }
  /** It was let go, whatever the press came to. */
  | { readonly kind: 'released'; readonly heldUs: number };

export class Gestures {
  readonly #doubles: boolean;
  #downUs: number | null = null;
  /** What this press comes to is known already. */
  #spent = false;
  /** A press that was let go then, and may be the first of two. */
  #firstUs: number | null = null;

  /** @param doubles whether two presses mean something: else each counts at once. */
  constructor(doubles: boolean) {
    this.#doubles = doubles;
  }

  get isHeld(): boolean {
    return this.#downUs !== null;
  }

  get deadlineUs(): number | null {
    if (this.#downUs !== null) return this.#spent ? null : this.#downUs + LONG_PRESS_US;
    return this.#firstUs === null ? null : this.#firstUs + DOUBLE_PRESS_US;
  }

  /** It is found held, since nobody knows when: letting it go means nothing, turning it does. */
  foundHeld(nowUs: number): void {
    this.#downUs = nowUs;
    this.#spent = true;
  }

  down(atUs: number): Gesture[] {
    const before = this.due(atUs);
    if (this.#downUs !== null) return before;
    this.#downUs = atUs;
    this.#spent = false;
    return before;
  }

  up(atUs: number): Gesture[] {
    const before = this.due(atUs);
    if (this.#downUs === null) return before;
    const released: Gesture = { kind: 'released', heldUs: atUs - this.#downUs };
    this.#downUs = null;
    if (this.#spent) return [...before, released];
    if (this.#firstUs !== null) {
      this.#firstUs = null;
      return [...before, released, { kind: 'double_pressed' }];
    }
    if (!this.#doubles) return [...before, released, { kind: 'pressed' }];
    this.#firstUs = atUs;
    return [...before, released];
  }

  /** Told before the turn itself counts: a press that waited for a second one comes first. */
  turn(atUs: number): Gesture[] {
    const before = this.due(atUs);
    if (this.#downUs !== null) this.#spent = true;
    return [...before, ...this.#firstAlone()];
  }

  due(nowUs: number): Gesture[] {
    const { deadlineUs } = this;
    if (deadlineUs === null || nowUs < deadlineUs) return [];
    if (this.#downUs === null) return this.#firstAlone();
    this.#spent = true;
    return [...this.#firstAlone(), { kind: 'long_pressed' }];
  }

  #firstAlone(): Gesture[] {
    if (this.#firstUs === null) return [];
    this.#firstUs = null;
    return [{ kind: 'pressed' }];
  }
}
