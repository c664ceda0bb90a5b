/**
 * A snapshot as text that a person can read: zones indented, one answer a line, and last a CRC-32 over the compact JSON
 * of all before it, so that a flipped bit is seen and an editor's new indentation is not taken for one.
 */
import { setImmediate } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import * as z from 'zod';
import type { Snapshot } from '../engine/ports.ts';
import { zoneStateSchema } from '../model/state.ts';
import { crcText } from './crc-line.ts';
import { answerSchema } from './record-line.ts';

/** Of the whole store. A newer one is left alone. */
export const FORMAT = 1;
/** Answers made into text before the event loop gets its turn: about a millisecond. */
const SLICE_ANSWERS = 128;

const snapshotSchema = z.object({
  format: z.literal(FORMAT),
  n: z.int().min(0),
  seq: z.int().min(0),
  event_id: z.string().nullable(),
  zones: z.record(z.string(), zoneStateSchema),
  previous: z.record(z.string(), zoneStateSchema),
  answers: z.array(answerSchema),
});
const outerSchema = z.looseObject({ format: z.int(), crc: z.string() });

/** A snapshot, and the number of the last record that is in it. */
export interface Numbered {
  readonly n: number;
  readonly snapshot: Snapshot;
}

export type Decoded =
  | ({ readonly kind: 'good' } & Numbered)
  | { readonly kind: 'damaged' }
  | { readonly kind: 'newer'; readonly format: number };

/** In pieces, each made when it is asked for and small but for the zones: neither memory nor the event loop is held by a large one. */
export async function* encodeSnapshot({ n, snapshot }: Numbered): AsyncGenerator<Buffer> {
  const { seq, event_id, zones, previous, answers } = snapshot;
  const fixed = { format: FORMAT, n, seq, event_id, zones, previous };
  yield Buffer.from(`${JSON.stringify(fixed, null, 2).slice(0, -2)},\n  "answers": [`);
  let crc = crc32(`${JSON.stringify(fixed).slice(0, -1)},"answers":[`);
  for (let start = 0; start < answers.length; start += SLICE_ANSWERS) {
    const lines = answers.slice(start, start + SLICE_ANSWERS).map((answer) => JSON.stringify(answer));
    const comma = start === 0 ? '' : ',';
    crc = crc32(`${comma}${lines.join(',')}`, crc);
    yield Buffer.from(`${comma}\n    ${lines.join(',\n    ')}`);
    await setImmediate();
  }
  crc = crc32(']}', crc);
  yield Buffer.from(`${answers.length === 0 ? '' : '\n  '}],\n  "crc": "${crcText(crc)}"\n}\n`);
}

export function decodeSnapshot(bytes: Buffer): Decoded {
  const outer = outerSchema.safeParse(parse(bytes.toString('utf8')));
  if (!outer.success) return { kind: 'damaged' };
  const { crc, ...rest } = outer.data;
  const sums = (body: object) => crcText(crc32(JSON.stringify(body))) === crc;
  if (rest.format > FORMAT) {
    // A bit flipped in the number itself must not make this store look like one of the future.
    return sums({ ...rest, format: FORMAT }) ? { kind: 'damaged' } : { kind: 'newer', format: rest.format };
  }
  const parsed = snapshotSchema.safeParse(rest);
  if (!parsed.success || !sums(rest)) return { kind: 'damaged' };
  const { format: _, n, ...snapshot } = parsed.data;
  return { kind: 'good', n, snapshot };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    if (cause instanceof SyntaxError) return null;
    throw cause;
  }
}
