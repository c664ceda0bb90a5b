/**
 * Files of the machine as `diuna doctor` reads them: within bounds, without waiting, and without a fault. What cannot be
 * read is not there. Everything is looked for below a root folder, which tests put elsewhere.
 */
import { closeSync, constants, fstatSync, openSync, readdirSync, readSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../../base/error-code.ts';
import type { FileFacts } from '../../core/doctor/facts.ts';

const MOST_BYTES = 262_144;
const MOST_NAMES = 4096;
const PERMISSION_BITS = 0o7777;

export class Files {
  readonly root: string;

  constructor(root: string) {
    this.root = root;
  }

  /** @returns the beginning of a file. */
  text(path: string): string | null {
    return this.bytes(path)?.toString('utf8') ?? null;
  }

  bytes(path: string): Buffer | null {
    return attempt(() => {
      const file = openSync(join(this.root, path), constants.O_RDONLY | constants.O_NONBLOCK); // a pipe would hold us
      try {
        return fstatSync(file).isFile() ? readUpTo(file) : null;
      } finally {
        closeSync(file);
      }
    });
  }

  names(folder: string): string[] {
    return (attempt(() => readdirSync(join(this.root, folder))) ?? []).sort().slice(0, MOST_NAMES);
  }

  facts(path: string): FileFacts | null {
    const stats = attempt(() => statSync(join(this.root, path)));
    return stats === null ? null : factsOf(path, stats);
  }

  has(path: string): boolean {
    return this.facts(path) !== null;
  }
}

export function factsOf(path: string, { mode, uid, gid }: Stats): FileFacts {
  return { path, mode: mode & PERMISSION_BITS, uid, gid };
}

/** Files of /proc and /sys have no size before they are read. */
function readUpTo(file: number): Buffer {
  const bytes = Buffer.alloc(MOST_BYTES);
  let length = 0;
  while (length < bytes.length) {
    const read = readSync(file, bytes, length, bytes.length - length, null);
    if (read === 0) break;
    length += read;
  }
  return bytes.subarray(0, length);
}

function attempt<T>(look: () => T): T | null {
  try {
    return look();
  } catch (cause) {
    if (errorCode(cause) === null) throw cause;
    return null;
  }
}
