/**
 * Moves the backlog to the disk, one write at a time. A failure starts a pause, doubled at each further one, after which
 * it tries again by itself; a write that hangs stays under way, and no other starts before it settles. Says when the
 * disk fails and when all has been caught up, once each.
 */
import type { Report } from '../engine/ports.ts';
import type { Backlog, Pending } from './backlog.ts';
import { type Fault, fault, faultOf } from './fault.ts';
import type { JournalWriter, Position } from './journal-writer.ts';
import type { Limits } from './limits.ts';

export interface FlusherParts {
  readonly path: string;
  readonly writer: JournalWriter;
  readonly backlog: Backlog;
  readonly limits: Limits;
  readonly report: Report;
  /** Where the next record will begin. */
  readonly next: () => Position;
  /** What must succeed before a failed disk is written to again. @returns false where it must never be. */
  readonly revive: () => Promise<boolean>;
  /** Makes the state as it is now durable. */
  readonly saveSnapshot: () => Promise<void>;
}

export class Flusher {
  readonly #parts: FlusherParts;
  /** Disk work in order; never rejects but for a bug. */
  #turn: Promise<unknown> = Promise.resolve();
  #failing = false;
  #stopped = false;
  #pause: NodeJS.Timeout | null = null;
  #pauseMs: number;
  /** Records written after their commit had answered that they were not. */
  #late = 0;
  /** Dropped records that a snapshot makes up for. */
  #covered = 0;

  constructor(parts: FlusherParts) {
    this.#parts = parts;
    this.#pauseMs = parts.limits.retry_first_ms;
  }

  get failing(): boolean {
    return this.#failing;
  }

  /** Opens what the first write needs, in the background. */
  prepare(): void {
    this.#turn = this.#turn.then(() => this.#attempt('open', () => this.#parts.writer.prepare(this.#parts.next())));
  }

  /** Begins as a disk that failed already. */
  startFailing(why: Fault): void {
    this.#fail(why);
    this.#retryLater();
  }

  /**
   * @param withinMs beyond which the disk counts as one that hangs.
   * @returns true once all of the backlog is durable; false where the disk fails or takes too long.
   */
  async flush(withinMs: number): Promise<boolean> {
    if (this.#failing) {
      this.#parts.backlog.keepBounds();
      return false;
    }
    const drained = this.#turn.then(() => this.#drain());
    this.#turn = drained;
    const durable = await this.#unlessStalled(drained, withinMs);
    if (durable && this.#parts.writer.full) this.prepare();
    return durable;
  }

  /** Tries a failing disk one last time, and then no more. @returns true where nothing is left to write. */
  async stop(): Promise<boolean> {
    this.#stopped = true;
    if (this.#pause !== null) clearTimeout(this.#pause);
    this.#turn = this.#turn.then(() => this.#retry());
    await this.#turn;
    return this.#parts.backlog.length === 0;
  }

  async #drain(): Promise<boolean> {
    return this.#attempt('write', async () => {
      while (await this.#writeSome());
      if (this.#failing) this.#recovered();
    });
  }

  /** @returns false where nothing waits. */
  async #writeSome(): Promise<boolean> {
    const { backlog, writer, limits } = this.#parts;
    if (backlog.dropped > this.#covered) {
      // What was dropped is in no journal: the state after it must be safe before the journal goes on behind the gap.
      const dropped = backlog.dropped;
      await this.#parts.saveSnapshot();
      this.#covered = dropped;
    }
    const batch = backlog.take(limits.write_bytes);
    const [first] = batch;
    if (first === undefined) return false;
    const lines = batch.map(({ line }) => line);
    await writer.append(lines, beginOf(first));
    if (this.#failing) this.#late += batch.length;
    backlog.written();
    return true;
  }

  async #attempt(operation: string, work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (cause) {
      this.#parts.backlog.putBack();
      this.#parts.backlog.keepBounds();
      this.#fail(faultOf(cause, operation, this.#parts.path));
      this.#retryLater();
      return false;
    }
  }

  async #retry(): Promise<void> {
    const { backlog, writer, revive, next } = this.#parts;
    if (!this.#failing && backlog.length === 0) return;
    let usable = false;
    const done = await this.#attempt('recover', async () => {
      usable = await revive();
      if (usable) await writer.prepare(next());
    });
    if (done && usable) await this.#drain();
  }

  #fail(why: Fault): void {
    if (!this.#failing) this.#parts.report('system.store_failed', { ...why });
    this.#failing = true;
  }

  #retryLater(): void {
    if (this.#stopped || this.#pause !== null) return;
    this.#pause = setTimeout(() => {
      this.#pause = null;
      this.#turn = this.#turn.then(() => this.#retry());
    }, this.#pauseMs);
    this.#pause.unref();
    this.#pauseMs = Math.min(this.#pauseMs * 2, this.#parts.limits.retry_longest_ms);
  }

  #recovered(): void {
    const { backlog, path, report, limits } = this.#parts;
    this.#failing = false;
    this.#pauseMs = limits.retry_first_ms;
    report('system.store_recovered', { path, operation: 'write', written: this.#late, dropped: backlog.dropped });
    this.#late = 0;
    this.#covered = 0;
    backlog.forgetDropped();
  }

  async #unlessStalled(work: Promise<boolean>, limitMs: number): Promise<boolean> {
    const { path } = this.#parts;
    let alarm: NodeJS.Timeout | undefined;
    const stalled = new Promise<false>((resolve) => {
      alarm = setTimeout(() => {
        this.#fail(fault(path, 'write', 'ETIMEDOUT', `a write has taken longer than ${Math.round(limitMs)} ms`));
        resolve(false);
      }, limitMs);
    });
    try {
      return await Promise.race([work, stalled]);
    } finally {
      clearTimeout(alarm);
    }
  }
}

/** A segment that begins with this record may hold events from here on. */
function beginOf({ n, record }: Pending): Position {
  return { n, seq: record.events[0]?.seq ?? record.seq + 1 };
}
