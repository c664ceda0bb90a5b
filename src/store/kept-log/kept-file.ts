/**
 * The file of the kept log: reads it, appends to it, and writes it anew aside, so that at no moment there is less on the
 * disk than before. Throws what the disk throws, and takes back then what it has written of that: nothing but good lines
 * takes room on a full disk, and where `isSound` says so the next append may be tried.
 */
import { dirname } from 'node:path';
import { errorCode } from '../../base/error-code.ts';
import type { DamageReports } from '../damage.ts';
import { ifThere } from '../fault.ts';
import { type FileSystem, type OpenFile, writeAll } from '../file-system.ts';
import { encodeKept } from './kept-line.ts';
import { KeptReading } from './kept-reading.ts';
import { Trail } from './kept-trail.ts';

/** One key and its value; `undefined` removes it. */
export type Change = readonly [key: string, value: object | undefined];

/** Encoded in one turn: the rest of the daemon has its own between. */
const PIECE_BYTES = 128 * 1024;

/** Where the next line goes. */
interface End {
  bytes: number;
  readonly trail: Trail;
}

export class KeptFile {
  readonly path: string;
  readonly #files: FileSystem;
  #file: OpenFile | null = null;
  #end: End = { bytes: 0, trail: new Trail() };
  /** Bytes of the line of each key that is in the file. */
  #sizes = new Map<string, number>();
  #liveBytes = 0;
  #isSound = false;

  constructor(files: FileSystem, path: string) {
    this.#files = files;
    this.path = path;
  }

  get bytes(): number {
    return this.#end.bytes;
  }

  /** Bytes of the newest lines. */
  get liveBytes(): number {
    return this.#liveBytes;
  }

  /** False where there is no file, or it is not as it should be: then it can only be written anew. */
  get isSound(): boolean {
    return this.#isSound;
  }

  has(key: string): boolean {
    return this.#sizes.has(key);
  }

  /** @returns `null` where there is no file. */
  async read(damage: DamageReports): Promise<ReadonlyMap<string, unknown> | null> {
    const file = await ifThere(this.#files.open(this.path, 'read'));
    if (file === null) return null;
    try {
      const { entries, sizes, bytes, trail, isDamaged } = await new KeptReading(this.path, damage).read(file);
      this.#end = { bytes, trail };
      this.#note(sizes);
      this.#isSound = !isDamaged;
      return entries;
    } finally {
      await file.close();
    }
  }

  /** Writes and syncs the changes, behind what `read` found or was written since. */
  async append(changes: Iterable<Change>): Promise<void> {
    const end: End = { bytes: this.#end.bytes, trail: this.#end.trail.copy() };
    let isOurs = false;
    try {
      this.#file ??= await this.#files.open(this.path, 'update');
      // Longer or shorter than it was: somebody else has had it.
      isOurs = (await this.#file.size()) === end.bytes;
      if (!isOurs) throw Object.assign(new Error('the file has changed'), { code: 'changed' });
      const sizes = await this.#write(this.#file, end, changes, this.#sizes);
      await this.#file.sync();
      this.#end = end;
      this.#note(sizes);
    } catch (cause) {
      const [file, good] = [this.#file, this.#end.bytes];
      this.#isSound = isOurs && file !== null && (await succeeds(file.truncate(good)));
      await succeeds(this.close());
      throw cause;
    }
  }

  /** Puts a file in its place that holds these entries alone. */
  async rewrite(entries: Iterable<Change>): Promise<void> {
    await this.close();
    const fresh = `${this.path}.new`;
    const file = await this.#files.open(fresh, 'create');
    const end: End = { bytes: 0, trail: new Trail() };
    let isWhole = false;
    try {
      await file.truncate(0);
      const sizes = await this.#write(file, end, entries, new Map());
      await file.sync();
      isWhole = true;
      this.#isSound = false; // nobody knows which of the two stands there, until the folder is synced
      await this.#files.rename(fresh, this.path);
      await this.#files.syncFolder(dirname(this.path));
      [this.#file, this.#end, this.#isSound] = [file, end, true];
      this.#sizes.clear();
      this.#liveBytes = 0;
      this.#note(sizes);
    } catch (cause) {
      if (!isWhole) await succeeds(file.truncate(0)); // gives its room back even where it cannot be removed
      await succeeds(file.close());
      await succeeds(this.#files.remove(fresh));
      throw cause;
    }
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = null;
    await file?.close();
  }

  #note(sizes: ReadonlyMap<string, number>): void {
    for (const [key, bytes] of sizes) {
      this.#liveBytes += bytes - (this.#sizes.get(key) ?? 0);
      if (bytes === 0) this.#sizes.delete(key);
      else this.#sizes.set(key, bytes);
    }
  }

  /** Moves `end`. @param before what the file has of keys. @returns the bytes of the lines by key; 0 for a removal. */
  async #write(file: OpenFile, end: End, changes: Iterable<Change>, before: ReadonlyMap<string, number>): Promise<Map<string, number>> {
    const sizes = new Map<string, number>();
    let [lines, waiting] = [[] as Buffer[], 0];
    const flush = async () => {
      const bytes = Buffer.concat(lines);
      [lines, waiting] = [[], 0];
      await writeAll(file, bytes, end.bytes);
      end.bytes += bytes.length;
    };
    for (const [key, value] of changes) {
      const line = encodeKept(end.trail, key, value);
      const start = end.bytes + waiting;
      end.trail.add({ n: end.trail.n + 1, key, supersedes: before.has(key), start, end: start + line.length });
      sizes.set(key, value === undefined ? 0 : line.length);
      lines.push(line);
      waiting += line.length;
      if (waiting >= PIECE_BYTES) await flush();
    }
    if (lines.length > 0) await flush();
    return sizes;
  }
}

/** For what is done where something has failed already. @returns false where the disk fails that too. */
async function succeeds(work: Promise<void>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (cause) {
    if (errorCode(cause) === null) throw cause;
    return false;
  }
}
