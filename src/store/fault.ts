/** Turns what the disk threw into a fault that a person can act on: path, operation, stable code, message, cure. */
import { errorCode } from '../base/error-code.ts';

export interface Fault {
  readonly path: string;
  /** What the store was doing: `open`, `write`, `snapshot`, … */
  readonly operation: string;
  /** The system's code, such as ENOSPC, or one of the store's own in lower case. */
  readonly code: string;
  readonly message: string;
  readonly cure: string;
}

const cures: Readonly<Record<string, string>> = {
  ENOSPC: 'free space on the disk that holds the store; the daemon then catches up by itself',
  EDQUOT: 'raise the quota of the user that runs the daemon; the daemon then catches up by itself',
  EROFS: 'the disk is mounted read-only, often after an error on it: check it with fsck and remount it writable',
  EACCES: 'give the folder to the user that runs the daemon (chown -R), or set store.path to a folder of that user',
  EPERM: 'give the folder to the user that runs the daemon (chown -R), or set store.path to a folder of that user',
  ENOTDIR: 'store.path must name a folder: move the file away that stands there, then restart the daemon',
  EEXIST: 'store.path must name a folder: move the file away that stands there, then restart the daemon',
  EIO: 'the disk is failing: copy the store elsewhere and replace the card',
  'open ETIMEDOUT':
    'restart the daemon once the disk answers; until then it runs from memory. Where it does not, copy the store elsewhere and replace the card',
  ETIMEDOUT: 'the disk does not answer: where this stays, copy the store elsewhere and replace the card',
  locked: 'stop the other daemon, or give each its own store.path',
  newer_format: 'install the version that wrote this store, or set store.path to another folder',
  changed: 'restart the daemon, so that it reads what is in the store now',
};

/** @throws the cause itself where it is no error of the system. */
export function faultOf(cause: unknown, operation: string, path: string): Fault {
  const code = errorCode(cause);
  if (code === null) throw cause;
  return fault(path, operation, code, cause instanceof Error ? cause.message : code);
}

export function fault(path: string, operation: string, code: string, message: string): Fault {
  return {
    path,
    operation,
    code,
    message,
    cure: cures[`${operation} ${code}`] ?? cures[code] ?? 'see the message; the daemon goes on from memory',
  };
}

/** Passes over a missing file, and over nothing else. @returns `null` where it is missing. */
export async function ifThere<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return null;
    throw cause;
  }
}
