/** The thread of the user's effects as the renderer sees it: a worker that is ended at once when it misbehaves. */
import { Worker } from 'node:worker_threads';
import { V8_LIMITS } from './limits.ts';
import type { FromEffects, LoadJob } from './messages.ts';

export interface EffectsThreadListener {
  message(message: FromEffects): void;
  /** It is gone by itself; called once, and not after `kill`. */
  ended(reason: string): void;
}

export class EffectsThread {
  readonly #worker: Worker;
  /** Whoever deals with it now: one who loads, then one who draws. */
  listener: EffectsThreadListener;
  #reason: string | null = null;
  #killed = false;

  constructor(entry: URL, job: LoadJob, listener: EffectsThreadListener) {
    this.listener = listener;
    this.#worker = new Worker(entry, { name: 'effects', workerData: job, resourceLimits: V8_LIMITS, execArgv: [] });
    this.#worker.on('message', (message: FromEffects) => {
      if (!this.#killed) this.listener.message(message);
    });
    this.#worker.on('error', (error) => {
      this.#reason = error instanceof Error ? error.message : String(error);
    });
    this.#worker.on('exit', (code) => {
      if (!this.#killed) this.listener.ended(this.#reason ?? `it ended its thread with code ${code}`);
    });
    // The renderer ends without asking it.
    this.#worker.unref();
  }

  async kill(): Promise<void> {
    this.#killed = true;
    await this.#worker.terminate();
  }
}
