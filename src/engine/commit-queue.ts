/**
 * Groups commits: while one write is under way the next decisions wait here and share the next write, so that a slow
 * card makes larger groups and not a longer queue. Everything settles in the order in which it was added.
 */
import { BoundedQueue } from '../base/bounded-queue.ts';
import type { World } from '../core/world.ts';
import type { CommitRecord, Journal, Snapshot, StoredAnswer } from './ports.ts';

export interface Pending {
  /** `null` where there is nothing to write: it settles with the group that it came with. */
  readonly record: CommitRecord | null;
  /** The world once the record is applied. */
  readonly world: World;
  readonly settle: (durable: boolean) => void;
}

export class CommitQueue {
  readonly #journal: Journal;
  readonly #answers: () => Iterable<StoredAnswer>;
  readonly #waiting: BoundedQueue<Pending>;
  #running: Promise<void> | null = null;

  /** @param limit of the queue. @param answers gives the settled ones, for a snapshot. */
  constructor(journal: Journal, limit: number, answers: () => Iterable<StoredAnswer>) {
    this.#journal = journal;
    this.#answers = answers;
    this.#waiting = new BoundedQueue(limit);
  }

  get full(): boolean {
    return this.#waiting.length >= this.#waiting.limit;
  }

  /** @returns false when the queue is full; the item was not taken then. */
  add(pending: Pending): boolean {
    if (!this.#waiting.push(pending)) return false;
    this.#running ??= this.#run();
    return true;
  }

  /** Resolves once everything added so far has settled. */
  async idle(): Promise<void> {
    while (this.#running !== null) await this.#running;
  }

  async #run(): Promise<void> {
    await Promise.resolve(); // what arrives in the same turn joins the first group
    for (let group = this.#waiting.drain(); group.length > 0; group = this.#waiting.drain()) await this.#commit(group);
    this.#running = null;
  }

  async #commit(group: readonly Pending[]): Promise<void> {
    const records = group.flatMap(({ record }) => (record === null ? [] : [record]));
    const last = group.at(-1);
    if (last === undefined) return;
    const durable = records.length === 0 || (await this.#journal.commit(records, () => this.#snapshot(last.world, records))).durable;
    for (const { settle } of group) settle(durable);
  }

  /** Called during the commit or later: by then some of its answers have settled. */
  #snapshot(world: World, records: readonly CommitRecord[]): Snapshot {
    const answers = new Set(this.#answers());
    for (const { answer } of records) if (answer !== null) answers.add(answer);
    return snapshotOf(world, [...answers]);
  }
}

export function snapshotOf(world: World, answers: readonly StoredAnswer[]): Snapshot {
  return {
    seq: world.seq,
    event_id: world.event_id,
    zones: Object.fromEntries(world.zones),
    previous: Object.fromEntries(world.previous),
    answers,
  };
}
