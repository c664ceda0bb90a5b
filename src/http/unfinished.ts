/**
 * What the WebSocket messages of one connection that have begun and not ended hold of memory: the library keeps a message
 * until it is whole, and nothing behind it can know of those bytes. Counts alone; who bounds it asks when a chunk has been
 * read, so that what was whole in it is not counted.
 */

/** What a chunk costs to keep besides its bytes, about: many tiny ones must not come cheap. */
const CHUNK_COST = 128;

export class Unfinished {
  #bytes = 0;
  #chunks = 0;
  #newest = 0;

  get bytes(): number {
    return this.#bytes + this.#chunks * CHUNK_COST;
  }

  /** Bytes have come in, and are about to be read. */
  add(bytes: number): void {
    this.#bytes += bytes;
    this.#chunks += 1;
    this.#newest = bytes;
  }

  /** A message of so many bytes was whole: what is left of all came with the newest chunk, if anything is. */
  take(bytes: number): void {
    this.#bytes = Math.max(0, Math.min(this.#newest, this.#bytes - bytes - headerBytes(bytes)));
    this.#chunks = this.#bytes === 0 ? 0 : 1;
  }

  /** A control frame was: it may stand between the fragments of a message [RFC 6455, 5.4]. */
  takeControl(bytes: number): void {
    this.#bytes = Math.max(0, this.#bytes - bytes - headerBytes(bytes));
    if (this.#bytes === 0) this.#chunks = 0;
  }
}

/** Of a frame that a client sent, and so masked [RFC 6455, 5.2]. */
function headerBytes(payload: number): number {
  if (payload < 126) return 6;
  return payload < 65_536 ? 8 : 14;
}
