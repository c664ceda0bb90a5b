/** Makes the store's folders and takes its lock: what must be so before anything in it is written. */
import { dirname } from 'node:path';
import { errorCode } from '../base/error-code.ts';
import type { FileSystem } from './file-system.ts';
import type { Holder, Lock } from './lock.ts';

/**
 * @param folder the innermost one.
 * @returns who holds the store; `null` where it is ours now.
 * @throws what the disk throws
 */
export async function claim(files: FileSystem, folder: string, lock: Lock): Promise<Holder | null> {
  await makeFolders(files, folder);
  return lock.take();
}

/**
 * Makes the folder and those above it, durably: each new name stands in the folder above it. The two next above are
 * synced even where nothing was made now: the attempt that made them may have failed before it synced.
 */
export async function makeFolders(files: FileSystem, folder: string): Promise<void> {
  const first = await files.makeFolder(folder);
  let above = dirname(dirname(folder));
  const changed = [above, dirname(folder)];
  while (first !== null && above.length >= first.length) {
    above = dirname(above);
    changed.unshift(above);
  }
  for (const each of changed) await syncIfAllowed(files, each);
}

/** A folder that is not ours to open holds no name that we made. */
async function syncIfAllowed(files: FileSystem, folder: string): Promise<void> {
  try {
    await files.syncFolder(folder);
  } catch (cause) {
    if (errorCode(cause) !== 'EACCES') throw cause;
  }
}
