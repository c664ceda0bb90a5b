/** What a DDP controller would see: when each frame was complete, and the colour of its first LED. Shows nothing. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { nowMs } from '../harness/clock.ts';
import { type SelfReport, SelfWatch } from '../harness/self-watch.ts';

export interface Frames {
  readonly arrivedMs: Float64Array;
  /** Of the first LED, as 0xrrggbb. */
  readonly colors: Uint32Array;
  readonly self: SelfReport;
}

const HEADER_BYTES = 10;
const PUSH = 0x01;
const MOST_FRAMES = 100_000;
const watch = new SelfWatch();
const arrivedMs = new Float64Array(MOST_FRAMES);
const colors = new Uint32Array(MOST_FRAMES);
let frames = 0;
/** Of the frame under way: its first packet holds the first LED. */
let color = 0;

function take(packet: Buffer): void {
  const momentMs = nowMs();
  if (packet.readUInt32BE(4) === 0) color = packet.readUIntBE(HEADER_BYTES, 3);
  if (((packet[0] ?? 0) & PUSH) === 0 || frames >= MOST_FRAMES) return;
  arrivedMs[frames] = momentMs;
  colors[frames] = color;
  frames += 1;
}

export const sink = {
  /** @returns the port. */
  async open(): Promise<number> {
    const socket = createSocket('udp4');
    socket.on('message', take);
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return socket.address().port;
  },

  watch(): void {
    frames = 0;
    watch.start();
  },

  collect(): Frames {
    return { arrivedMs: arrivedMs.slice(0, frames), colors: colors.slice(0, frames), self: watch.stop() };
  },
};
export type Sink = typeof sink;
