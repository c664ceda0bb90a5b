/**
 * The retained state of each zone and of `all`, published at most 20 times a second and zone; the last state always
 * goes out (protocol §6).
 */
import type { Clock } from '../base/clock.ts';
import { aggregate } from '../core/aggregate.ts';
import { ALL } from '../model/ids.ts';
import type { ZoneState } from '../model/state.ts';

const SPACING_MS = 50;

export class RetainedStates {
  readonly #publish: (zone: string, payload: string) => void;
  readonly #clock: Clock;
  readonly #states = new Map<string, ZoneState>();
  readonly #lastMs = new Map<string, number>();
  readonly #timers = new Map<string, NodeJS.Timeout>();

  /** @param publish puts the payload on the zone's state topic, retained; an empty one clears it. */
  constructor(clock: Clock, publish: (zone: string, payload: string) => void) {
    this.#clock = clock;
    this.#publish = publish;
  }

  /** Takes the zones that there are now: all are published, those that left are cleared. */
  reset(states: ReadonlyMap<string, ZoneState>): void {
    for (const zone of this.#states.keys()) if (!states.has(zone)) this.#remove(zone);
    for (const [zone, state] of states) this.#states.set(zone, state);
    for (const zone of [...states.keys(), ALL]) this.#now(zone);
  }

  update(zone: string, state: ZoneState): void {
    if (!this.#states.has(zone)) return; // it left the config in the meantime
    this.#states.set(zone, state);
    this.#soon(zone);
    this.#soon(ALL);
  }

  /** Publishes what still waits. */
  flush(): void {
    for (const zone of [...this.#timers.keys()]) this.#now(zone);
  }

  #soon(zone: string): void {
    if (this.#timers.has(zone)) return;
    const waitMs = (this.#lastMs.get(zone) ?? Number.NEGATIVE_INFINITY) + SPACING_MS - this.#clock.monotonicUs() / 1000;
    if (waitMs <= 0) return this.#now(zone);
    this.#timers.set(
      zone,
      setTimeout(() => this.#now(zone), Math.ceil(waitMs)),
    );
  }

  #now(zone: string): void {
    clearTimeout(this.#timers.get(zone));
    this.#timers.delete(zone);
    this.#lastMs.set(zone, this.#clock.monotonicUs() / 1000);
    const state = zone === ALL ? aggregate([...this.#states.values()]) : this.#states.get(zone);
    if (state !== null && state !== undefined) this.#publish(zone, JSON.stringify(state));
  }

  #remove(zone: string): void {
    clearTimeout(this.#timers.get(zone));
    this.#timers.delete(zone);
    this.#states.delete(zone);
    this.#lastMs.delete(zone);
    this.#publish(zone, '');
  }
}
