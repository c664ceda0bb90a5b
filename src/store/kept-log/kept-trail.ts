/**
 * What a line of the kept log tells of the lines before it, so that damage brings no older value back: the keys, as 24
 * bits of their CRC-32, that were changed although the file had a value of them. Every line knows those that can have
 * been lost together with the line right before it in `SPAN_BYTES` of damage.
 */
import { crc32 } from 'node:zlib';

/** A sector of a card or a disk, and a page of memory. */
const SPAN_BYTES = 4096;
const MARK_BYTES = 4;
const DISTANCE_UNIT = 2 ** 24;

/** A line, as far as those after it refer to it. */
export interface Step {
  readonly n: number;
  readonly key: string;
  /** Whether the file had a value of the key: only then there is an older one that could come back. */
  readonly supersedes: boolean;
  readonly start: number;
  readonly end: number;
}

/** What a line says: all that superseded something from line `since` on is among the marks. */
export interface Told {
  readonly since: number;
  readonly marks: string | undefined;
}

interface Marked {
  readonly n: number;
  readonly mark: number;
  readonly end: number;
}

export class Trail {
  #n = 0;
  #since = 1;
  #marked: readonly Marked[] = [];

  /** The number of the last line. */
  get n(): number {
    return this.#n;
  }

  copy(): Trail {
    const copy = new Trail();
    [copy.#n, copy.#since, copy.#marked] = [this.#n, this.#since, this.#marked];
    return copy;
  }

  add({ n, key, supersedes, start, end }: Step): void {
    this.#n = n;
    const near = this.#marked.filter((each) => each.end > start - SPAN_BYTES);
    this.#since = (this.#marked.at(-1 - near.length)?.n ?? this.#since - 1) + 1;
    this.#marked = supersedes ? [...near, { n, mark: markOf(key), end }] : near;
  }

  /** For the line after the last. */
  tell(): Told {
    if (this.#marked.length === 0) return { since: this.#since, marks: undefined };
    const bytes = Buffer.alloc(this.#marked.length * MARK_BYTES);
    // No line is so short that 255 of them come into the span.
    for (const [index, { n, mark }] of this.#marked.entries()) {
      bytes.writeUInt32BE((this.#n + 1 - n) * DISTANCE_UNIT + mark, index * MARK_BYTES);
    }
    return { since: this.#since, marks: bytes.toString('base64url') };
  }
}

/** @returns the marks that line `n` tells of lines from `from` on; `null` where it does not know all of them. */
export function marksFrom(from: number, n: number, { since, marks = '' }: Told): ReadonlySet<number> | null {
  if (n <= from || since > from) return null;
  const bytes = Buffer.from(marks, 'base64url');
  const found = new Set<number>();
  for (let at = 0; at + MARK_BYTES <= bytes.length; at += MARK_BYTES) {
    if (n - bytes.readUInt8(at) >= from) found.add(bytes.readUIntBE(at + 1, MARK_BYTES - 1));
  }
  return found;
}

export function markOf(key: string): number {
  return crc32(key) % DISTANCE_UNIT;
}
