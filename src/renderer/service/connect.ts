/** The daemon's way to the renderer's service: one connection is one renderer, and looks like any other that was launched. */
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import type { Running, RunningListener } from '../launch.ts';
import { BrokenFrame, encodeFrame, FrameReader } from './frames.ts';
import { fromWire, hello } from './wire.ts';

/** A connection to this machine that is not closed by then hangs in the kernel. */
const GONE_MS = 1500;

/** The unit makes the folder, before the daemon starts; the socket comes and goes with the service. */
export function isServiceInstalled(path: string): boolean {
  return existsSync(dirname(path));
}

/** Starts a renderer there. Where none can be had, the listener is told so as of one that ended. */
export function launchAtService(path: string, listener: RunningListener): Running {
  const socket = connect({ path });
  const reader = new FrameReader();
  let reason = 'its service hung up';
  socket.on('data', (chunk: Buffer) => {
    try {
      for (const frame of reader.push(chunk)) {
        const message = fromWire(frame);
        if (message === null) throw new BrokenFrame('a message of another release');
        if (message.kind === 'ended') reason = message.reason;
        else listener.message(message);
      }
    } catch (cause) {
      if (!(cause instanceof BrokenFrame)) throw cause;
      reason = `its service sent ${cause.message}`;
      socket.destroy();
    }
  });
  socket.on('error', (error) => {
    reason = `no renderer's service at ${path}: ${error.message}; is it running? (systemctl status diuna-renderer)`;
  });
  socket.on('close', () => listener.ended(reason));
  socket.write(encodeFrame(hello));
  return {
    post: (message) => {
      if (socket.writable) socket.write(encodeFrame(message));
    },
    kill: async () => {
      if (socket.closed) return;
      await new Promise<void>((resolve) => {
        const late = setTimeout(resolve, GONE_MS);
        socket.once('close', () => {
          clearTimeout(late);
          resolve();
        });
        socket.destroy();
      });
    },
  };
}

/** Whether somebody listens there. */
export async function isServed(path: string): Promise<boolean> {
  const socket = connect({ path });
  try {
    return await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
    });
  } finally {
    socket.destroy();
  }
}
