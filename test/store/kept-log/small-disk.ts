/** A disk in memory that has room for so many bytes, all files together; what does not fit is written in part, then refused. */
import type { FileSystem, OpenFile, OpenMode } from '../../../src/store/file-system.ts';
import { FakeDisk, systemError } from '../support/fake-disk.ts';

export class SmallDisk implements FileSystem {
  readonly inner = new FakeDisk();
  room: number;

  constructor(room: number) {
    this.room = room;
  }

  get used(): number {
    return this.inner.paths.filter((path) => path !== '/').reduce((sum, path) => sum + this.inner.text(path).length, 0);
  }

  async open(path: string, mode: OpenMode): Promise<OpenFile> {
    const file = await this.inner.open(path, mode);
    return {
      ...file,
      write: async (bytes, position) => {
        const growth = Math.max(0, position + bytes.length - (await file.size()));
        const missing = Math.max(0, this.used + growth - this.room);
        if (missing >= bytes.length) throw systemError('ENOSPC');
        return file.write(bytes.subarray(0, bytes.length - missing), position);
      },
    };
  }

  makeFolder(path: string): Promise<string | null> {
    return this.inner.makeFolder(path);
  }

  list(path: string): Promise<readonly string[]> {
    return this.inner.list(path);
  }

  size(path: string): Promise<number> {
    return this.inner.size(path);
  }

  rename(from: string, to: string): Promise<void> {
    return this.inner.rename(from, to);
  }

  remove(path: string): Promise<void> {
    return this.inner.remove(path);
  }

  syncFolder(path: string): Promise<void> {
    return this.inner.syncFolder(path);
  }
}
