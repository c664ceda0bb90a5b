/**
 * Messages on a byte stream: a length of four bytes, big end first, and so many bytes of JSON. Neither side believes the
 * other's length: past the bound nothing is gathered.
 */

/** A layout of everything that a configuration may hold has some 3 MiB, a preview of all LEDs 2.5. */
export const MOST_FRAME_BYTES = 8 * 1_048_576;

const HEADER_BYTES = 4;

/** What came is no frame; the stream cannot be read any further. */
export class BrokenFrame extends Error {
  override readonly name = 'BrokenFrame';
}

export function encodeFrame(message: object): Buffer {
  const text = JSON.stringify(message);
  const length = Buffer.byteLength(text);
  const frame = Buffer.allocUnsafe(HEADER_BYTES + length);
  frame.writeUInt32BE(length);
  frame.write(text, HEADER_BYTES);
  return frame;
}

export class FrameReader {
  #chunks: Buffer[] = [];
  #length = 0;

  /** The messages that are whole by now. @throws BrokenFrame */
  *push(chunk: Buffer): Generator<unknown> {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    for (let frame = this.#take(); frame !== null; frame = this.#take()) yield parse(frame);
  }

  #take(): Buffer | null {
    if (this.#length < HEADER_BYTES) return null;
    const length = this.#peekLength();
    if (length > MOST_FRAME_BYTES) throw new BrokenFrame(`a message of ${length} bytes, at most ${MOST_FRAME_BYTES} are taken`);
    if (this.#length < HEADER_BYTES + length) return null;
    const all = this.#joined();
    const rest = all.subarray(HEADER_BYTES + length);
    this.#chunks = rest.length > 0 ? [rest] : [];
    this.#length = rest.length;
    return all.subarray(HEADER_BYTES, HEADER_BYTES + length);
  }

  /** Joins no more than it must: a long frame comes in many chunks, and is copied once. */
  #peekLength(): number {
    const [first] = this.#chunks;
    if (first !== undefined && first.length >= HEADER_BYTES) return first.readUInt32BE();
    return this.#joined().readUInt32BE();
  }

  #joined(): Buffer {
    const [first] = this.#chunks;
    const all = this.#chunks.length === 1 && first !== undefined ? first : Buffer.concat(this.#chunks);
    this.#chunks = [all];
    return all;
  }
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    if (!(cause instanceof SyntaxError || cause instanceof TypeError)) throw cause;
    throw new BrokenFrame('a message that is no JSON');
  }
}
