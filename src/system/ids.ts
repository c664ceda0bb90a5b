/**
 * Event ids and digests. Ids are UUIDs of version 7 whose time never goes back: a Raspberry Pi has no clock of its own
 * and may boot in 1970, so the time of the newest id known is the least that the next one carries.
 */
import { createHash, randomInt } from 'node:crypto';
import { v7 } from 'uuid';
import type { Clock } from '../base/clock.ts';
import type { Ids } from '../engine/ports.ts';

const DIGEST_LENGTH = 22; // characters of base64url: 132 bits
const COUNTER_LIMIT = 2 ** 32;

export class SystemIds implements Ids {
  readonly #clock: Clock;
  #lastMs = 0;
  #counter = 0;

  /** @param newest the newest id that was given away before, by an earlier run as well; `null` on a first start. */
  constructor(clock: Clock, newest: string | null = null) {
    this.#clock = clock;
    if (newest !== null) this.continueAfter(newest);
  }

  eventId(): string {
    const now = Math.floor(this.#clock.wallMs());
    if (now > this.#lastMs) this.#tick(now);
    else {
      this.#counter += 1;
      if (this.#counter >= COUNTER_LIMIT) this.#tick(this.#lastMs + 1);
    }
    return v7({ msecs: this.#lastMs, seq: this.#counter });
  }

  /** Takes the ids of an earlier run into account, once they are known. */
  continueAfter(newest: string): void {
    const time = timeOf(newest);
    if (time >= this.#lastMs) this.#tick(time + 1);
  }

  digest(text: string): string {
    return createHash('sha256').update(text).digest('base64url').slice(0, DIGEST_LENGTH);
  }

  /** Starts a new millisecond at a random point of the counter's lower half, so that ids cannot be guessed (RFC 9562 §6.2). */
  #tick(ms: number): void {
    this.#lastMs = ms;
    this.#counter = randomInt(COUNTER_LIMIT / 2);
  }
}

/** The first 48 bits of a UUID of version 7: milliseconds since 1970 UTC. @returns 0 for any other text. */
function timeOf(id: string): number {
  const hex = /^([0-9a-f]{8})-([0-9a-f]{4})-7/i.exec(id);
  return hex === null ? 0 : Number.parseInt(`${hex[1]}${hex[2]}`, 16);
}
