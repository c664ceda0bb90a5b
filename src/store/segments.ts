/**
 * The files of the journal, oldest first: `<first seq>-<first n>.jsonl`, each number padded to 16 digits. A segment
 * holds no event before its first seq and no record before its first n; both bounds come from the name, so that
 * nothing is read that nobody wants.
 */
import { join } from 'node:path';
import { ifThere } from './fault.ts';
import type { FileSystem } from './file-system.ts';

export interface Segment {
  readonly name: string;
  readonly firstSeq: number;
  readonly firstN: number;
  /** Of whole records that are durable; what stands behind them is nobody's. */
  bytes: number;
}

const shape = /^(\d{16})-(\d{16})\.jsonl$/;

export function segmentName(firstSeq: number, firstN: number): string {
  return `${String(firstSeq).padStart(16, '0')}-${String(firstN).padStart(16, '0')}.jsonl`;
}

export class Segments {
  readonly folder: string;
  readonly #files: FileSystem;
  #all: Segment[] = [];

  constructor(files: FileSystem, folder: string) {
    this.#files = files;
    this.folder = folder;
  }

  get all(): readonly Segment[] {
    return this.#all;
  }

  path(segment: Segment): string {
    return join(this.folder, segment.name);
  }

  /** Lists the folder; a missing one is empty. */
  async load(): Promise<void> {
    const found: Segment[] = [];
    for (const name of (await ifThere(this.#files.list(this.folder))) ?? []) {
      const match = shape.exec(name);
      if (match === null) continue;
      const bytes = await this.#files.size(join(this.folder, name));
      found.push({ name, firstSeq: Number(match[1]), firstN: Number(match[2]), bytes });
    }
    this.#all = found.sort((a, b) => a.firstN - b.firstN);
  }

  add(firstSeq: number, firstN: number): Segment {
    const segment: Segment = { name: segmentName(firstSeq, firstN), firstSeq, firstN, bytes: 0 };
    this.#all = [...this.#all.filter(({ name }) => name !== segment.name), segment];
    return segment;
  }

  forget(segment: Segment): void {
    this.#all = this.#all.filter((other) => other !== segment);
  }

  /** Those that may hold records after number `n`. */
  afterRecord(n: number): readonly Segment[] {
    return this.#all.filter((_, index) => (this.#all[index + 1]?.firstN ?? Number.POSITIVE_INFINITY) > n + 1);
  }

  /** Those that may hold events after `seq`. */
  afterEvent(seq: number): readonly Segment[] {
    return this.#all.filter((_, index) => (this.#all[index + 1]?.firstSeq ?? Number.POSITIVE_INFINITY) > seq + 1);
  }

  /**
   * Deletes what nobody needs: segments whose records are all in the snapshot at `n`, and that hold no event at all, or
   * only older ones than the newest `history`, or that take the journal as a whole over `bytesMax`.
   */
  async prune(n: number, newestSeq: number, history: number, bytesMax: number): Promise<void> {
    let total = this.#all.reduce((sum, { bytes }) => sum + bytes, 0);
    const all = this.#all;
    for (const [index, segment] of all.entries()) {
      const next = all[index + 1];
      if (next === undefined || next.firstN > n + 1) return;
      const eventless = next.firstSeq === segment.firstSeq;
      const wanted = next.firstSeq > newestSeq - history + 1;
      if (!eventless && wanted && total <= bytesMax) continue;
      await ifThere(this.#files.remove(this.path(segment)));
      total -= segment.bytes;
      this.forget(segment);
    }
  }
}
