/**
 * What the store needs of a file system: few operations, each of which may fail, so that tests can make the n-th one
 * fail or cut the power after it. Errors are those of node:fs, with their `code`.
 */
export interface OpenFile {
  /** @returns bytes read; 0 at the end. */
  read(into: Buffer, position: number): Promise<number>;
  /** @returns bytes written, which may be fewer than asked. */
  write(bytes: Buffer, position: number): Promise<number>;
  truncate(length: number): Promise<void>;
  size(): Promise<number>;
  /** Makes content and length durable; the name is made so by `syncFolder`. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** `update` reads and writes what is there, `create` makes it where missing, `exclusive` refuses what is there (EEXIST). */
export type OpenMode = 'read' | 'update' | 'create' | 'exclusive';

export interface FileSystem {
  /** Makes the folder and those above it, for this user alone. @returns the first that it made; `null` where all were there. */
  makeFolder(path: string): Promise<string | null>;
  list(path: string): Promise<readonly string[]>;
  /** Files that it makes are for this user alone. */
  open(path: string, mode: OpenMode): Promise<OpenFile>;
  /** Bytes. */
  size(path: string): Promise<number>;
  /** Replaces what stands at `to`. */
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** Makes the names in the folder durable. */
  syncFolder(path: string): Promise<void>;
}

/** Reads a small file whole. */
export async function readWhole(files: FileSystem, path: string): Promise<Buffer> {
  const file = await files.open(path, 'read');
  try {
    const bytes = Buffer.alloc(await file.size());
    let filled = 0;
    while (filled < bytes.length) {
      const count = await file.read(bytes.subarray(filled), filled);
      if (count === 0) break;
      filled += count;
    }
    return bytes.subarray(0, filled);
  } finally {
    await file.close();
  }
}

/** Writes all the bytes, however many writes that takes, and does not sync. */
export async function writeAll(file: OpenFile, bytes: Buffer, position: number): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    const count = await file.write(written === 0 ? bytes : bytes.subarray(written), position + written);
    // A write of nothing without an error would make this loop endless.
    if (count === 0) throw Object.assign(new Error('the disk took no bytes'), { code: 'ENOSPC' });
    written += count;
  }
}
