/**
 * Changes a file as a whole: whoever reads it sees the old content or the new, also after a power cut, and two who change
 * it at once do it one after the other. The lock is the new content's own name, which only one can make.
 */
import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, rename, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { errorCode } from '../../base/error-code.ts';
import { Fault } from '../../base/fault.ts';

/** Who owns the new content, and its mode. */
export interface Ownership {
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
}

/** A change takes milliseconds: what is older was left of one that was cut off. */
const STALE_MS = 10_000;
const LONGEST_WAIT_MS = 5000;
const LOOK_MS = 50;
const OWNER_ONLY_FOLDER = 0o700;

/**
 * @param change is called while nobody else can change the file, reads it itself, and answers the new content; `null`
 *   leaves the file as it is.
 * @throws Fault where the file cannot be written, and what `change` throws.
 */
export async function updateFile(path: string, ownership: Ownership, change: () => Promise<string | null>): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.new`);
  const file = await claim(temporary).catch((cause: unknown) => fail(path, cause));
  let replaced = false;
  try {
    const text = await change();
    if (text !== null) {
      await writeDurably(file, text, ownership).catch((cause: unknown) => fail(path, cause));
      await rename(temporary, path).catch((cause: unknown) => fail(path, cause));
      replaced = true;
    }
  } finally {
    await file.close();
    if (!replaced) await unlink(temporary).catch(() => {}); // what failed before is what matters; a rest goes stale
  }
  if (replaced) await syncFolder(dirname(path)).catch((cause: unknown) => fail(path, cause));
}

/** Makes the folder and those above it, each for the owner of the one above: root must not shut the daemon out of its store. */
export async function makeFolder(path: string): Promise<void> {
  if ((await statOf(path)) !== null) return;
  await makeFolder(dirname(path));
  try {
    await mkdir(path, OWNER_ONLY_FOLDER);
    const { uid, gid } = await stat(dirname(path));
    await takeFolder(path, process.getuid?.() === 0 ? { uid, gid } : null);
  } catch (cause) {
    fail(path, cause);
  }
}

/**
 * By descriptor: the owner of the folder above could have put a link in its place meanwhile, and got what it points to.
 * @param owner `null` leaves it as it is.
 */
export async function takeFolder(path: string, owner: Pick<Ownership, 'uid' | 'gid'> | null): Promise<void> {
  const folder = await open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    if (owner !== null) await folder.chown(owner.uid, owner.gid);
    await folder.chmod(OWNER_ONLY_FOLDER);
  } finally {
    await folder.close();
  }
}

async function claim(temporary: string): Promise<FileHandle> {
  const end = performance.now() + LONGEST_WAIT_MS;
  for (;;) {
    try {
      return await open(temporary, 'wx', 0o600);
    } catch (cause) {
      if (errorCode(cause) !== 'EEXIST' || performance.now() > end) throw cause;
    }
    const found = await statOf(temporary);
    if (found !== null && Math.abs(Date.now() - found.mtimeMs) > STALE_MS)
      await unlink(temporary).catch(() => {}); // somebody else did
    else await setTimeout(LOOK_MS);
  }
}

async function writeDurably(file: FileHandle, text: string, { uid, gid, mode }: Ownership): Promise<void> {
  const made = await file.stat();
  if (made.uid !== uid || made.gid !== gid) await file.chown(uid, gid);
  await file.chmod(mode & 0o7777); // after chown, which clears bits
  await file.writeFile(text);
  await file.sync();
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function statOf(path: string) {
  try {
    return await stat(path);
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return null;
    throw cause;
  }
}

/** @throws Fault; the cause itself where it is no error of the file system. */
function fail(path: string, cause: unknown): never {
  const code = errorCode(cause);
  if (code === null || cause instanceof Fault) throw cause;
  throw new Fault('cannot_write', `${path} cannot be written (${code})`, cures[code] ?? 'see the message of the file system', cause);
}

const rights = 'run this as root (sudo), or as the user whom the file and its folder belong to';
const cures: Readonly<Record<string, string>> = {
  EACCES: rights,
  EPERM: rights,
  EROFS: 'the disk is mounted read-only: remount it writable',
  ENOSPC: 'free space on the disk',
  EBUSY: 'it is mounted by itself, as in a container: mount its folder instead',
  EEXIST: 'another diuna changes it at this moment: try again',
  ENOTDIR: 'a file stands where a folder is meant: see store.path',
};
