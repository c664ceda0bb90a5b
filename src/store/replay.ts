/**
 * Reads the records after the snapshot when the store opens: skips damaged lines and tells where they are, finds the
 * torn end of the last segment, and moves a segment aside of which nothing can be read.
 */
import { basename, join } from 'node:path';
import { errorCode } from '../base/error-code.ts';
import { asideName, type DamageReports } from './damage.ts';
import { ifThere } from './fault.ts';
import type { FileSystem, OpenFile } from './file-system.ts';
import { DiskSilent } from './patience.ts';
import { decodeLine, isIntact, peekLine, type StoredRecord, salvage } from './record-line.ts';
import { type Line, scanLines } from './scan.ts';
import type { Segment, Segments } from './segments.ts';

/** More than this many segments with the same name never come to be. */
const ASIDE_MAX = 100;

export interface Replayed {
  readonly records: StoredRecord[];
  /** Of their lines. */
  readonly bytes: number;
  /** The segment to go on in, cut to its good bytes; `null` where a new one should begin. */
  readonly resume: Segment | null;
}

interface Bad {
  readonly number: number;
  readonly offset: number;
}

export class Replay {
  readonly #files: FileSystem;
  readonly #segments: Segments;
  readonly #damage: DamageReports;
  /** A bad end that is longer cannot be one torn write, and is left for a person to look at. */
  readonly #tornMax: number;
  readonly #records: StoredRecord[] = [];
  #bytes = 0;
  #lastN: number;
  #gapTold = true;

  /** @param afterN the number of the last record that is in the snapshot. */
  constructor(files: FileSystem, segments: Segments, damage: DamageReports, tornMax: number, afterN: number) {
    this.#files = files;
    this.#segments = segments;
    this.#damage = damage;
    this.#tornMax = tornMax;
    this.#lastN = afterN;
  }

  /** @param repair moves unreadable segments aside. */
  async run(repair: boolean): Promise<Replayed> {
    const last = this.#segments.all.at(-1);
    const wanted = this.#segments.afterRecord(this.#lastN);
    this.#gapTold = this.#lastN === 0;
    let resume: Segment | null = null;
    for (const segment of wanted) resume = await this.#segment(segment, segment === last, repair);
    return { records: this.#records, bytes: this.#bytes, resume };
  }

  /** @returns the segment where it ends well, or after its torn end is left out. */
  async #segment(segment: Segment, isLast: boolean, repair: boolean): Promise<Segment | null> {
    const reader = new SegmentReader(this.#segments.path(segment), this.#damage, (line) => this.#take(line, segment));
    try {
      const file = await ifThere(this.#files.open(this.#segments.path(segment), 'read'));
      if (file === null) return null;
      await reader.read(file, segment.bytes);
    } catch (cause) {
      const code = errorCode(cause);
      // What the disk does not hand out in time may well be whole: not to be moved aside.
      if (code === null || cause instanceof DiskSilent) throw cause;
      await this.#unreadable(segment, repair && reader.good === 0, `cannot be read (${code})`);
      return null;
    }
    const tornBytes = segment.bytes - reader.goodEnd;
    if (isLast && reader.clean && tornBytes <= this.#tornMax) {
      if (tornBytes > 0) this.#torn(segment, reader, tornBytes);
      segment.bytes = reader.goodEnd;
      return segment;
    }
    reader.tellBad();
    if (reader.good === 0 && segment.bytes > 0) await this.#unreadable(segment, repair, 'holds no record that is whole');
    return null;
  }

  #torn(segment: Segment, reader: SegmentReader, bytes: number): void {
    const place = { path: this.#segments.path(segment), line: reader.firstBad?.number ?? 1, offset: reader.goodEnd };
    this.#damage.tell(
      place,
      'torn_tail',
      `the end of the journal was written in part (${bytes} bytes), which a power cut does; it is cut off`,
    );
  }

  async #unreadable(segment: Segment, move: boolean, what: string): Promise<void> {
    const path = this.#segments.path(segment);
    this.#gapTold = true;
    if (!move) return this.#damage.tell({ path }, 'segment', `the segment ${what}; what could be read of it is used`);
    const aside = join(this.#segments.folder, asideName(basename(path), await this.#files.list(this.#segments.folder), ASIDE_MAX));
    await this.#files.rename(path, aside);
    this.#segments.forget(segment);
    this.#damage.tell({ path }, 'segment', `the segment ${what}; moved to ${aside}`);
  }

  /** @param line an intact one. @returns false where no version of this store wrote it. */
  #take(line: Line, segment: Segment): boolean {
    const n = peekLine(line.bytes)?.n ?? 0;
    if (n <= this.#lastN) return true;
    const record = decodeLine(line.bytes);
    if (record === null) return false;
    if (n > this.#lastN + 1 && !this.#gapTold) {
      const place = { path: this.#segments.path(segment), line: line.number, offset: line.offset };
      this.#damage.tell(place, 'missing_records', `records ${this.#lastN + 1} to ${n - 1} are missing before this one`);
    }
    this.#gapTold = false;
    this.#lastN = n;
    this.#bytes += line.bytes.length + 1;
    this.#records.push(record);
    return true;
  }
}

/** Walks one segment and keeps apart what is good, what is bad in the middle, and what is bad at the end. */
class SegmentReader {
  readonly #path: string;
  readonly #damage: DamageReports;
  readonly #take: (line: Line) => boolean;
  #bad: Bad[] = [];
  /** Records found whole. */
  good = 0;
  /** Behind the last good line. */
  goodEnd = 0;
  /** False where the last good record stands in a line that was salvaged, or that lacks its newline. */
  clean = true;

  constructor(path: string, damage: DamageReports, take: (line: Line) => boolean) {
    this.#path = path;
    this.#damage = damage;
    this.#take = take;
  }

  get firstBad(): Bad | undefined {
    return this.#bad[0];
  }

  async read(file: OpenFile, bytes: number): Promise<void> {
    try {
      await scanLines(file, bytes, (line) => this.#line(line));
    } finally {
      await file.close();
    }
  }

  tellBad(): void {
    for (const { number, offset } of this.#bad) {
      this.#damage.tell({ path: this.#path, line: number, offset }, 'record', `line ${number} of the journal is damaged and skipped`);
    }
    this.#bad = [];
  }

  #line(line: Line): boolean {
    const intact = isIntact(line.bytes);
    if (intact) this.tellBad();
    if (intact && this.#take(line)) {
      this.#found(line, line.ended);
    } else {
      this.#bad.push({ number: line.number, offset: line.offset });
      const pieces = salvage(line.bytes).filter((bytes) => this.#take({ ...line, bytes }));
      if (pieces.length > 0) this.#found(line, false);
    }
    return true;
  }

  #found(line: Line, clean: boolean): void {
    this.tellBad();
    this.good += 1;
    this.goodEnd = line.offset + line.bytes.length + (line.ended ? 1 : 0);
    this.clean = clean;
  }
}
