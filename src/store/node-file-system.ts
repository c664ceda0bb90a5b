/** The real file system, by node:fs callbacks on bare descriptors: the commit path pays for two calls and two promises, no more. */
import fs from 'node:fs';
import { dirname } from 'node:path';
import { errorCode } from '../base/error-code.ts';
import type { FileSystem, OpenFile, OpenMode } from './file-system.ts';

const OWNER_ONLY_FILE = 0o600;
const OWNER_ONLY_FOLDER = 0o700;

const { O_RDONLY, O_RDWR, O_CREAT, O_EXCL } = fs.constants;
const flags: Readonly<Record<OpenMode, number>> = {
  read: O_RDONLY,
  update: O_RDWR,
  create: O_RDWR | O_CREAT,
  exclusive: O_RDWR | O_CREAT | O_EXCL,
};

type Callback<T> = (error: Error | null, value: T) => void;

function promised<T>(start: (callback: Callback<T>) => void): Promise<T> {
  return new Promise((resolve, reject) => start((error, value) => (error === null ? resolve(value) : reject(error))));
}

class Descriptor implements OpenFile {
  readonly #fd: number;

  constructor(fd: number) {
    this.#fd = fd;
  }

  read(into: Buffer, position: number): Promise<number> {
    return promised<number>((done) => fs.read(this.#fd, into, 0, into.length, position, done));
  }

  write(bytes: Buffer, position: number): Promise<number> {
    return promised<number>((done) => fs.write(this.#fd, bytes, 0, bytes.length, position, done));
  }

  truncate(length: number): Promise<void> {
    return promised<void>((done) => fs.ftruncate(this.#fd, length, (error) => done(error, undefined)));
  }

  async size(): Promise<number> {
    return (await promised<fs.Stats>((done) => fs.fstat(this.#fd, done))).size;
  }

  sync(): Promise<void> {
    return promised<void>((done) => fs.fdatasync(this.#fd, (error) => done(error, undefined)));
  }

  close(): Promise<void> {
    return promised<void>((done) => fs.close(this.#fd, (error) => done(error ?? null, undefined)));
  }
}

/** By hand: Node's recursive mkdir goes round for ever where a folder says ENOENT although the one above is there, as /proc does. */
async function makeFolder(path: string): Promise<string | null> {
  const make = () => fs.promises.mkdir(path, { mode: OWNER_ONLY_FOLDER });
  try {
    await make();
    return path;
  } catch (cause) {
    if (await isFolder(path)) return null;
    if (errorCode(cause) !== 'ENOENT' || dirname(path) === path) throw cause;
  }
  const first = await makeFolder(dirname(path));
  await make();
  return first ?? path;
}

async function isFolder(path: string): Promise<boolean> {
  const found = await fs.promises.stat(path).catch(() => null);
  return found?.isDirectory() === true;
}

export const nodeFileSystem: FileSystem = {
  makeFolder,
  list: (path) => fs.promises.readdir(path),
  async open(path, mode) {
    return new Descriptor(await promised<number>((done) => fs.open(path, flags[mode], OWNER_ONLY_FILE, done)));
  },
  async size(path) {
    return (await fs.promises.stat(path)).size;
  },
  rename: (from, to) => fs.promises.rename(from, to),
  remove: (path) => fs.promises.unlink(path),
  async syncFolder(path) {
    const folder = await promised<number>((done) => fs.open(path, O_RDONLY, done));
    try {
      await promised<void>((done) => fs.fsync(folder, (error) => done(error, undefined)));
    } finally {
      await promised<void>((done) => fs.close(folder, (error) => done(error ?? null, undefined)));
    }
  },
};
