/**
 * The disk as a store sees it that opens: an operation that takes too long fails with ETIMEDOUT, as the lights wait for
 * it. The operation itself stays under way, so whoever gave up on it must leave the disk alone. Outside of `within` all
 * goes to the disk as it is: a write that hangs must not be taken for one that failed.
 */
import type { FileSystem, OpenFile, OpenMode } from './file-system.ts';

/** An operation of the disk has not ended in time. */
export class DiskSilent extends Error {
  readonly code = 'ETIMEDOUT';
}

export class PatientDisk implements FileSystem {
  readonly #disk: FileSystem;
  #limitMs: number | null = null;

  constructor(disk: FileSystem) {
    this.#disk = disk;
  }

  /** @param limitMs for each operation and not for all of the work: a slow machine may have much to read. */
  async within<T>(limitMs: number, work: () => Promise<T>): Promise<T> {
    this.#limitMs = limitMs;
    try {
      return await work();
    } finally {
      this.#limitMs = null;
    }
  }

  makeFolder(path: string): Promise<string | null> {
    return this.#timed(path, this.#disk.makeFolder(path));
  }

  list(path: string): Promise<readonly string[]> {
    return this.#timed(path, this.#disk.list(path));
  }

  async open(path: string, mode: OpenMode): Promise<OpenFile> {
    const patient = this.#limitMs === null;
    const file = await this.#timed(path, this.#disk.open(path, mode));
    return patient ? file : this.#timedFile(path, file);
  }

  size(path: string): Promise<number> {
    return this.#timed(path, this.#disk.size(path));
  }

  rename(from: string, to: string): Promise<void> {
    return this.#timed(from, this.#disk.rename(from, to));
  }

  remove(path: string): Promise<void> {
    return this.#timed(path, this.#disk.remove(path));
  }

  syncFolder(path: string): Promise<void> {
    return this.#timed(path, this.#disk.syncFolder(path));
  }

  #timedFile(path: string, file: OpenFile): OpenFile {
    return {
      read: (into, position) => this.#timed(path, file.read(into, position)),
      write: (bytes, position) => this.#timed(path, file.write(bytes, position)),
      truncate: (length) => this.#timed(path, file.truncate(length)),
      size: () => this.#timed(path, file.size()),
      sync: () => this.#timed(path, file.sync()),
      close: () => this.#timed(path, file.close()),
    };
  }

  #timed<T>(path: string, operation: Promise<T>): Promise<T> {
    const limitMs = this.#limitMs;
    if (limitMs === null) return operation;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new DiskSilent(`${path}: the disk has not answered for ${limitMs} ms`)), limitMs);
      operation.then(resolve, reject).finally(() => clearTimeout(timer));
    });
  }
}
