/**
 * The file of the kept log: reads it, appends to it, and writes it anew aside, so that at no moment there is less on the
 * disk than before. Throws what the disk throws; the file must then be written anew.
 */
import { dirname } from 'node:path';
import type { DamageReports } from '../damage.ts';
import { ifThere } from '../fault.ts';
import { type FileSystem, type OpenFile, writeAll } from '../file-system.ts';
import { encodeKept, firstLink, type Link, markOf } from './kept-line.ts';
import { type Found, KeptReading } from './kept-reading.ts';

/** One key and its value; `undefined` removes it. */
export type Change = readonly [key: string, value: object | undefined];

/** Bytes of the lines that were written, by key; 0 for a removal. */
export type Sizes = ReadonlyMap<string, number>;

/** Encoded in one turn: the rest of the daemon has its own between. */
const PIECE_BYTES = 128 * 1024;

export class KeptFile {
  readonly path: string;
  readonly #files: FileSystem;
  #file: OpenFile | null = null;
  #bytes = 0;
  #last: Link = firstLink;

  constructor(files: FileSystem, path: string) {
    this.#files = files;
    this.path = path;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** @returns `null` where there is no file. */
  async read(damage: DamageReports): Promise<Found | null> {
    const file = await ifThere(this.#files.open(this.path, 'read'));
    if (file === null) return null;
    try {
      const found = await new KeptReading(this.path, damage).read(file);
      this.#bytes = found.bytes;
      this.#last = found.last;
      return found;
    } finally {
      await file.close();
    }
  }

  /** Writes and syncs the changes, behind what `read` found or was written since. */
  async append(changes: Iterable<Change>): Promise<Sizes> {
    try {
      this.#file ??= await this.#files.open(this.path, 'update');
      // Longer or shorter than it was: somebody else has had it.
      if ((await this.#file.size()) !== this.#bytes) throw Object.assign(new Error('the file has changed'), { code: 'changed' });
      const sizes = await this.#write(this.#file, changes);
      await this.#file.sync();
      return sizes;
    } catch (cause) {
      await this.close();
      throw cause;
    }
  }

  /** Puts a file in its place that holds these entries alone. */
  async rewrite(entries: Iterable<Change>): Promise<Sizes> {
    await this.close();
    const fresh = `${this.path}.new`;
    const file = await this.#files.open(fresh, 'create');
    try {
      await file.truncate(0);
      this.#bytes = 0;
      this.#last = firstLink;
      const sizes = await this.#write(file, entries);
      await file.sync();
      await this.#files.rename(fresh, this.path);
      await this.#files.syncFolder(dirname(this.path));
      this.#file = file;
      return sizes;
    } finally {
      if (this.#file !== file) await file.close();
    }
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = null;
    await file?.close();
  }

  async #write(file: OpenFile, changes: Iterable<Change>): Promise<Sizes> {
    const sizes = new Map<string, number>();
    let [lines, waiting] = [[] as Buffer[], 0];
    const flush = async () => {
      const bytes = Buffer.concat(lines);
      [lines, waiting] = [[], 0];
      await writeAll(file, bytes, this.#bytes);
      this.#bytes += bytes.length;
    };
    for (const [key, value] of changes) {
      const line = encodeKept(this.#last, key, value);
      this.#last = { n: this.#last.n + 1, mark: markOf(key) };
      sizes.set(key, value === undefined ? 0 : line.length);
      lines.push(line);
      waiting += line.length;
      if (waiting >= PIECE_BYTES) await flush();
    }
    if (lines.length > 0) await flush();
    return sizes;
  }
}
