/**
 * Writes pictures as PNG (W3C Recommendation, third edition): true colour, eight bits a component. Rows come in and
 * compressed chunks go out one after the other, so that a large picture needs the memory of a few rows.
 */
import { Readable } from 'node:stream';
import { constants, crc32, createDeflate } from 'node:zlib';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** Bits a component, true colour, deflate, the one set of filters, not interlaced. */
const FORMAT = [8, 2, 0, 0, 0];
/** Each byte as its difference to the one above: what stays, or moves slowly, becomes zeros. */
const FILTER_UP = 2;
/** From here on speed counts for more than the last per cent of size. */
const LARGE = 4_000_000;

/** A picture of cells, each of `across` by `down` pixels. */
export interface Grid {
  readonly columns: number;
  readonly rows: number;
  readonly across: number;
  readonly down: number;
}

export function pixelsOf({ columns, rows, across, down }: Grid): number {
  return columns * across * rows * down;
}

/** @param lines r, g, b of each cell, as many as the grid has rows; each may be reused for the next. @returns the file, piece by piece. */
export async function* encodePng(lines: Iterable<Uint8Array>, grid: Grid): AsyncGenerator<Buffer> {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(grid.columns * grid.across, 0);
  header.writeUInt32BE(grid.rows * grid.down, 4);
  header.set(FORMAT, 8);
  yield SIGNATURE;
  yield chunk('IHDR', header);
  const level = pixelsOf(grid) < LARGE ? constants.Z_BEST_COMPRESSION : constants.Z_DEFAULT_COMPRESSION;
  const packed: AsyncIterable<Buffer> = Readable.from(filtered(lines, grid)).pipe(createDeflate({ level, chunkSize: 65_536 }));
  for await (const data of packed) yield chunk('IDAT', data);
  yield chunk('IEND', Buffer.alloc(0));
}

function chunk(type: string, data: Buffer): Buffer {
  const whole = Buffer.alloc(data.length + 12);
  whole.writeUInt32BE(data.length, 0);
  whole.write(type, 4, 'latin1');
  whole.set(data, 8);
  whole.writeUInt32BE(crc32(whole.subarray(4, -4)), data.length + 8);
  return whole;
}

function* filtered(lines: Iterable<Uint8Array>, { columns, across, down }: Grid): Generator<Buffer> {
  const stride = across * 3;
  const same = Buffer.alloc(columns * stride + 1);
  same[0] = FILTER_UP;
  const above = new Uint8Array(columns * 3);
  for (const line of lines) {
    const row = Buffer.alloc(columns * stride + 1);
    row[0] = FILTER_UP;
    for (let cell = 0; cell < columns; cell += 1) {
      for (let component = 0; component < 3; component += 1) {
        const now = line[cell * 3 + component] ?? 0;
        const difference = now - (above[cell * 3 + component] ?? 0);
        above[cell * 3 + component] = now;
        for (let at = 1 + cell * stride + component, end = at + stride; at < end; at += 3) row[at] = difference;
      }
    }
    yield row;
    for (let repeat = 1; repeat < down; repeat += 1) yield same;
  }
}
