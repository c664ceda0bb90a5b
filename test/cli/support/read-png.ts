/** Reads pictures as the command line writes them: true colour, eight bits, rows as they are or as differences to the one above. */
import { crc32, inflateSync } from 'node:zlib';

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** r, g, b of each pixel, row after row. */
  readonly rgb: Uint8Array;
}

export function readPng(file: Buffer): Picture {
  if (file.toString('latin1', 0, 8) !== '\x89PNG\r\n\x1a\n') throw new Error('no PNG');
  const chunks: { type: string; data: Buffer }[] = [];
  for (let at = 8; at < file.length; ) {
    const end = at + 8 + file.readUInt32BE(at);
    if (file.readUInt32BE(end) !== crc32(file.subarray(at + 4, end))) throw new Error(`the chunk at ${at} is damaged`);
    chunks.push({ type: file.toString('latin1', at + 4, at + 8), data: file.subarray(at + 8, end) });
    at = end + 4;
  }
  const [header] = chunks;
  if (header?.type !== 'IHDR' || chunks.at(-1)?.type !== 'IEND') throw new Error('begins or ends wrong');
  if (header.data.toString('hex', 8) !== '0802000000') throw new Error('not in true colour');
  const [width, height] = [header.data.readUInt32BE(0), header.data.readUInt32BE(4)];
  const raw = inflateSync(Buffer.concat(chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data)));
  if (raw.length !== height * (width * 3 + 1)) throw new Error(`${raw.length} bytes for ${width} by ${height}`);
  return { width, height, rgb: unfilter(raw, width * 3, height) };
}

function unfilter(raw: Buffer, stride: number, height: number): Uint8Array {
  const rgb = new Uint8Array(stride * height);
  for (let y = 0; y < height; y += 1) {
    const filter = raw[y * (stride + 1)];
    if (filter !== 0 && filter !== 2) throw new Error(`filter ${filter}`);
    for (let x = 0; x < stride; x += 1) {
      const above = filter === 2 && y > 0 ? (rgb[(y - 1) * stride + x] ?? 0) : 0;
      rgb[y * stride + x] = above + (raw[y * (stride + 1) + 1 + x] ?? 0);
    }
  }
  return rgb;
}

/** The colours of the cells that a picture is made of; throws where one is not of one colour. */
export function cellsOf({ width, height, rgb }: Picture, across: number, down: number): number[][] {
  const rows: number[][] = [];
  for (let y = 0; y < height; y += 1) {
    const row: number[] = [];
    for (let x = 0; x < width; x += 1) {
      const pixel = rgb.subarray((y * width + x) * 3, (y * width + x) * 3 + 3);
      const first = x % across === 0 ? pixel : rgb.subarray((y * width + x - 1) * 3, (y * width + x) * 3);
      if (pixel.some((value, component) => value !== first[component])) throw new Error(`a cell is torn at ${x}, ${y}`);
      if (x % across === 0) row.push(...pixel);
    }
    if (y % down === 0) rows.push(row);
    else if (row.join() !== rows.at(-1)?.join()) throw new Error(`a row is torn at ${y}`);
  }
  return rows;
}
