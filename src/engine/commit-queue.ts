/**
 * Groups commits: while one write is under way the next decisions wait here and share the next write, so that a slow
 * card makes larger groups and not a longer queue. Everything settles in the order in which it was added.
 */
import { assert } from '../base/assert-never.ts';
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

/** How much may wait; at either bound clients' commands are refused. */
export interface CommitLimits {
  readonly commands: number;
  readonly events: number;
}

/** Places for the daemon's own records and probes beyond what clients may fill. */
const HEADROOM = 64;

export class CommitQueue {
  readonly #journal: Journal;
  readonly #answers: () => Iterable<StoredAnswer>;
  readonly #limits: CommitLimits;
  readonly #waiting: BoundedQueue<Pending>;
  #waitingEvents = 0;
  #told: World;
  #running: Promise<void> | null = null;

  /** @param world everything of which has been told already. @param answers gives the settled ones, for a snapshot. */
  constructor(journal: Journal, limits: CommitLimits, world: World, answers: () => Iterable<StoredAnswer>) {
    this.#journal = journal;
    this.#limits = limits;
    this.#told = world;
    this.#answers = answers;
    this.#waiting = new BoundedQueue(limits.commands + HEADROOM);
  }

  /** The world as it has been told: nothing of it can be lost any more, but where the disk fails. */
  get told(): World {
    return this.#told;
  }

  /** Whether a client's command has to be refused. What the daemon itself adds has some room left then. */
  get full(): boolean {
    return this.#waiting.length >= this.#limits.commands || this.#waitingEvents >= this.#limits.events;
  }

  add(pending: Pending): void {
    const taken = this.#waiting.push(pending);
    assert(taken, 'whoever adds asks for room before, or is one of the few that the headroom is for');
    this.#waitingEvents += pending.record?.events.length ?? 0;
    this.#running ??= this.#run();
  }

  /** Takes a world that differs in what no event tells: zones that the config brought. */
  retell(change: (world: World) => World): void {
    this.#told = change(this.#told);
  }

  /** Resolves once everything added so far has settled. */
  async idle(): Promise<void> {
    while (this.#running !== null) await this.#running;
  }

  async #run(): Promise<void> {
    await Promise.resolve(); // what arrives in the same turn joins the first group
    for (let group = this.#take(); group.length > 0; group = this.#take()) await this.#commit(group);
    this.#running = null;
  }

  #take(): readonly Pending[] {
    this.#waitingEvents = 0;
    return this.#waiting.drain();
  }

  async #commit(group: readonly Pending[]): Promise<void> {
    const records = group.flatMap(({ record }) => (record === null ? [] : [record]));
    const last = group.at(-1);
    if (last === undefined) return;
    const durable = records.length === 0 || (await this.#journal.commit(records, () => this.#snapshot(last.world, records))).durable;
    for (const { settle, world } of group) {
      this.#told = world;
      settle(durable);
    }
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
