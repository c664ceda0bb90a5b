/**
 * One record of the journal as a line: `{"crc":"89abcdef","record":{"n":12,"seq":1042,"events":[…],"answer":null}}`.
 * `n` counts records without gaps and so orders those that hold no event; `seq` is the newest once the record is applied.
 */
import * as z from 'zod';
import type { CommitRecord } from '../engine/ports.ts';
import { eventSchema } from '../model/event.ts';
import { replySchema } from '../model/reply.ts';
import { isSealed, salvage as salvageSealed, sealedRecord, sealLine } from './crc-line.ts';

export const answerSchema = z.object({
  user: z.string().nullable().default(null),
  client: z.string(),
  request_id: z.string(),
  digest: z.string(),
  reply: replySchema,
});

const recordSchema = z.object({
  n: z.int().min(1),
  seq: z.int().min(0),
  events: z.array(eventSchema),
  answer: answerSchema.nullable(),
});
export type StoredRecord = z.infer<typeof recordSchema>;

/** Long enough for both numbers at their longest. */
const HEAD_BYTES = 80;
const head = /^\{"crc":"[0-9a-f]{8}","record":\{"n":(\d{1,16}),"seq":(\d{1,16}),/;

/** With its newline. */
export function encodeLine(n: number, record: CommitRecord): Buffer {
  return sealLine(JSON.stringify({ n, seq: record.seq, events: record.events, answer: record.answer }));
}

/** Reads the numbers alone, without checking the rest: to pass over lines that nobody wants. */
export function peekLine(line: Buffer): { readonly n: number; readonly seq: number } | null {
  const match = head.exec(line.toString('latin1', 0, HEAD_BYTES));
  return match === null ? null : { n: Number(match[1]), seq: Number(match[2]) };
}

export function isIntact(line: Buffer): boolean {
  return peekLine(line) !== null && isSealed(line);
}

/** @param line without its newline. @returns `null` where it is damaged, or holds what no version of this store wrote. */
export function decodeLine(line: Buffer): StoredRecord | null {
  if (!isIntact(line)) return null;
  const parsed = recordSchema.safeParse(sealedRecord(line));
  return parsed.success ? parsed.data : null;
}

/** Finds the whole records in a damaged line. */
export function salvage(line: Buffer): Buffer[] {
  return salvageSealed(line, isIntact);
}
