/** The yardstick for a frame grid: a process that does nothing but send one packet of a frame's size on time. */
import { createSocket } from 'node:dgram';
import { at, nowMs } from '../harness/clock.ts';

const FRAME_BYTES = 910;

export const metronome = {
  beat({ port, periodMs, count }: { readonly port: number; readonly periodMs: number; readonly count: number }): Promise<void> {
    const socket = createSocket('udp4');
    const packet = Buffer.alloc(FRAME_BYTES, 0x41);
    const startMs = nowMs() + periodMs;
    return new Promise((resolve) => {
      const next = (number: number) => {
        if (number >= count) {
          socket.close(() => resolve());
          return;
        }
        at(startMs + number * periodMs, () => {
          socket.send(packet, port, '127.0.0.1');
          // Beats that were missed are passed over, as a frame loop does.
          next(Math.max(number + 1, Math.floor((nowMs() - startMs) / periodMs)));
        });
      };
      next(0);
    });
  },

  /** The same without care for the moment: the least that a process pays for waking so often. */
  tick({ port, periodMs, count }: { readonly port: number; readonly periodMs: number; readonly count: number }): Promise<void> {
    const socket = createSocket('udp4');
    const packet = Buffer.alloc(FRAME_BYTES, 0x41);
    const startMs = nowMs();
    return new Promise((resolve) => {
      const next = (number: number) => {
        if (number === count) {
          socket.close(() => resolve());
          return;
        }
        socket.send(packet, port, '127.0.0.1');
        setTimeout(() => next(number + 1), startMs + (number + 1) * periodMs - nowMs());
      };
      next(0);
    });
  },
};
export type Metronome = typeof metronome;
