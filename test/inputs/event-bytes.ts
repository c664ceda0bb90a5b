/** Writes `struct input_event` as the kernel does. */
import type { InputEvent } from '../../src/inputs/evdev-events.ts';

export function eventBytes({ stampUs, type, code, value }: InputEvent, size: 24 | 16): Buffer {
  const bytes = Buffer.alloc(size);
  const [seconds, microseconds] = [Math.floor(stampUs / 1e6), stampUs % 1e6];
  if (size === 24) {
    bytes.writeBigInt64LE(BigInt(seconds), 0);
    bytes.writeBigInt64LE(BigInt(microseconds), 8);
  } else {
    bytes.writeUInt32LE(seconds, 0);
    bytes.writeUInt32LE(microseconds, 4);
  }
  bytes.writeUInt16LE(type, size - 8);
  bytes.writeUInt16LE(code, size - 6);
  bytes.writeInt32LE(value, size - 4);
  return bytes;
}
