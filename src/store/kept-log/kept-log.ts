/**
 * A small durable map from keys to JSON, for what may be written a moment late: values are held by reference, changes are
 * gathered and go to the disk in one append and sync. Where the disk fails it goes on in memory and tries again; only where
 * the file cannot be appended to any more is it written anew. Nothing waits for it, and when nothing changes nothing is written.
 *
 * Bounded by whoever puts: of each key there is one value and at most one change that waits.
 */
import { dirname } from 'node:path';
import { errorCode } from '../../base/error-code.ts';
import type { Report } from '../../engine/ports.ts';
import { makeFolders } from '../claim.ts';
import { DamageReports } from '../damage.ts';
import { type Fault, fault, faultOf } from '../fault.ts';
import type { FileSystem } from '../file-system.ts';
import { nodeFileSystem } from '../node-file-system.ts';
import { PatientDisk } from '../patience.ts';
import { type Change, KeptFile } from './kept-file.ts';
import { defaultKeptLimits, type KeptLimits } from './kept-limits.ts';

export interface KeptLogParts {
  /** Of the file; beside it one with `.new` behind its name comes and goes. */
  readonly path: string;
  readonly report: Report;
  /** Names it in what is reported of its disk: health keeps the store's parts apart by it. */
  readonly part: string;
  /** What may be done with the folder now: `none` is for one that another daemon has. */
  readonly access: () => 'none' | 'read' | 'write';
  readonly files?: FileSystem;
  readonly limits?: Partial<KeptLimits>;
}

export class KeptLog {
  readonly #parts: KeptLogParts;
  readonly #limits: KeptLimits;
  readonly #disk: PatientDisk;
  readonly #file: KeptFile;
  readonly #values = new Map<string, object>();
  #changed = new Set<string>();
  #underWay: ReadonlySet<string> = new Set();
  #writing: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | null = null;
  /** Writing it anew did not fit beside it: not before it is so large. */
  #rewriteFrom = 0;
  #failing = false;
  #pauseMs: number;
  #state: 'new' | 'open' | 'closed' = 'new';

  constructor(parts: KeptLogParts) {
    this.#parts = parts;
    this.#limits = { ...defaultKeptLimits, ...parts.limits };
    this.#disk = new PatientDisk(parts.files ?? nodeFileSystem);
    this.#file = new KeptFile(this.#disk, parts.path);
    this.#pauseMs = this.#limits.retry_first_ms;
  }

