/** The newest events, in memory and without gaps, so that a usual replay touches no disk. Bounded; the oldest go. */
import type { DiunaEvent } from '../model/event.ts';

export class RecentEvents {
  readonly #limit: number;
  #events: DiunaEvent[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(event: DiunaEvent): void {
    const last = this.#events.at(-1);
    if (last !== undefined && last.seq + 1 !== event.seq) this.#events = [];
    this.#events.push(event);
    // Cut by halves: one move of the array for every `limit` events.
    if (this.#events.length >= this.#limit * 2) this.#events = this.#events.slice(-this.#limit);
  }

  /** At most `limit` events with `after < seq <= until`; `null` where memory does not reach back to the first of them. */
  page(after: number, until: number, limit: number): DiunaEvent[] | null {
    const first = this.#events[0];
    if (first === undefined || first.seq > after + 1) return null;
    const start = after + 1 - first.seq;
    return this.#events.slice(start, start + Math.min(limit, Math.max(0, until - after)));
  }

  seqOf(id: string): number | null {
    return this.#events.findLast((event) => event.id === id)?.seq ?? null;
  }
}
