/** Where pictures go: a file, or standard output. What the file system refuses is told, not thrown on. */
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { exitCodes } from '../exit-codes.ts';
import { NotDone } from '../file-command.ts';
import { encodePng, type Grid } from './png.ts';

/** The name that stands for standard output. */
export const STANDARD_OUTPUT = '-';

/** @throws NotDone where it cannot be written. */
export async function writePicture(path: string, lines: Iterable<Uint8Array>, grid: Grid): Promise<void> {
  const toOutput = path === STANDARD_OUTPUT;
  if (toOutput && process.stdout.isTTY) {
    throw new NotDone('standard output is a terminal: name a file, or leave --png out to see the picture here', exitCodes.usage);
  }
  try {
    if (toOutput) await pipeline(encodePng(lines, grid), process.stdout, { end: false });
    else await pipeline(encodePng(lines, grid), createWriteStream(path));
  } catch (cause) {
    throw refused(path, cause);
  }
}

/** @throws what is no error of the file system. */
export function refused(path: string, cause: unknown): NotDone {
  if (!(cause instanceof Error && 'syscall' in cause)) throw cause;
  return new NotDone(`${path} cannot be written: ${cause.message}`);
}
