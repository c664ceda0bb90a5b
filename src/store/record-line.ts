/**
 * One record of the journal as a line: `{"crc":"89abcdef","record":{"n":12,"seq":1042,"events":[…],"answer":null}}`.
 * The CRC-32 is over the exact bytes of the record's JSON. `n` counts records without gaps and so orders those that
 * hold no event; `seq` is the newest once the record is applied.
 */
import { crc32 } from 'node:zlib';
import * as z from 'zod';
import type { CommitRecord } from '../engine/ports.ts';
import { eventSchema } from '../model/event.ts';
import { replySchema } from '../model/reply.ts';

export const answerSchema = z.object({ client: z.string(), request_id: z.string(), digest: z.string(), reply: replySchema });

const recordSchema = z.object({
  n: z.int().min(1),
  seq: z.int().min(0),
  events: z.array(eventSchema),
  answer: answerSchema.nullable(),
});
export type StoredRecord = z.infer<typeof recordSchema>;

const OPENING = '{"crc":"';
const JSON_AT = '{"crc":"89abcdef","record":'.length;
/** Long enough for both numbers at their longest. */
const HEAD_BYTES = 80;
const head = /^\{"crc":"[0-9a-f]{8}","record":\{"n":(\d{1,16}),"seq":(\d{1,16}),/;

export function crcText(crc: number): string {
  return crc.toString(16).padStart(8, '0');
}

/** With its newline. */
export function encodeLine(n: number, record: CommitRecord): Buffer {
  const json = JSON.stringify({ n, seq: record.seq, events: record.events, answer: record.answer });
  return Buffer.from(`{"crc":"${crcText(crc32(json))}","record":${json}}\n`);
}

/** Reads the numbers alone, without checking the rest: to pass over lines that nobody wants. */
export function peekLine(line: Buffer): { readonly n: number; readonly seq: number } | null {
  const match = head.exec(line.toString('latin1', 0, HEAD_BYTES));
  return match === null ? null : { n: Number(match[1]), seq: Number(match[2]) };
}

export function isIntact(line: Buffer): boolean {
  if (line.length <= JSON_AT || line[line.length - 1] !== 0x7d || peekLine(line) === null) return false;
  return line.toString('latin1', OPENING.length, OPENING.length + 8) === crcText(crc32(line.subarray(JSON_AT, -1)));
}

/** @param line without its newline. @returns `null` where it is damaged, or holds what no version of this store wrote. */
export function decodeLine(line: Buffer): StoredRecord | null {
  if (!isIntact(line)) return null;
  const parsed = recordSchema.safeParse(JSON.parse(line.toString('utf8', JSON_AT, line.length - 1)));
  return parsed.success ? parsed.data : null;
}

/**
 * Finds the whole records in a damaged line: a flipped newline joins two that are themselves unharmed. The opening
 * cannot occur inside a record, where its quotes would be escaped.
 */
export function salvage(line: Buffer): Buffer[] {
  const whole: Buffer[] = [];
  for (let start = line.indexOf(OPENING); start !== -1; ) {
    const next = line.indexOf(OPENING, start + 1);
    const piece = line.subarray(start, next === -1 ? line.length : next);
    const found = [piece, piece.subarray(0, -1)].find(isIntact);
    if (found !== undefined) whole.push(found);
    start = next;
  }
  return whole;
}
