/**
 * One change of the kept log as a line: `{"crc":"89abcdef","record":{"n":7,"p":"01234567","k":"key","v":…}}`; without `v`
 * the key was removed. `n` counts the lines of a file, and `p` is the CRC-32 of the key of the line before: where that
 * line is damaged, the next one says whose older value must not pass for the newest.
 */
import { crc32 } from 'node:zlib';
import * as z from 'zod';
import { crcText, isSealed, sealedRecord, sealLine } from '../crc-line.ts';

const lineSchema = z.object({ n: z.int().min(1), p: z.string(), k: z.string(), v: z.unknown().optional() });
export type KeptLine = z.infer<typeof lineSchema>;

/** What the next line refers to. */
export interface Link {
  readonly n: number;
  readonly mark: string;
}

export const firstLink: Link = { n: 0, mark: '' };

export function markOf(key: string): string {
  return crcText(crc32(key));
}

/** @param value `undefined`: the key was removed. With its newline. */
export function encodeKept(after: Link, key: string, value: object | undefined): Buffer {
  return sealLine(JSON.stringify({ n: after.n + 1, p: after.mark, k: key, v: value }));
}

/** @param line without its newline. @returns `null` where it is damaged. */
export function decodeKept(line: Buffer): KeptLine | null {
  if (!isSealed(line)) return null;
  const parsed = lineSchema.safeParse(sealedRecord(line));
  return parsed.success ? parsed.data : null;
}
