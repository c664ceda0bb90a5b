/**
 * Any JSON as a line that tells whether it is whole: `{"crc":"89abcdef","record":…}`. The CRC-32 is over the exact bytes
 * of the record's JSON.
 */
import { crc32 } from 'node:zlib';

const OPENING = '{"crc":"';
const JSON_AT = '{"crc":"89abcdef","record":'.length;

export function crcText(crc: number): string {
  return crc.toString(16).padStart(8, '0');
}

/** With its newline. */
export function sealLine(json: string): Buffer {
  return Buffer.from(`{"crc":"${crcText(crc32(json))}","record":${json}}\n`);
}

/** @param line without its newline. */
export function isSealed(line: Buffer): boolean {
  if (line.length <= JSON_AT || line[line.length - 1] !== 0x7d || line.toString('latin1', 0, OPENING.length) !== OPENING) return false;
  return line.toString('latin1', OPENING.length, OPENING.length + 8) === crcText(crc32(line.subarray(JSON_AT, -1)));
}

/** @param line one that is sealed. */
export function sealedRecord(line: Buffer): unknown {
  return JSON.parse(line.toString('utf8', JSON_AT, line.length - 1));
}

/**
 * Finds the whole records in a damaged line: a flipped newline joins two that are themselves unharmed. The opening
 * cannot occur inside a record, where its quotes would be escaped.
 */
export function salvage(line: Buffer, isWhole: (line: Buffer) => boolean = isSealed): Buffer[] {
  const whole: Buffer[] = [];
  for (let start = line.indexOf(OPENING); start !== -1; ) {
    const next = line.indexOf(OPENING, start + 1);
    const piece = line.subarray(start, next === -1 ? line.length : next);
    const found = [piece, piece.subarray(0, -1)].find(isWhole);
    if (found !== undefined) whole.push(found);
    start = next;
  }
  return whole;
}
