/**
 * Clears the states of zones and groups that are there no more, whether they left in this run or, on a broker that is not ours,
 * before it. Until it has, it is kept which those are.
 */
import * as z from 'zod';
import type { Timing } from '../base/newest.ts';
import type { Remembered } from './remembered.ts';

const keptSchema = z.object({ topics: z.array(z.string()) });

export interface StateTopicsParts {
  readonly remembered: Pick<Remembered, 'recall' | 'keep'>;
  readonly clear: (topic: string) => void;
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
    const { timing, clear } = this.#parts;
    const before = this.#kept ?? this.#recalled();
    const left = before.filter((topic) => !topics.includes(topic));
    this.#keep([...topics, ...left]);
    if (left.length === 0) return;
    const end = () => {
      for (const topic of left) clear(topic);
      this.#keep(topics);
    };
    if (patienceMs === 0) end();
    else this.#cancel = timing.after(patienceMs, end);
  }

  stop(): void {
    this.#cancel();
  }

  #recalled(): readonly string[] {
    const topics = keptSchema.safeParse(this.#parts.remembered.recall('states')).data?.topics ?? [];
    this.#kept = topics;
    return topics;
  }

  #keep(topics: readonly string[]): void {
    const isNew = JSON.stringify(topics) !== JSON.stringify(this.#kept);
    this.#kept = topics;
    if (isNew) this.#parts.remembered.keep('states', { topics });
  }
}
