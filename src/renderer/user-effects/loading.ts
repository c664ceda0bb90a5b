/**
 * Loads the user's effects in a thread of their own. A file that takes the thread down, or that does not come to an end,
 * is left out of the next one; the last one is given only files that were seen to load. So it always ends, and soon. A
 * thread that hangs in the system is left to itself: nothing can end it.
 */
import type { LoopClock } from '../loop-clock.ts';
import { EffectsThread } from './effects-thread.ts';
import { BOOT_MS, FILE_MS, MOST_ATTEMPTS, WATCH_MS } from './limits.ts';
import { MemoryWatch } from './memory-watch.ts';
import type { FromEffects, LoadJob, RefusedFile } from './messages.ts';

export type Loaded = Extract<FromEffects, { kind: 'loaded' }>;

export interface LoadedThread {
  readonly thread: EffectsThread;
  readonly loaded: Loaded;
  /** What the thread refused, and the files that cost a thread. */
  readonly refused: readonly RefusedFile[];
}

const CURE = 'correct these files and reload';
const FOLDER_CURE = 'see whether the folder can be listed, then reload; where it stays so, restart the daemon';
const TOO_MANY = `the files behind these were left out: ${MOST_ATTEMPTS - 1} files took their thread down`;

export class Loading {
  readonly #clock: LoopClock;
  readonly #entry: URL;
  readonly #job: LoadJob;
  /** Called once; null where no thread came to an end. */
  readonly #done: (result: LoadedThread | null, refused: readonly RefusedFile[]) => void;
  readonly #memory = new MemoryWatch();
  readonly #refused: RefusedFile[] = [];
  #seen: string[] = [];
  #file: string | null = null;
  #sinceMs = 0;
  #attempts = 0;
  #thread: EffectsThread | null = null;
  #cancelTimer: () => void = () => undefined;

  constructor(clock: LoopClock, entry: URL, job: LoadJob, done: (result: LoadedThread | null, refused: readonly RefusedFile[]) => void) {
    this.#clock = clock;
    this.#entry = entry;
    this.#job = job;
    this.#done = done;
  }

  start(): void {
    this.#attempts += 1;
    const last = this.#attempts === MOST_ATTEMPTS;
    if (last) this.#refused.push({ file: this.#job.folder, message: TOO_MANY, cure: CURE });
    const skip = [...this.#job.skip, ...this.#refused.map(({ file }) => file)];
    const job = { ...this.#job, skip, only: last ? this.#seen : this.#job.only };
    this.#seen = last ? [] : this.#seen;
    this.#file = null;
    this.#sinceMs = this.#clock.nowMs();
    this.#memory.begin();
    this.#thread = new EffectsThread(this.#entry, job, {
      message: (message) => this.#hear(message),
      ended: (reason) => this.#lost(`it took its thread down while it was loaded: ${reason}`),
    });
    this.#watch();
  }

  async cancel(): Promise<void> {
    this.#cancelTimer();
    await this.#thread?.kill();
  }

  #hear(message: FromEffects): void {
    if (message.kind === 'loading') {
      if (this.#file !== null && !this.#seen.includes(this.#file)) this.#seen.push(this.#file);
      this.#file = message.file;
      this.#sinceMs = this.#clock.nowMs();
    }
    if (message.kind === 'loaded' && this.#thread !== null) {
      this.#cancelTimer();
      const refused = [...message.refused, ...this.#refused];
      this.#done({ thread: this.#thread, loaded: message, refused }, refused);
    }
  }

  #watch(): void {
    this.#cancelTimer = this.#clock.after(WATCH_MS, () => {
      const limitMs = this.#file === null ? BOOT_MS : FILE_MS;
      const late = this.#file === null ? `it gives no answer within ${limitMs} ms` : `it took more than ${limitMs} ms to load`;
      if (this.#clock.nowMs() - this.#sinceMs > limitMs) this.#lost(late);
      else if (this.#memory.exceeded()) this.#lost('it took more memory than effects may while it was loaded');
      else this.#watch();
    });
  }

  #lost(message: string): void {
    this.#cancelTimer();
    void this.#thread?.kill();
    const file = this.#file ?? this.#job.folder;
    this.#refused.push({ file, message, cure: this.#file === null ? FOLDER_CURE : CURE });
    // No file is to blame where none was reached: a folder that hangs, as one over a network, holds the next thread as well.
    if (this.#file !== null && this.#attempts < MOST_ATTEMPTS) this.start();
    else this.#done(null, this.#refused);
  }
}
