/** Reads a small file that a setting names, and says clearly why it cannot be and what helps. */

import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { errorCode } from '../../base/error-code.ts';
import { Fault } from '../../base/fault.ts';

/** A bundle of all authorities of a system has a quarter of it. */
const MOST_BYTES = 1_048_576;
const CODE = 'broker_file_unreadable';

export interface SmallFile {
  readonly content: Buffer;
  readonly mode: number;
}

/** @param setting that names it. @throws Fault */
export async function readSmall(path: string, setting: string): Promise<SmallFile> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK); // a named pipe would hold us for ever
    try {
      const found = await file.stat();
      if (!found.isFile()) throw new Fault(CODE, `${path} is no ordinary file`, `name a file in ${setting}`);
      if (found.size > MOST_BYTES) throw new Fault(CODE, `${path} is too large for ${setting}`, `name the right file in ${setting}`);
      return { content: await file.readFile(), mode: found.mode };
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw cause instanceof Fault ? cause : unreadable(path, setting, cause);
  }
}

function unreadable(path: string, setting: string, cause: unknown): Fault {
  const code = errorCode(cause);
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return new Fault(CODE, `there is no file ${path}`, `make it, or name the right one in ${setting}`, cause);
  if (code === 'EACCES' || code === 'EPERM') {
    const cure = `${setting}: let the user of the daemon read ${path} (sudo chown diuna ${path}), and into its folders`;
    return new Fault(CODE, `this user may not read ${path}`, cure, cause);
  }
  return new Fault(CODE, `${path} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, `see ${setting}`, cause);
}
