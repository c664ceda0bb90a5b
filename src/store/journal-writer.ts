/**
 * Owns the segment that is written to and the one descriptor that writes. Appends at the last good offset and says
 * durable only after fdatasync, and after the folder's fsync where the segment is new. It throws what the disk throws,
 * and lets go of the descriptor then: the next use opens anew and cuts what was half written.
 */
import { join } from 'node:path';
import { assert } from '../base/assert-never.ts';
import { ifThere } from './fault.ts';
import { type FileSystem, type OpenFile, writeAll } from './file-system.ts';
import { type Segment, type Segments, segmentName } from './segments.ts';

/** Where a new segment would begin. */
export interface Position {
  readonly seq: number;
  readonly n: number;
}

export class JournalWriter {
  readonly #files: FileSystem;
  readonly #segments: Segments;
  readonly #segmentBytes: number;
  #segment: Segment | null = null;
  #file: OpenFile | null = null;

  constructor(files: FileSystem, segments: Segments, segmentBytes: number) {
    this.#files = files;
    this.#segments = segments;
    this.#segmentBytes = segmentBytes;
  }

  get full(): boolean {
    return this.#segment !== null && this.#segment.bytes >= this.#segmentBytes;
  }

  /** Goes on in a segment of an earlier run, behind its good bytes; `null` begins a new one. Touches no disk. */
  resume(segment: Segment | null): void {
    this.#segment = segment;
  }

  /** Opens what the next append needs, so that it need not. Cuts what stands behind the good bytes. */
  async prepare(next: Position): Promise<void> {
    if (this.#file !== null && !this.full) return;
    await this.close();
    if (this.#segment !== null && !this.full) await this.#reopen(this.#segment);
    if (this.#file === null) await this.#begin(next);
  }

  /** Writes and syncs the lines. @param next where a new segment would begin that starts with them. */
  async append(lines: readonly Buffer[], next: Position): Promise<void> {
    if (this.#file === null || this.full) await this.prepare(next);
    const [file, segment] = [this.#file, this.#segment];
    assert(file !== null && segment !== null, 'prepare leaves a file open');
    const [only] = lines;
    const bytes = lines.length === 1 && only !== undefined ? only : Buffer.concat(lines);
    try {
      await writeAll(file, bytes, segment.bytes);
      await file.sync();
    } catch (cause) {
      await this.close();
      throw cause;
    }
    segment.bytes += bytes.length;
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = null;
    await file?.close();
  }

  async #reopen(segment: Segment): Promise<void> {
    const file = await ifThere(this.#files.open(this.#segments.path(segment), 'update'));
    if (file === null) return;
    await this.#keepIf(file, async () => {
      const size = await file.size();
      if (size > segment.bytes) {
        await file.truncate(segment.bytes);
        await file.sync();
      }
      // Shorter than it was: somebody cut it, and writing on would leave a hole of zeros.
      return size >= segment.bytes;
    });
  }

  async #begin(next: Position): Promise<void> {
    const file = await this.#files.open(join(this.#segments.folder, segmentName(next.seq, next.n)), 'create');
    await this.#keepIf(file, async () => {
      // Left by an attempt that failed before its folder was synced: none of it was ever told durable.
      if ((await file.size()) > 0) await file.truncate(0);
      await this.#files.syncFolder(this.#segments.folder);
      this.#segment = this.#segments.add(next.seq, next.n);
      return true;
    });
  }

  /** The descriptor becomes the one that writes where `ready` says so, and is closed where not. */
  async #keepIf(file: OpenFile, ready: () => Promise<boolean>): Promise<void> {
    let kept = false;
    try {
      kept = await ready();
      if (kept) this.#file = file;
    } finally {
      if (!kept) await file.close();
    }
  }
}
