/** Reads a small file that holds a secret, with what the file system says of it: who may read it, and whether it changed. */

import { type BigIntStats, constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { errorCode } from '../../base/error-code.ts';
import { MOST_FILE_BYTES } from './token-format.ts';

export interface PrivateFile {
  readonly path: string;
  readonly text: string;
  /** Differs once the file was written or replaced. */
  readonly stamp: string;
  /** Beyond its owner. */
  readonly openTo: 'nobody' | 'group' | 'everybody';
}

const GROUP = 0o070n;
const OTHERS = 0o007n;

/**
 * @returns `null` where it does not exist.
 * @throws what the file system says else, and RangeError for what is no small ordinary file.
 */
export async function readPrivate(path: string): Promise<PrivateFile | null> {
  let file: FileHandle;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK); // a pipe must not hold us
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return null;
    throw cause;
  }
  try {
    const found = await file.stat({ bigint: true });
    if (!found.isFile() || found.size > MOST_FILE_BYTES)
      throw new RangeError(`${path} is no ordinary file of at most ${MOST_FILE_BYTES} bytes`);
    return { path, text: await file.readFile('utf8'), stamp: stampOf(found), openTo: openness(found.mode) };
  } finally {
    await file.close();
  }
}

function stampOf({ dev, ino, size, mode, mtimeNs, ctimeNs }: BigIntStats): string {
  return [dev, ino, size, mode, mtimeNs, ctimeNs].join(':');
}

function openness(mode: bigint): PrivateFile['openTo'] {
  if ((mode & OTHERS) !== 0n) return 'everybody';
  return (mode & GROUP) !== 0n ? 'group' : 'nobody';
}
