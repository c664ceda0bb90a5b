/** Starts the renderer's entry as a worker thread, as a process of its own, or at the renderer's service; from then on all look alike. */
import { Worker } from 'node:worker_threads';
import { forkEntry, GONE_MS, postTo, untilGone } from './fork-entry.ts';
import type { FromRenderer, ToRenderer } from './messages.ts';
import { launchAtService } from './service/connect.ts';

/** `service`: at a service of its own, which was started by somebody else. */
export type Isolation = 'thread' | 'process' | 'service';

export interface Running {
  post(message: ToRenderer): void;
  /** Ends it without asking. Resolves once it is gone, so that the next one finds the hardware free, or when it hangs. */
  kill(): Promise<void>;
}

export interface RunningListener {
  message(message: FromRenderer): void;
  /** It is gone, for whatever reason; called once. */
  ended(reason: string): void;
}

export interface Launcher {
  launch(isolation: Isolation, entry: URL, listener: RunningListener): Running;
  /** The folder of the user's effects that it was given first is the only one that is read, whatever later layouts say. */
  readonly keepsFolder?: boolean;
  /** Gives up what outlives a renderer. Nothing is launched afterwards. */
  close(): Promise<void>;
}

/** Each renderer is started by the daemon itself, with the rights that it has then. */
export const directLauncher: Launcher = {
  launch: (isolation, entry, listener) => (isolation === 'thread' ? launchThread(entry, listener) : launchProcess(entry, listener)),
  close: async () => undefined,
};

/** The same, with renderers of isolation `service` at this socket. */
export function withService(path: string, own: Launcher): Launcher {
  return {
    launch: (isolation, entry, listener) =>
      isolation === 'service' ? launchAtService(path, listener) : own.launch(isolation, entry, listener),
    ...(own.keepsFolder === undefined ? {} : { keepsFolder: own.keepsFolder }),
    close: () => own.close(),
  };
}

export function launchThread(entry: URL, listener: RunningListener): Running {
  const worker = new Worker(entry, { name: 'renderer', execArgv: [] });
  let reason: string | null = null;
  worker.on('message', (message: FromRenderer) => listener.message(message));
  worker.on('error', (error) => {
    reason = error instanceof Error ? error.message : String(error);
  });
  worker.on('exit', (code) => listener.ended(reason ?? `its thread ended with code ${code}`));
  return {
    post: (message) => worker.postMessage(message),
    kill: () => untilEnded(worker),
  };
}

/** Resolves once the thread has ended, or hangs: what it does in the system can be ended by nobody. */
async function untilEnded(worker: Worker): Promise<void> {
  await new Promise<void>((resolve) => {
    const deadline = setTimeout(resolve, GONE_MS);
    void worker.terminate().finally(() => {
      clearTimeout(deadline);
      resolve();
    });
  });
}

function launchProcess(entry: URL, listener: RunningListener): Running {
  const child = forkEntry(entry, [], (reason) => listener.ended(reason));
  // The channel carries what the entry's own types say: both ends are of one build.
  child.on('message', (message) => listener.message(message as FromRenderer));
  return {
    post: (message) => postTo(child, message),
    kill: () => untilGone(child, () => child.kill('SIGKILL')),
  };
}
