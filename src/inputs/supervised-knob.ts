/**
 * Keeps one knob alive: opens it, and after a fault opens it again with growing pauses. A fault is told once, and its end once.
 * Nothing here throws, and nothing waits without an end.
 */
import type { Clock } from '../base/clock.ts';
import type { Report } from '../engine/ports.ts';
import type { Knob } from './knob.ts';
import { InputError } from './knob-driver.ts';

const OPEN_MS = 10_000;
export const CLOSE_MS = 500;
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 30_000;
/** Once it has worked for so long the pauses begin anew. */
const SETTLED_MS = 10_000;

export class SupervisedKnob {
  readonly #id: string;
  readonly #knob: Knob;
  readonly #clock: Clock;
  readonly #report: Report;
  readonly #end = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #retryMs = FIRST_RETRY_MS;
  #down: { readonly sinceUs: number; readonly code: string } | null = null;
  #isOpen = false;
  #isGivenUp = false;
  /** Ends the pause. */
  #hurry = new AbortController();

  constructor(id: string, knob: Knob, clock: Clock, report: Report) {
    this.#id = id;
    this.#knob = knob;
    this.#clock = clock;
    this.#report = report;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** What time does not mend somebody may have mended meanwhile. */
  retry(): void {
    if (this.#isGivenUp) this.#hurry.abort();
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Ends it, as the configuration has it no longer: a fault that was told ends with it. */
  async retire(): Promise<void> {
    await this.close();
    this.#recovered();
  }

  async close(): Promise<void> {
    this.#end.abort();
    this.#hurry.abort();
    this.#isOpen = false;
    await soon(CLOSE_MS, this.#running);
  }

  async #run(): Promise<void> {
    const { signal } = this.#end;
    while (!signal.aborted) {
      const fault = await this.#live(signal);
      this.#isOpen = false;
      await soon(CLOSE_MS, this.#knob.close());
      if (fault === null) return;
      this.#isGivenUp = fault.lasting;
      const retryMs = fault.lasting ? null : this.#retryMs;
      this.#failed(fault, retryMs);
      this.#retryMs = Math.min(this.#retryMs * 2, LONGEST_RETRY_MS);
      this.#hurry = new AbortController();
      if (!signal.aborted) await pause(retryMs, this.#hurry.signal);
    }
  }

  /** @returns what ended it, or `null` where we did. */
  async #live(signal: AbortSignal): Promise<InputError | null> {
    const opening = new AbortController();
    const giveUp = () => opening.abort();
    signal.addEventListener('abort', giveUp, { once: true });
    const timer = setTimeout(giveUp, OPEN_MS);
    try {
      const ended = new Promise<InputError>((resolve) => {
        const opened = this.#knob.open(opening.signal, resolve);
        opened.then(
          () => this.#opened(opening.signal, timer),
          (cause: unknown) => resolve(toInputError(cause)),
        );
      });
      const fault = await Promise.race([ended, aborted(opening.signal)]);
      if (signal.aborted) return null;
      return fault ?? new InputError('input_open_timeout', `it did not open within ${OPEN_MS} ms`, 'It is tried again by itself.');
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
      opening.abort();
    }
  }

  #opened(opening: AbortSignal, timer: NodeJS.Timeout): void {
    if (opening.aborted) return;
    clearTimeout(timer);
    this.#isOpen = true;
    this.#recovered();
    const settled = setTimeout(() => {
      this.#retryMs = FIRST_RETRY_MS;
    }, SETTLED_MS);
    settled.unref();
    opening.addEventListener('abort', () => clearTimeout(settled), { once: true });
  }

  #failed({ code, message, cure }: InputError, retryMs: number | null): void {
    if (this.#down?.code === code) return;
    this.#down = { sinceUs: this.#down?.sinceUs ?? this.#clock.monotonicUs(), code };
    this.#report('system.input_failed', { knob: this.#id, code, message, cure, retry_ms: retryMs });
  }

  #recovered(): void {
    if (this.#down === null) return;
    const downMs = Math.round((this.#clock.monotonicUs() - this.#down.sinceUs) / 1000);
    this.#down = null;
    this.#report('system.input_recovered', { knob: this.#id, down_ms: downMs });
  }
}

function toInputError(cause: unknown): InputError {
  if (cause instanceof InputError) return cause;
  const message = cause instanceof Error ? cause.message : String(cause);
  return new InputError('input_failed', message, 'It is tried again by itself; if it stays, look at pins and permissions.', { cause });
}

function aborted(signal: AbortSignal): Promise<null> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(null);
    signal.addEventListener('abort', () => resolve(null), { once: true });
  });
}

/** @param waitMs `null`: until it is ended. */
function pause(waitMs: number | null, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = waitMs === null ? undefined : setTimeout(done, waitMs);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    if (signal.aborted) done();
    else signal.addEventListener('abort', done, { once: true });
  });
}

/** What fails or takes longer is left to itself: an end must end. */
async function soon(limitMs: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, limitMs);
  });
  await Promise.race([work.catch(() => undefined), late]);
  clearTimeout(timer);
}
