/**
 * Clears the states of zones and groups that are there no more, whether they left in this run or, on a broker that is not ours,
 * before it. Until it has, it is kept which those are.
 */
import * as z from 'zod';
import type { Timing } from '../base/newest.ts';

const keptSchema = z.object({ topics: z.array(z.string()) });

/** How long a broker may take to have heard what was sent, and how long one that is away is left in peace. */
const CONFIRM_MS = 2000;
const AWAY_MS = 5000;

/** Keeps one value over a restart, as well as it can. */
export interface StatesMemory {
  /** @returns `undefined` where there is none. */
  recall(): unknown;
  keep(value: object): void;
}

export interface StateTopicsParts {
  /** `null` where nothing stands on the broker any more when we start. */
  readonly memory: StatesMemory | null;
  readonly clear: (topic: string) => void;
  /** Another one with each connection to the broker; `null` while there is none. */
  readonly link: () => number | null;
  /** Whether what an earlier run has left there is ours to clear. */
  readonly isOurs: (topic: string) => boolean;
  readonly timing: Timing;
}

export class StateTopics {
  readonly #parts: StateTopicsParts;
  /** All that may stand on the broker; `null`: it has not been asked for. */
  #kept: readonly string[] | null = null;
  #cancel: () => void = () => undefined;

  constructor(parts: StateTopicsParts) {
    this.#parts = parts;
  }

  /**
   * @param topics all that there are.
   * @param patienceMs how long others may take to let go of the rest: an empty state means nothing to them. What is not
   *   cleared by the end of this run is cleared in the next.
   */
  take(topics: readonly string[], patienceMs: number): void {
    this.#cancel();
    const before = this.#kept ?? this.#recalled();
    const left = before.filter((topic) => !topics.includes(topic));
    this.#keep([...topics, ...left]);
    if (left.length === 0) return;
    if (patienceMs === 0) this.#clear(left, topics);
    else this.#after(patienceMs, () => this.#clear(left, topics));
  }

  stop(): void {
    this.#cancel();
  }

  /** Again and again, until the broker that was told is there a moment later. */
  #clear(left: readonly string[], topics: readonly string[]): void {
    const { link, clear } = this.#parts;
    const told = link();
    if (told === null) return this.#after(AWAY_MS, () => this.#clear(left, topics));
    for (const topic of left) clear(topic);
    this.#after(CONFIRM_MS, () => {
      if (link() === told) this.#keep(topics);
      else this.#clear(left, topics);
    });
  }

  #after(ms: number, callback: () => void): void {
    this.#cancel = this.#parts.timing.after(ms, callback);
  }

  #recalled(): readonly string[] {
    const { memory, isOurs } = this.#parts;
    const topics = keptSchema.safeParse(memory?.recall()).data?.topics ?? [];
    this.#kept = topics;
    return topics.filter(isOurs);
  }

  #keep(topics: readonly string[]): void {
    const isNew = JSON.stringify(topics) !== JSON.stringify(this.#kept);
    this.#kept = topics;
    if (isNew) this.#parts.memory?.keep({ topics });
  }
}