  /**
   * What was kept, in the order of the last change, oldest first. Called once, before anything else; of each of these
   * keys `adopt` or `remove` is to be called. Never rejects for a bad disk: it is told, and left alone in this run.
   */
  async entries(): Promise<ReadonlyMap<string, unknown>> {
    if (this.#parts.access() === 'none') {
      this.#state = 'closed';
      return new Map();
    }
    try {
      const damage = new DamageReports(this.#parts.report);
      const found = await this.#disk.within(this.#limits.open_ms, () => this.#file.read(damage));
      this.#state = 'open';
      if (found === null) return new Map();
      if (!this.#file.isSound) this.#schedule(this.#limits.gather_ms);
      return found;
    } catch (cause) {
      this.#report('system.store_failed', { ...faultOf(cause, 'open', this.#parts.path) });
      this.#state = 'closed';
      return new Map();
    }
  }

  /** Takes the place of the value that was read, to which it is equal: nothing is written. */
  adopt(key: string, value: object): void {
    this.#values.set(key, value);
  }

  /** @param value is made JSON of when it is written, and again when the file is written anew. */
  put(key: string, value: object): void {
    this.#values.delete(key); // comes last from now on
    this.#values.set(key, value);
    this.#note(key);
  }

  /** Costs nothing where the key has not been written yet. */
  remove(key: string): void {
    this.#values.delete(key);
    if (this.isWritten(key)) this.#note(key);
    else this.#changed.delete(key);
  }

  /** Whether the value is on the disk, or on its way: what changes in it from now on is not seen there. */
  isWritten(key: string): boolean {
    return this.#file.has(key) || this.#underWay.has(key);
  }

  /** Writes what is left. Takes a bounded time; never rejects for a bad disk. */
  async close(): Promise<void> {
    if (this.#state !== 'open') return;
    this.#state = 'closed';
    if (this.#timer !== null) clearTimeout(this.#timer);
    let alarm: NodeJS.Timeout | undefined;
    const tooLate = new Promise<void>((resolve) => {
      alarm = setTimeout(() => {
        this.#report('system.store_failed', {
          ...fault(this.#parts.path, 'close', 'ETIMEDOUT', `closing has taken longer than ${this.#limits.close_ms} ms`),
        });
        resolve();
      }, this.#limits.close_ms);
    });
    await Promise.race([this.#finish(), tooLate]);
    clearTimeout(alarm);
  }

  async #finish(): Promise<void> {
    await this.#writing;
    await this.#flush();
    try {
      await this.#file.close();
    } catch (cause) {
      this.#fail(faultOf(cause, 'write', this.#parts.path));
    }
  }

  #note(key: string): void {
    if (this.#state !== 'open') return;
    this.#changed.delete(key);
    this.#changed.add(key);
    if (!this.#failing) this.#schedule(this.#limits.gather_ms);
  }

  #schedule(inMs: number): void {
    if (this.#timer !== null || this.#state !== 'open') return;
    this.#timer = setTimeout(() => {
      this.#writing = this.#writing.then(async () => {
        await this.#flush();
        this.#timer = null;
        if (this.#failing) this.#schedule(this.#pauseMs);
        else if (this.#changed.size > 0) this.#schedule(this.#mayWrite() ? this.#limits.gather_ms : this.#pauseMs);
      });
    }, inMs);
    this.#timer.unref();
  }

  async #flush(): Promise<void> {
    const { isSound, bytes } = this.#file;
    if (!this.#mayWrite()) return;
    const hasNothing = isSound ? this.#changed.size === 0 : this.#values.size === 0 && bytes === 0;
    if (hasNothing && !this.#failing) return this.#changed.clear(); // a disk that failed is asked whether it is well
    const alarm = setTimeout(() => this.#stalled(), this.#limits.stall_ms).unref();
    try {
      await this.#write();
      this.#recovered();
    } catch (cause) {
      if (this.#failing) this.#pauseMs = Math.min(this.#pauseMs * 2, this.#limits.retry_longest_ms);
      this.#fail(faultOf(cause, 'write', this.#parts.path));
    } finally {
      clearTimeout(alarm);
      this.#underWay = new Set();
    }
  }

  #mayWrite(): boolean {
    return this.#parts.access() === 'write';
  }

  async #write(): Promise<void> {
    const keys = this.#changed;
    this.#changed = new Set();
    try {
      if (!this.#file.isSound) await this.#rewrite();
      else if (!this.#isWasteful() || !(await this.#rewriteFits())) {
        this.#underWay = keys;
        await this.#file.append(this.#changesOf(keys));
      }
    } catch (cause) {
      for (const key of this.#changed) keys.delete(key); // changed again: those come last
      this.#changed = new Set([...keys, ...this.#changed]);
      throw cause;
    }
  }

  *#changesOf(keys: Iterable<string>): Generator<Change> {
    for (const key of keys) {
      const value = this.#values.get(key);
      if (value !== undefined || this.#file.has(key)) yield [key, value];
    }
  }

  *#entriesOf(keys: Iterable<string>): Generator<Change> {
    for (const key of keys) {
      const value = this.#values.get(key);
      if (value !== undefined) yield [key, value];
    }
  }

  async #rewrite(): Promise<void> {
    if (this.#failing) await makeFolders(this.#disk, dirname(this.#parts.path));
    const keys = new Set(this.#values.keys());
    this.#underWay = keys;
    await this.#file.rewrite(this.#entriesOf(keys)); // what changes meanwhile is among the changed again
    this.#rewriteFrom = 0;
  }

  /** @returns false where it failed and the file that is there can still be appended to, which takes less room. */
  async #rewriteFits(): Promise<boolean> {
    try {
      await this.#rewrite();
      return true;
    } catch (cause) {
      if (errorCode(cause) === null || !this.#file.isSound) throw cause;
      this.#rewriteFrom = 2 * this.#file.bytes;
      return false;
    }
  }

  #isWasteful(): boolean {
    const { bytes, liveBytes } = this.#file;
    return bytes > Math.max(this.#limits.rewrite_bytes, this.#limits.rewrite_factor * liveBytes, this.#rewriteFrom);
  }

  #stalled(): void {
    const { stall_ms } = this.#limits;
    if (this.#state === 'open') this.#fail(fault(this.#parts.path, 'write', 'ETIMEDOUT', `a write has taken longer than ${stall_ms} ms`));
  }

  #fail(why: Fault): void {
    if (!this.#failing) this.#report('system.store_failed', { ...why });
    this.#failing = true;
  }

  #recovered(): void {
    if (!this.#failing) return;
    this.#failing = false;
    this.#pauseMs = this.#limits.retry_first_ms;
    this.#report('system.store_recovered', { path: this.#parts.path, operation: 'write', written: this.#values.size, dropped: 0 });
  }

  #report(type: 'system.store_failed' | 'system.store_recovered', payload: Readonly<Record<string, unknown>>): void {
    this.#parts.report(type, { ...payload, part: this.#parts.part });
  }
}
