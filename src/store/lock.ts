/**
 * Keeps two daemons off one store: a file `lock` that names the process which holds it. A process that is gone, or that
 * was another one under the same number, holds nothing.
 */
import { join } from 'node:path';
import * as z from 'zod';
import { errorCode } from '../base/error-code.ts';
import { ifThere } from './fault.ts';
import { type FileSystem, readWhole, writeAll } from './file-system.ts';
import type { ProcessTable } from './processes.ts';

const holderSchema = z.object({ pid: z.int().min(1), start: z.string().nullable() });
/** A process, told apart from others that had its number before. */
export type Holder = z.infer<typeof holderSchema>;
/** One who took the lock this very moment and has not written its name yet. */
const UNKNOWN: Holder = { pid: 1, start: null };

export class Lock {
  readonly #files: FileSystem;
  readonly #path: string;
  readonly #processes: ProcessTable;
  #taken = false;

  constructor(files: FileSystem, folder: string, processes: ProcessTable) {
    this.#files = files;
    this.#path = join(folder, 'lock');
    this.#processes = processes;
  }

  /** @returns who holds it; `null` where it is ours now. */
  async take(): Promise<Holder | null> {
    if (this.#taken) return null;
    const holder = await this.#living(this.#path);
    if (holder !== null) return holder;
    const other = await this.#removeStale();
    if (other !== null) return other;
    try {
      await this.#write();
      return null;
    } catch (cause) {
      if (errorCode(cause) !== 'EEXIST') throw cause;
      return (await this.#living(this.#path)) ?? UNKNOWN;
    }
  }

  async release(): Promise<void> {
    if (!this.#taken) return;
    this.#taken = false;
    await ifThere(this.#files.remove(this.#path));
  }

  async #write(): Promise<void> {
    const file = await this.#files.open(this.#path, 'exclusive');
    try {
      await writeAll(file, Buffer.from(`${JSON.stringify(this.#processes.self)}\n`), 0);
    } finally {
      await file.close();
    }
    this.#taken = true;
  }

  /**
   * By way of a name of our own: where two found it stale at once, the slower one sees whose it moved and puts it back.
   * @returns who took it meanwhile, if anyone.
   */
  async #removeStale(): Promise<Holder | null> {
    const stale = `${this.#path}.stale-${this.#processes.self.pid}`;
    if ((await ifThere(this.#files.rename(this.#path, stale).then(() => true))) === null) return null;
    const holder = await this.#living(stale);
    if (holder === null) await ifThere(this.#files.remove(stale));
    else await this.#files.rename(stale, this.#path);
    return holder;
  }

  /** Who is named there and alive. A file without a name is left of a start that a power cut ended. */
  async #living(path: string): Promise<Holder | null> {
    const bytes = await ifThere(readWhole(this.#files, path));
    const parsed = holderSchema.safeParse(bytes === null ? null : parse(bytes.toString('utf8')));
    return parsed.success && this.#processes.isAlive(parsed.data) ? parsed.data : null;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    if (cause instanceof SyntaxError) return null;
    throw cause;
  }
}
