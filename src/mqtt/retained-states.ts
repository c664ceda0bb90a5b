/**
 * The retained state of each zone, of each group and of `all`, published at most 20 times a second each; the last state
 * always goes out (protocol §6).
 */
import type { Clock } from '../base/clock.ts';
import { aggregate } from '../core/aggregate.ts';
import { summarize } from '../core/summary.ts';
import { memberIds, membersOf, severalNames, type ZoneNames } from '../core/zone-names.ts';
import type { ZoneState } from '../model/state.ts';

const SPACING_MS = 50;

export class RetainedStates {
  readonly #publish: (name: string, payload: string) => void;
  readonly #publishSummary: (name: string, payload: string) => void;
  readonly #clock: Clock;
  readonly #lastMs = new Map<string, number>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  #states = new Map<string, ZoneState>();
  #groups: ZoneNames<ZoneState>['groups'] = new Map();
  /** By zone: the names that mean it with others. */
  #wider = new Map<string, string[]>();

  /**
   * @param publish puts the payload on the state topic of a zone or group, retained.
   * @param publishSummary the same for the summary of a group.
   */
  constructor(clock: Clock, publish: (name: string, payload: string) => void, publishSummary: (name: string, payload: string) => void) {
    this.#clock = clock;
    this.#publish = publish;
    this.#publishSummary = publishSummary;
  }

  /** What there is, as it was told last. */
  get names(): ZoneNames<ZoneState> {
    return { zones: this.#states, groups: this.#groups };
  }

  /** Takes the zones and groups that there are now, and publishes all. Of those that left no more is published; who clears them knows more. */
  reset(states: ReadonlyMap<string, ZoneState>, groups: ZoneNames<ZoneState>['groups']): void {
    const before = [...this.#states.keys(), ...this.#groups.keys()];
    this.#states = new Map(states);
    this.#groups = groups;
    this.#wider = widerNames(this.names);
    for (const name of before) if (memberIds(this.names, name) === null) this.#forget(name);
    this.retell();
  }

  /** All of them, as they are. */
  retell(): void {
    for (const name of [...this.#states.keys(), ...severalNames(this.names)]) this.#now(name);
  }

  /** @param changes of one command, all taken before anything of them is published: nobody sees half of a group changed. */
  update(changes: Iterable<readonly [string, ZoneState]>): void {
    const concerned = new Set<string>();
    for (const [zone, state] of changes) {
      if (!this.#states.has(zone)) continue; // it left the config in the meantime
      this.#states.set(zone, state);
      for (const name of [zone, ...(this.#wider.get(zone) ?? [])]) concerned.add(name);
    }
    for (const name of concerned) this.#soon(name);
  }

  /** Publishes what still waits. */
  flush(): void {
    for (const name of [...this.#timers.keys()]) this.#now(name);
  }

  #soon(name: string): void {
    if (this.#timers.has(name)) return;
    const waitMs = (this.#lastMs.get(name) ?? Number.NEGATIVE_INFINITY) + SPACING_MS - this.#clock.monotonicUs() / 1000;
    if (waitMs <= 0) return this.#now(name);
    this.#timers.set(
      name,
      setTimeout(() => this.#now(name), Math.ceil(waitMs)),
    );
  }

  #now(name: string): void {
    clearTimeout(this.#timers.get(name));
    this.#timers.delete(name);
    this.#lastMs.set(name, this.#clock.monotonicUs() / 1000);
    const zone = this.#states.get(name);
    if (zone !== undefined) return this.#publish(name, JSON.stringify(zone));
    const members = membersOf(this.names, name) ?? [];
    if (members.length === 0) return;
    this.#publish(name, JSON.stringify(aggregate(members)));
    this.#publishSummary(name, JSON.stringify(summarize(members)));
  }

  #forget(name: string): void {
    clearTimeout(this.#timers.get(name));
    this.#timers.delete(name);
    this.#lastMs.delete(name);
  }
}

function widerNames(names: ZoneNames<ZoneState>): Map<string, string[]> {
  const wider = new Map<string, string[]>();
  for (const name of severalNames(names)) {
    for (const id of memberIds(names, name) ?? []) wider.set(id, [...(wider.get(id) ?? []), name]);
  }
  return wider;
}
