/**
 * Bytes that many hold together. Past the limit those that hold most are ended, not whoever comes next: strangers before
 * those that were let in, and of the group that holds most together the largest. Strangers alone have a part of the limit.
 */

export interface Holder {
  /** Who is behind it, as far as that can be told: an address. Many small holders of one count as the one that they are. */
  readonly group: string;
  /** Whether it has said who it is, and may be here. */
  isLetIn(): boolean;
  /** It has to give back what it holds, all at once. */
  end(why: string): void;
}

interface Held {
  readonly bytes: number;
  readonly isLetIn: boolean;
}

/** Of the limit, what those may hold together who have not been let in. */
const STRANGERS_PART = 1 / 4;

export class SharedBudget {
  readonly #limit: number;
  readonly #held = new Map<Holder, Held>();
  #bytes = 0;
  #strangersBytes = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** From now on a holder holds so many bytes; 0 lets go of it. Ends whoever has to go for it, which may be itself. */
  hold(holder: Holder, bytes: number): void {
    this.#release(holder);
    if (bytes === 0) return;
    const isLetIn = holder.isLetIn();
    this.#held.set(holder, { bytes, isLetIn });
    this.#count(bytes, isLetIn);
    while (this.#strangersBytes > this.#limit * STRANGERS_PART) this.#end(this.#largest(false), 'those that were not let in');
    while (this.#bytes > this.#limit) this.#end(this.#largest(this.#strangersBytes === 0), 'all connections');
  }

  #count(bytes: number, isLetIn: boolean): void {
    this.#bytes += bytes;
    if (!isLetIn) this.#strangersBytes += bytes;
  }

  #release(holder: Holder): void {
    const held = this.#held.get(holder);
    if (held === undefined) return;
    this.#held.delete(holder);
    this.#count(-held.bytes, held.isLetIn);
  }

  #end(holder: Holder, whose: string): void {
    const why = `${this.#bytes} bytes of ${whose} have begun and not ended, and this one holds the most of them`;
    this.#release(holder);
    holder.end(why);
  }

  /** Asked only where somebody is over, so that there is one. */
  #largest(isLetIn: boolean): Holder {
    const candidates = [...this.#held].filter(([, held]) => held.isLetIn === isLetIn);
    const groups = new Map<string, number>();
    for (const [{ group }, { bytes }] of candidates) groups.set(group, (groups.get(group) ?? 0) + bytes);
    const weight = ([{ group }, { bytes }]: [Holder, Held]) => [groups.get(group) ?? 0, bytes] as const;
    const [holder] = candidates.reduce((most, one) => (isLess(weight(most), weight(one)) ? one : most));
    return holder;
  }
}

/** Of groups that hold as much, the one with the larger holder. */
function isLess([groupA, a]: readonly [number, number], [groupB, b]: readonly [number, number]): boolean {
  return groupA < groupB || (groupA === groupB && a < b);
}
