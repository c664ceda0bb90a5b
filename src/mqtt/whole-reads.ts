/**
 * aedes reads once where bytes have come, and waits then for more: until Node 25 that one read gave all that there was. From Node 26
 * on it gives one chunk (nodejs/node#60441), so a packet in several chunks would wait for ever, and each chunk
 * handled would stand on the stack of the one before.
 */
import type { Duplex } from 'node:stream';

/** From here on a read without a size gives all that is there, whatever Node does. */
export function readWhole(stream: Duplex): void {
  const read = stream.read.bind(stream);
  stream.read = (size?: number | null): unknown => {
    if (typeof size === 'number') return read(size);
    const first: unknown = read();
    if (!Buffer.isBuffer(first) || stream.readableLength === 0) return first;
    const chunks = [first];
    let left = stream.readableLength; // what reading brings in meanwhile comes with the next event
    while (left > 0) {
      const chunk: unknown = read();
      if (!Buffer.isBuffer(chunk)) break;
      chunks.push(chunk);
      left -= chunk.length;
    }
    return Buffer.concat(chunks);
  };
}
