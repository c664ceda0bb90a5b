/** Clears the states that an earlier run has left on another broker, of zones and groups that are there no more. */
import * as z from 'zod';
import type { Remembered } from './remembered.ts';

const keptSchema = z.object({ topics: z.array(z.string()) });

export class StateTopics {
  readonly #remembered: Remembered;
  readonly #clear: (topic: string) => void;
  /** As it is kept; `null` before the first time. */
  #text: string | null = null;

  /** @param remembered is asked the first time. */
  constructor(remembered: Remembered, clear: (topic: string) => void) {
    this.#remembered = remembered;
    this.#clear = clear;
  }

  /** @param topics all that there are. What leaves while we run is cleared where it is published. */
  take(topics: readonly string[]): void {
    this.#text ??= this.#clearLeft(topics);
    const text = JSON.stringify({ topics });
    if (text !== this.#text) this.#remembered.keep('states', { topics });
    this.#text = text;
  }

  #clearLeft(topics: readonly string[]): string {
    const kept = keptSchema.safeParse(this.#remembered.recall('states'));
    for (const topic of kept.data?.topics ?? []) if (!topics.includes(topic)) this.#clear(topic);
    return JSON.stringify(kept.data ?? null);
  }
}
