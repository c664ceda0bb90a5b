/** Finds and reads the files of the user's effects: so many, so large, and as root only those that nobody else can change. */
import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, lstatSync, opendirSync, openSync, readlinkSync, readSync, realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { err, ok, type Result } from '../../base/result.ts';
import { MOST_BYTES, MOST_ENTRIES, MOST_FILES } from './limits.ts';
import type { LoadJob, RefusedFile } from './messages.ts';
import { distrust, type PathPart } from './root-rule.ts';

export interface Source {
  readonly text: string;
  readonly digest: string;
}

export interface Found {
  readonly files: readonly string[];
  readonly refused: readonly RefusedFile[];
}

/**
 * The effects' files by name, hidden ones left out.
 * @param euid the user that they would be run as; undefined where there are no users.
 */
export function findFiles({ folder, skip, only }: LoadJob, euid: number | undefined): Found {
  try {
    const wrong = euid === 0 ? distrust(partsOf(folder)) : null;
    if (wrong !== null) return { files: [], refused: [{ file: folder, ...wrong }] };
    const { names, more } = list(folder);
    const files = names.sort().slice(0, MOST_FILES);
    const left = names.length - files.length;
    const wanted = files.filter((file) => !skip.includes(file) && (only === null || only.includes(file)));
    if (left === 0) return { files: wanted, refused: [] };
    const message = `${more ? 'more than ' : ''}${left} more files were left out: at most ${MOST_FILES} are loaded, by name`;
    return { files: wanted, refused: [{ file: folder, message, cure: 'move what is no effect out of the folder' }] };
  } catch (cause) {
    return { files: [], refused: [{ file: folder, message: `the folder cannot be read: ${told(cause)}`, cure: cureOf(cause) }] };
  }
}

export function readSource(folder: string, file: string, euid: number | undefined): Result<Source, RefusedFile> {
  const path = join(folder, file);
  try {
    if (euid === 0) {
      const wrong = distrust(partsOf(path));
      if (wrong !== null) return err({ file, ...wrong });
    }
    const text = read(realpathSync(path));
    if (text === null)
      return err({ file, message: `it is no file of at most ${MOST_BYTES} bytes`, cure: 'put effects alone into this folder' });
    return ok({ text, digest: createHash('sha256').update(text).digest('hex') });
  } catch (cause) {
    return err({ file, message: `it cannot be read: ${told(cause)}`, cure: cureOf(cause) });
  }
}

/** All that a path leads through: as it is named, by each link on the way, and as it really is. */
export function partsOf(path: string): PathPart[] {
  const parts = new Map<string, PathPart>();
  const ways = [realpathSync(path), path];
  for (let way = ways.pop(); way !== undefined; way = ways.pop()) {
    for (let at = way; !parts.has(at); at = dirname(at)) {
      const { uid, mode } = lstatSync(at);
      const link = (mode & constants.S_IFMT) === constants.S_IFLNK;
      parts.set(at, { path: at, uid, mode, link });
      if (link) ways.push(resolve(realpathSync(dirname(at)), readlinkSync(at)));
    }
  }
  return [...parts.values()];
}

function list(folder: string): { readonly names: string[]; readonly more: boolean } {
  const names: string[] = [];
  const directory = opendirSync(folder);
  try {
    for (let count = 0; count < MOST_ENTRIES; count += 1) {
      const entry = directory.readSync();
      if (entry === null) return { names, more: false };
      if (/^[^.].*\.m?js$/.test(entry.name)) names.push(entry.name);
    }
    return { names, more: true };
  } finally {
    directory.closeSync();
  }
}

/** @returns null for what is no file, or too long. A pipe is opened without waiting for its other end. */
function read(path: string): string | null {
  const opened = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stat = fstatSync(opened);
    if (!stat.isFile() || stat.size > MOST_BYTES) return null;
    const bytes = Buffer.alloc(MOST_BYTES + 1);
    let length = 0;
    for (let got = -1; got !== 0 && length < bytes.length; length += got)
      got = readSync(opened, bytes, length, bytes.length - length, null);
    return length > MOST_BYTES ? null : bytes.toString('utf8', 0, length);
  } finally {
    closeSync(opened);
  }
}

function told(cause: unknown): string {
  const code = codeOf(cause);
  if (code === 'ENOENT') return 'it is not there';
  if (code === 'ENOTDIR') return 'it is no folder';
  if (code === 'EACCES' || code === 'EPERM') return 'the permissions do not allow it';
  return cause instanceof Error ? cause.message : String(cause);
}

function cureOf(cause: unknown): string {
  const code = codeOf(cause);
  if (code === 'EACCES' || code === 'EPERM') return `let ${userName()} read it, and the folders above it`;
  return 'check effects.path in the configuration, then reload';
}

function codeOf(cause: unknown): unknown {
  return cause instanceof Error ? Reflect.get(cause, 'code') : null;
}

function userName(): string {
  const id = process.geteuid?.();
  return id === undefined ? 'this user' : `the user with the id ${id}`;
}
