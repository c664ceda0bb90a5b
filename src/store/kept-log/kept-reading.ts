/**
 * What a file of the kept log says: the newest value of each key. Damaged lines are passed over and counted; the keys that
 * they were about, as the next line tells, are forgotten, as an older value would be a wrong one. Where more is damaged
 * than it can tell, all that stands before is forgotten. Damage up to the end of the file is taken for a torn write.
 */
import { salvage } from '../crc-line.ts';
import type { DamageReports } from '../damage.ts';
import type { OpenFile } from '../file-system.ts';
import { type Line, scanLines } from '../scan.ts';
import { decodeKept, type KeptLine } from './kept-line.ts';
import { markOf, marksFrom, Trail } from './kept-trail.ts';

export interface Found {
  /** In the order of their last change, oldest first. */
  readonly entries: ReadonlyMap<string, unknown>;
  /** Bytes of the newest line of each key. */
  readonly sizes: Map<string, number>;
  readonly bytes: number;
  /** Where nothing is damaged, what the next line has to tell. */
  readonly trail: Trail;
  /** Whether there is anything in the file that should not be, so that it is to be written anew. */
  readonly isDamaged: boolean;
}

export class KeptReading {
  readonly #path: string;
  readonly #damage: DamageReports;
  readonly #entries = new Map<string, unknown>();
  readonly #sizes = new Map<string, number>();
  readonly #trail = new Trail();
  #bytes = 0;
  #isDamaged = false;
  /** A damaged line that may be the torn end, and then is none of the card's fault. */
  #doubtful: Line | null = null;

  constructor(path: string, damage: DamageReports) {
    this.#path = path;
    this.#damage = damage;
  }

  async read(file: OpenFile): Promise<Found> {
    await scanLines(file, await file.size(), (line) => {
      this.#take(line);
      return true;
    });
    if (this.#doubtful !== null) this.#tell(this.#doubtful, 'torn_tail', 'the last change was not written whole; the one before it holds');
    return { entries: this.#entries, sizes: this.#sizes, bytes: this.#bytes, trail: this.#trail, isDamaged: this.#isDamaged };
  }

  #take(line: Line): void {
    this.#bytes += line.bytes.length + (line.ended ? 1 : 0);
    const whole = line.ended ? decodeKept(line.bytes) : null;
    if (whole !== null) return this.#accept(whole, line, line.bytes.length + 1);
    this.#isDamaged = true;
    if (this.#doubtful !== null) this.#tellDamaged(this.#doubtful);
    this.#doubtful = null;
    const pieces = salvage(line.bytes).flatMap((bytes) => decodeKept(bytes) ?? []);
    for (const piece of pieces) this.#accept(piece, line, 0);
    if (pieces.length === 0) this.#doubtful = { ...line, bytes: Buffer.alloc(0) };
  }

  #accept(told: KeptLine, line: Line, bytes: number): void {
    const { n, k, v } = told;
    if (n !== this.#trail.n + 1) {
      this.#tellDamaged(this.#doubtful ?? line);
      this.#forgetLost(told);
    }
    this.#doubtful = null;
    this.#trail.add({ n, key: k, supersedes: this.#entries.has(k), start: line.offset, end: line.offset + bytes });
    this.#entries.delete(k); // comes last from now on
    this.#sizes.delete(k);
    if (v === undefined) return;
    this.#entries.set(k, v);
    this.#sizes.set(k, bytes);
  }

  /** Lines before this one were lost: whatever they said of their keys, what we have of these is not the newest. */
  #forgetLost({ n, c, p }: KeptLine): void {
    this.#isDamaged = true;
    const lost = marksFrom(this.#trail.n + 1, n, { since: c, marks: p });
    for (const key of [...this.#entries.keys()]) {
      if (lost !== null && !lost.has(markOf(key))) continue;
      this.#entries.delete(key);
      this.#sizes.delete(key);
    }
  }

  #tellDamaged(line: Line): void {
    this.#tell(line, 'record', 'a change that was kept is damaged and was left out');
  }

  #tell({ number, offset }: Line, code: string, message: string): void {
    this.#damage.tell({ path: this.#path, line: number, offset }, code, message);
  }
}
