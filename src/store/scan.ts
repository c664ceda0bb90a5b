/** Reads a file line by line in slices, so that neither memory nor the event loop is held by a large one. */
import type { OpenFile } from './file-system.ts';

/** Some fifty records: a millisecond of parsing on a desktop, ten on a small Raspberry Pi. */
const SLICE_BYTES = 64 * 1024;
/** Longer than any record; what has no newline for so long is given out as one damaged line. */
const LINE_BYTES_MAX = 16 * 1024 * 1024;
const NEWLINE = 0x0a;

export interface Line {
  /** Without the newline; valid during the call only. */
  readonly bytes: Buffer;
  /** Of its first byte in the file. */
  readonly offset: number;
  /** From 1. */
  readonly number: number;
  /** False where the file ends before the newline. */
  readonly ended: boolean;
}

/**
 * @param until the offset to stop at.
 * @param take says whether to go on.
 */
export async function scanLines(file: OpenFile, until: number, take: (line: Line) => boolean): Promise<void> {
  let rest: Buffer = Buffer.alloc(0);
  let offset = 0;
  let number = 0;
  for (let position = 0; position < until; ) {
    const slice = Buffer.allocUnsafe(Math.min(SLICE_BYTES, until - position));
    const count = await file.read(slice, position);
    if (count === 0) break;
    position += count;
    const bytes = rest.length === 0 ? slice.subarray(0, count) : Buffer.concat([rest, slice.subarray(0, count)]);
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE, rest.length); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
      number += 1;
      if (!take({ bytes: bytes.subarray(start, end), offset, number, ended: true })) return;
      offset += end + 1 - start;
      start = end + 1;
    }
    rest = bytes.subarray(start);
    if (rest.length > LINE_BYTES_MAX) {
      if (!take({ bytes: rest, offset, number: number + 1, ended: false })) return;
      offset += rest.length;
      rest = Buffer.alloc(0);
    }
  }
  if (rest.length > 0) take({ bytes: rest, offset, number: number + 1, ended: false });
}
