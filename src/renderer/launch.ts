/** Starts the renderer's entry as a worker thread or as a process of its own; from then on both look alike. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { FromRenderer, ToRenderer } from './messages.ts';

export type Isolation = 'thread' | 'process';

export interface Running {
  /** Id of the process, or of the thread's process. */
  readonly pid: number | undefined;
  post(message: ToRenderer): void;
  /** Ends it without asking. Resolves once it is gone, or cannot be reached. */
  kill(): Promise<void>;
}

export interface RunningListener {
  message(message: FromRenderer): void;
  /** It is gone, for whatever reason; called once. */
  ended(reason: string): void;
}

export function launch(isolation: Isolation, entry: URL, listener: RunningListener): Running {
  return isolation === 'thread' ? launchThread(entry, listener) : launchProcess(entry, listener);
}

function launchThread(entry: URL, listener: RunningListener): Running {
  const worker = new Worker(entry, { name: 'renderer', execArgv: [] });
  let reason: string | null = null;
  worker.on('message', (message: FromRenderer) => listener.message(message));
  worker.on('error', (error) => {
    reason = describe(error);
  });
  worker.on('exit', (code) => listener.ended(reason ?? `its thread ended with code ${code}`));
  return {
    pid: process.pid,
    post: (message) => worker.postMessage(message),
    kill: async () => {
      await worker.terminate();
    },
  };
}

function launchProcess(entry: URL, listener: RunningListener): Running {
  const child = fork(fileURLToPath(entry), [], { serialization: 'advanced', execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  let ended = false;
  const end = (reason: string) => {
    if (!ended) listener.ended(reason);
    ended = true;
  };
  // The channel carries what the entry's own types say: both ends are of one build.
  child.on('message', (message) => listener.message(message as FromRenderer));
  child.on('error', (error) => {
    // A process that never was has no exit; other errors of one that lives are of no consequence.
    if (child.pid === undefined) end(describe(error));
  });
  child.on('exit', (code, signal) => end(signal === null ? `its process ended with code ${code}` : `its process was ended by ${signal}`));
  return {
    pid: child.pid,
    post: (message) => {
      // A child that is gone is told by its exit, not here.
      if (child.connected) child.send(message, () => undefined);
    },
    kill: async () => {
      // A process that runs as another user cannot be killed; without its channel it ends itself.
      if (!child.kill('SIGKILL') && child.connected) child.disconnect();
    },
  };
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
