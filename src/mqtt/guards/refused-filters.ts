/** Filters that were refused, counted together: those of one packet are decided in one turn, and are one line of the log at most. */
import type { Client } from 'aedes';
import type { GuardName } from './tally.ts';

interface Count {
  /** Of the first of them. */
  readonly why: string;
  times: number;
}

export class RefusedFilters {
  readonly #note: (guard: GuardName, client: Client, why: string, times: number) => void;
  /** Of this turn, by client. */
  readonly #counts = new Map<Client, Map<GuardName, Count>>();

  constructor(note: (guard: GuardName, client: Client, why: string, times: number) => void) {
    this.#note = note;
  }

  add(guard: GuardName, client: Client, why: string): void {
    if (this.#counts.size === 0) queueMicrotask(() => this.#tell());
    const counts = this.#counts.get(client) ?? new Map<GuardName, Count>();
    this.#counts.set(client, counts);
    const count = counts.get(guard);
    if (count === undefined) counts.set(guard, { why, times: 1 });
    else count.times += 1;
  }

  #tell(): void {
    for (const [client, counts] of this.#counts) for (const [guard, { why, times }] of counts) this.#note(guard, client, why, times);
    this.#counts.clear();
  }
}
