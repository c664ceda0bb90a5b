/**
 * The two generations of the snapshot, `state.json` and `state.previous.json`. A new one is written beside them, synced,
 * and renamed into place; at no moment of that is there less to start from than before.
 */
import { join } from 'node:path';
import { errorCode } from '../base/error-code.ts';
import { asideName, type DamageReports } from './damage.ts';
import { ifThere } from './fault.ts';
import { type FileSystem, readWhole, writeAll } from './file-system.ts';
import { decodeSnapshot, encodeSnapshot, type Numbered } from './snapshot-text.ts';

const CURRENT = 'state.json';
const PREVIOUS = 'state.previous.json';
const FRESH = 'state.json.new';
/** Damaged generations that are kept to look at. */
const ASIDE_MAX = 3;

/** The store was written by a newer version. */
export class NewerFormat extends Error {
  readonly path: string;

  constructor(path: string, format: number) {
    super(`${path} has format ${format}, which a newer version wrote`);
    this.path = path;
  }
}

export class Snapshots {
  readonly #files: FileSystem;
  readonly #folder: string;
  readonly #damage: DamageReports;
  /** Number of the last record in each generation; 0 where there is none or it was not looked at. */
  #currentN = 0;
  #previousN = 0;
  #bytes = 0;

  constructor(files: FileSystem, folder: string, damage: DamageReports) {
    this.#files = files;
    this.#folder = folder;
    this.#damage = damage;
  }

  get path(): string {
    return join(this.#folder, CURRENT);
  }

  /** Number of the last record in the newest snapshot. */
  get currentN(): number {
    return this.#currentN;
  }

  /** Every record up to this one is in both generations. */
  get safeN(): number {
    return this.#previousN;
  }

  /** Of the newest snapshot; 0 where there is none. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * The newest generation that is whole; `null` where none is.
   * @param repair moves damaged ones aside.
   * @throws NewerFormat
   */
  async load(repair: boolean): Promise<Numbered | null> {
    for (const name of [CURRENT, PREVIOUS]) {
      const path = join(this.#folder, name);
      const bytes = await this.#read(path);
      if (bytes === null) continue;
      const decoded = decodeSnapshot(bytes);
      if (decoded.kind === 'newer') throw new NewerFormat(path, decoded.format);
      if (decoded.kind === 'good') {
        if (name === CURRENT) [this.#currentN, this.#bytes] = [decoded.n, bytes.length];
        return decoded;
      }
      await this.#setAside(name, repair);
    }
    return null;
  }

  /** Makes it the newest generation, durably. */
  async write(numbered: Numbered): Promise<void> {
    let bytes = 0;
    const fresh = join(this.#folder, FRESH);
    const file = await this.#files.open(fresh, 'create');
    try {
      await file.truncate(0);
      for await (const piece of encodeSnapshot(numbered)) {
        await writeAll(file, piece, bytes);
        bytes += piece.length;
      }
      await file.sync();
    } finally {
      await file.close();
    }
    const kept = await ifThere(this.#files.rename(this.path, join(this.#folder, PREVIOUS)).then(() => true));
    if (kept === true) this.#previousN = this.#currentN;
    await this.#files.rename(fresh, this.path);
    await this.#files.syncFolder(this.#folder);
    this.#currentN = numbered.n;
    this.#bytes = bytes;
  }

  async #read(path: string): Promise<Buffer | null> {
    try {
      return await ifThere(readWhole(this.#files, path));
    } catch (cause) {
      // A block of it that cannot be read is damage like any other; being kept out is not.
      if (['EIO', 'EISDIR'].includes(errorCode(cause) ?? '')) return Buffer.alloc(0);
      throw cause;
    }
  }

  async #setAside(name: string, repair: boolean): Promise<void> {
    const path = join(this.#folder, name);
    const aside = join(this.#folder, asideName(name, await this.#files.list(this.#folder), ASIDE_MAX));
    if (repair) await this.#files.rename(path, aside);
    const done = repair ? `moved to ${aside}` : 'left where it is';
    this.#damage.tell({ path }, 'snapshot', `the snapshot is damaged; ${done}, and the one before it and the journal are used`);
  }
}
