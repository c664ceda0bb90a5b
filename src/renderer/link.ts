/** The renderer's end of the line to the daemon: a message port in a thread, the IPC channel in a forked process. */
import { parentPort } from 'node:worker_threads';
import type { FromRenderer, ToRenderer } from './messages.ts';

export interface Link {
  post(message: FromRenderer): void;
  onMessage(listener: (message: ToRenderer) => void): void;
  /** The daemon is gone. A thread never hears it: it ends with its process. */
  onLost(listener: () => void): void;
  /** Sends a last message, and lets the thread or process end. */
  end(message: FromRenderer): void;
}

/** @throws when it was started neither as a worker thread nor by fork. */
export function findLink(): Link {
  if (parentPort !== null) return threadLink(parentPort);
  if (process.send !== undefined) return processLink();
  throw new Error('the renderer is started by the daemon, not by itself');
}

function threadLink(port: NonNullable<typeof parentPort>): Link {
  return {
    post(message) {
      // The copies made for a preview are handed over, not copied again.
      if (message.kind === 'preview') port.postMessage(message, message.strips.map(({ rgb }) => rgb.buffer).filter(isTransferable));
      else port.postMessage(message);
    },
    onMessage: (listener) => void port.on('message', listener),
    onLost: () => undefined,
    end(message) {
      port.postMessage(message);
      port.close();
    },
  };
}

function processLink(): Link {
  ignoreSignals();
  return {
    post(message) {
      // A channel that just closed loses the message; `onLost` tells of it.
      if (process.connected) process.send?.(message, () => undefined);
    },
    onMessage: (listener) => void process.on('message', (message: ToRenderer) => listener(message)),
    onLost: (listener) => void process.on('disconnect', listener),
    end(message) {
      if (!process.connected) return;
      process.send?.(message, () => {
        if (process.connected) process.disconnect();
      });
    },
  };
}

/** The daemon ends it: a service manager and a terminal signal the whole group, and the lights follow the daemon's wish. */
export function ignoreSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
}

function isTransferable(buffer: ArrayBufferLike): buffer is ArrayBuffer {
  return buffer instanceof ArrayBuffer;
}
