/**
 * What WebSocket messages that have begun and not ended hold of memory, for all connections together: the library keeps a
 * message until it is whole, and nothing behind it can know of those bytes.
 */

/** What a chunk costs to keep besides its bytes, about: many tiny ones must not come cheap. */
const CHUNK_COST = 128;

export class Unfinished {
  readonly #limit: number;
  #bytes = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get isOver(): boolean {
    return this.#bytes > this.#limit;
  }

  change(by: number): void {
    this.#bytes += by;
  }
}

/** One connection's share. */
export class Share {
  readonly #all: Unfinished;
  #bytes = 0;
  #chunks = 0;
  #newest = 0;
  #held = 0;

  constructor(all: Unfinished) {
    this.#all = all;
  }

  /** Bytes have come in. @returns false where they are too many, of all connections. */
  add(bytes: number): boolean {
    this.#bytes += bytes;
    this.#chunks += 1;
    this.#newest = bytes;
    this.#hold();
    return !this.#all.isOver;
  }

  /** A message of so many bytes was whole: what is left of all came with the newest chunk, if anything is. */
  take(bytes: number): void {
    this.#bytes = Math.max(0, Math.min(this.#newest, this.#bytes - bytes - headerBytes(bytes)));
    this.#chunks = this.#bytes === 0 ? 0 : 1;
    this.#hold();
  }

  /** A control frame was: it may stand between the fragments of a message [RFC 6455, 5.4]. */
  takeControl(bytes: number): void {
    this.#bytes = Math.max(0, this.#bytes - bytes - headerBytes(bytes));
    if (this.#bytes === 0) this.#chunks = 0;
    this.#hold();
  }

  close(): void {
    this.#bytes = 0;
    this.#chunks = 0;
    this.#hold();
  }

  #hold(): void {
    const held = this.#bytes + this.#chunks * CHUNK_COST;
    this.#all.change(held - this.#held);
    this.#held = held;
  }
}

/** Of a frame that a client sent, and so masked [RFC 6455, 5.2]. */
function headerBytes(payload: number): number {
  if (payload < 126) return 6;
  return payload < 65_536 ? 8 : 14;
}
