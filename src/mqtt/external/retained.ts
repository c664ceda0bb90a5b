/**
 * The retained messages of ours: the newest of each topic, and which of them wait to be sent. A topic waits at most once, with its
 * newest message. A cleared topic is forgotten once the broker knows.
 */
import type { Message } from '../message.ts';

interface Waiting {
  readonly message: Message;
  readonly number: number;
  readonly done: () => void;
}

export class Retained<Entry extends Waiting> {
  readonly #newest = new Map<string, Message>();
  readonly #waiting = new Map<string, Entry>();

  /** @param sendable whether the broker is there; where not, it is told of all when it is. */
  wait(entry: Entry, sendable: boolean): void {
    const { topic } = entry.message;
    this.#newest.set(topic, entry.message);
    this.#waiting.get(topic)?.done();
    this.#waiting.delete(topic);
    if (sendable) this.#waiting.set(topic, entry);
    else entry.done();
  }

  all(): Message[] {
    return [...this.#newest.values()];
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** The number of the one that waits longest. */
  get first(): number {
    for (const { number } of this.#waiting.values()) return number;
    return Number.POSITIVE_INFINITY;
  }

  shift(): Entry | undefined {
    for (const [topic, entry] of this.#waiting) {
      this.#waiting.delete(topic);
      return entry;
    }
    return undefined;
  }

  stopWaiting(): void {
    for (const { done } of this.#waiting.values()) done();
    this.#waiting.clear();
  }

  /** The broker has it. */
  told(message: Message): void {
    if (message.payload === '' && this.#newest.get(message.topic) === message) this.#newest.delete(message.topic);
  }
}
