/**
 * Writes the log's lines to a descriptor, by another thread: no command waits for the log. Whatever the descriptor does
 * (a disk that is full or hangs, a reader that left or does not read) costs lines beyond a bound and never an error: the
 * log must not stop the daemon.
 */
import fs from 'node:fs';
import type { DestinationStream } from 'pino';

/** Bytes that wait where the descriptor does not take them; beyond them lines are dropped. */
const MOST_WAITING = 1_048_576;
/** Pause before what was not taken is tried again. */
const RETRY_MS = 100;

export class LogStream implements DestinationStream {
  readonly #fd: number;
  #lines: string[] = [];
  /** Taken from `lines`, and not written or only begun. */
  #chunk: Buffer = Buffer.alloc(0);
  /** Of both. */
  #bytes = 0;
  #state: 'idle' | 'writing' | 'pausing' = 'idle';

  constructor(fd: number) {
    this.#fd = fd;
  }

  write(line: string): void {
    const bytes = Buffer.byteLength(line);
    if (this.#bytes + bytes > MOST_WAITING) return;
    this.#lines.push(line);
    this.#bytes += bytes;
    if (this.#state === 'idle') this.#next();
  }

  /** For the end of the process: writes at once what it can. What is under way comes to its end by itself. */
  flush(): void {
    let left = Buffer.concat([this.#state === 'writing' ? Buffer.alloc(0) : this.#chunk, Buffer.from(this.#lines.join(''))]);
    try {
      while (left.length > 0) left = left.subarray(fs.writeSync(this.#fd, left));
    } catch {
      // Nobody is left to be told.
    }
  }

  #next(): void {
    if (this.#chunk.length === 0) {
      this.#chunk = Buffer.from(this.#lines.join(''));
      this.#lines = [];
    }
    this.#state = this.#chunk.length === 0 ? 'idle' : 'writing';
    if (this.#state === 'idle') return;
    fs.write(this.#fd, this.#chunk, 0, this.#chunk.length, null, (error, count) => {
      if (error !== null) return this.#pause();
      this.#chunk = this.#chunk.subarray(count);
      this.#bytes -= count;
      this.#next();
    });
  }

  #pause(): void {
    this.#state = 'pausing';
    setTimeout(() => this.#next(), RETRY_MS).unref();
  }
}
