/**
 * Which protocol to speak next. A broker of old may hang up on MQTT 5 without a word, and so does a proxy whose broker is just being
 * restarted: what only a hang-up suggests is a guess, and is tried anew. Pure.
 */
import type { Loss, Version } from './link.ts';
import { isClosedWithoutAWord, isVersionRefused } from './trouble.ts';

export class Versions {
  readonly #newest: Version;
  #next: Version;
  /** What the broker itself said of version 5. */
  #five: 'taken' | 'refused' | null = null;

  constructor(newest: Version) {
    this.#newest = newest;
    this.#next = newest;
  }

  get next(): Version {
    return this.#next;
  }

  /** Why an older version than asked for is spoken; `null` where it is not. */
  get why(): string | null {
    if (this.#next === this.#newest) return null;
    if (this.#five === 'refused') return 'the broker does not speak MQTT 5: an older version does';
    return 'MQTT 5 was hung up on without a word: an older version is spoken until this connection is lost';
  }

  /** Let in. */
  up(): void {
    if (this.#next === 5) this.#five = 'taken';
  }

  /** @returns when to try again. */
  lost(loss: Loss): 'at once' | 'later' {
    if (this.#newest !== 5) return 'later';
    if (isVersionRefused(loss)) return this.#refused();
    if (this.#five !== null) return 'later';
    if (loss.wasUp) this.#next = 5;
    else if (isClosedWithoutAWord(loss)) this.#next = this.#next === 5 ? 4 : 5;
    return 'later';
  }

  #refused(): 'at once' | 'later' {
    if (this.#next === 5) {
      [this.#next, this.#five] = [4, 'refused'];
      return 'at once';
    }
    [this.#next, this.#five] = [5, null];
    return 'later';
  }
}
