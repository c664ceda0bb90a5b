/**
 * Keeps one output alive: opens it, gives it the newest frame whenever it is free, and after a fault opens it again with
 * growing pauses. A fault is told once, and its end once. Nothing here throws or stops another output.
 */

import type { StripFrame } from '../../light/stage.ts';
import type { StripLayout } from '../../model/strip-layout.ts';
import type { LoopClock } from '../loop-clock.ts';
import type { Output } from './output.ts';
import { OutputError, toOutputError } from './output-error.ts';

export interface SupervisedListener {
  /** @param retryMs null where it is not tried again. */
  failed(strip: string, fault: OutputError, retryMs: number | null): void;
  recovered(strip: string, downMs: number): void;
  /** A frame was taken, or it became clear that none will be for now. */
  progress(): void;
}

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 30_000;
/** An output that took no frame for so long is stuck. */
const STUCK_MS = 2000;

export class SupervisedOutput {
  /** What it was made for: an output of the same key need not be made anew when the layout changes. */
  readonly key: string;
  readonly output: Output;
  readonly #clock: LoopClock;
  readonly #listener: SupervisedListener;
  #frames: readonly StripFrame[] = [];
  #state: 'closed' | 'opening' | 'open' | 'failed' = 'closed';
  #busy = false;
  #wanted = 0;
  #sending = 0;
  #sentMs = 0;
  #taken = 0;
  #downSinceMs: number | null = null;
  #retryMs = FIRST_RETRY_MS;
  #abort = new AbortController();
  #closing: Promise<void> = Promise.resolve();
  #cancelTimer: () => void = () => undefined;
  readonly #onTaken = (fault: OutputError | null) => this.#onSent(fault);

  constructor(key: string, output: Output, clock: LoopClock, listener: SupervisedListener) {
    this.key = key;
    this.output = output;
    this.#clock = clock;
    this.#listener = listener;
  }

  /** From the first fault until it ran well for its settling time; and once closed, as no frame leaves any more. */
  get failing(): boolean {
    return this.#downSinceMs !== null || this.#state === 'closed';
  }

  /** Number of the newest frame that has left; frames count from 1. */
  get takenFrame(): number {
    return this.#taken;
  }

  /** Sets the buffers that frames are read from. */
  bind(frames: readonly StripFrame[]): void {
    this.#frames = frames;
  }

  /** @param after what must have ended first, such as the hardware's last user. */
  start(after: Promise<void>): void {
    this.#closing = after;
    void this.#open();
  }

  /** The buffers hold frame `number` now: it goes out at once, or as soon as the output is free. */
  offer(number: number): void {
    this.#wanted = number;
    if (this.#state !== 'open') return;
    if (!this.#busy) this.#send();
    else if (this.#clock.nowMs() - this.#sentMs > STUCK_MS) {
      this.#fail(new OutputError('output_stuck', 'a frame was never taken', 'It is opened again by itself.'));
    }
  }

  /** Sends the newest frame again. */
  resend(): void {
    if (this.#wanted > 0) this.offer(this.#wanted);
  }

  /** Closes and darkens it, as the layout has it no longer: a fault that was told ends with it. */
  retire(): Promise<void> {
    this.#settled();
    return this.close({ off: true });
  }

  async close(options: { readonly off: boolean }): Promise<void> {
    this.#state = 'closed';
    this.#abort.abort();
    this.#cancelTimer();
    await this.#closing;
    await this.#release(options);
  }

  async #open(): Promise<void> {
    this.#state = 'opening';
    const abort = new AbortController();
    this.#abort = abort;
    await this.#closing;
    try {
      abort.signal.throwIfAborted();
      await this.output.open(abort.signal, (fault) => {
        if (this.#abort === abort) this.#fail(fault);
      });
      abort.signal.throwIfAborted();
    } catch (cause) {
      if (!abort.signal.aborted) this.#fail(toOutputError(cause));
      return;
    }
    this.#opened();
  }

  #opened(): void {
    this.#state = 'open';
    this.#busy = false;
    if (this.#downSinceMs !== null) this.#cancelTimer = this.#clock.after(this.output.settleMs, () => this.#settled());
    this.resend();
  }

  #send(): void {
    this.#busy = true;
    this.#sending = this.#wanted;
    this.#sentMs = this.#clock.nowMs();
    try {
      this.output.send(this.#frames, this.#onTaken);
    } catch (cause) {
      this.#onSent(toOutputError(cause));
    }
  }

  #onSent(fault: OutputError | null): void {
    if (!this.#busy || this.#state !== 'open') return;
    this.#busy = false;
    if (fault !== null) {
      this.#fail(fault);
      return;
    }
    this.#taken = this.#sending;
    if (this.#wanted > this.#sending) this.#send();
    this.#listener.progress();
  }

  #fail(fault: OutputError): void {
    if (this.#state === 'failed' || this.#state === 'closed') return;
    this.#state = 'failed';
    this.#busy = false;
    this.#abort.abort();
    this.#cancelTimer();
    this.#closing = this.#release({ off: false });
    const retryMs = fault.lasting ? null : this.#retryMs;
    if (this.#downSinceMs === null) {
      this.#downSinceMs = this.#clock.nowMs();
      for (const strip of this.output.strips) this.#listener.failed(strip, fault, retryMs);
    }
    if (retryMs !== null) this.#tryAgain(retryMs);
    this.#listener.progress();
  }

  #tryAgain(retryMs: number): void {
    this.#cancelTimer = this.#clock.after(retryMs, () => void this.#open());
    this.#retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS);
  }

  #settled(): void {
    if (this.#downSinceMs === null) return;
    const downMs = this.#clock.nowMs() - this.#downSinceMs;
    this.#downSinceMs = null;
    this.#retryMs = FIRST_RETRY_MS;
    for (const strip of this.output.strips) this.#listener.recovered(strip, downMs);
  }

  /** A close that fails leaves nothing to do: the next open tells. */
  async #release(options: { readonly off: boolean }): Promise<void> {
    try {
      await this.output.close(options);
    } catch (cause) {
      toOutputError(cause);
    }
  }
}

/** What an output depends on: where nothing of it changed, the output stays as it is. */
export function outputKey(strips: readonly StripLayout[]): string {
  return JSON.stringify(strips.map(({ id, length, order, output }) => [id, length, order.length, output]));
}
