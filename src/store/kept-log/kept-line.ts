/**
 * One change of the kept log as a line: `{"crc":"89abcdef","record":{"n":7,"c":2,"p":"…","k":"key","v":…}}`; without `v`
 * the key was removed. `n` counts the lines of a file; `c` and `p` tell of the lines before (kept-trail.ts): where some of
 * them are damaged, the next one says whose older value must not pass for the newest.
 */
import * as z from 'zod';
import { isSealed, sealedRecord, sealLine } from '../crc-line.ts';
import type { Trail } from './kept-trail.ts';

const lineSchema = z.object({ n: z.int().min(1), c: z.int().min(1), p: z.string().optional(), k: z.string(), v: z.unknown().optional() });
export type KeptLine = z.infer<typeof lineSchema>;

/** @param value `undefined`: the key was removed. With its newline. */
export function encodeKept(after: Trail, key: string, value: object | undefined): Buffer {
  const { since, marks } = after.tell();
  return sealLine(JSON.stringify({ n: after.n + 1, c: since, p: marks, k: key, v: value }));
}

/** @param line without its newline. @returns `null` where it is damaged. */
export function decodeKept(line: Buffer): KeptLine | null {
  if (!isSealed(line)) return null;
  const parsed = lineSchema.safeParse(sealedRecord(line));
  return parsed.success ? parsed.data : null;
}
