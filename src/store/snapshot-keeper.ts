/**
 * Decides when a snapshot is due, writes one at a time beside the commits, and prunes the journal behind it. A snapshot
 * that fails is told and tried again after more growth; the journal alone keeps everything meanwhile.
 */
import type { Report } from '../engine/ports.ts';
import { faultOf } from './fault.ts';
import type { Limits } from './limits.ts';
import type { Segments } from './segments.ts';
import type { Numbered } from './snapshot-text.ts';
import type { Snapshots } from './snapshots.ts';

export interface KeeperParts {
  readonly snapshots: Snapshots;
  readonly segments: Segments;
  readonly limits: Limits;
  /** Events to keep. */
  readonly history: number;
  readonly report: Report;
}

export class SnapshotKeeper {
  readonly #parts: KeeperParts;
  /** Writes in order; never rejects but for a bug. */
  #turn: Promise<unknown> = Promise.resolve();
  #busy = 0;
  /** Bytes of records since the last snapshot was taken. */
  #grown = 0;
  #tried = false;
  #failing = false;

  constructor(parts: KeeperParts) {
    this.#parts = parts;
  }

  /** The first one of a store is due at once: it carries the format. */
  get due(): boolean {
    const { snapshots, limits } = this.#parts;
    if (this.#busy > 0) return false;
    if (snapshots.currentN === 0 && !this.#tried) return true;
    return this.#grown > Math.max(limits.snapshot_growth_bytes, 2 * snapshots.bytes);
  }

  /** Number of the last record in the newest snapshot. */
  get currentN(): number {
    return this.#parts.snapshots.currentN;
  }

  grew(bytes: number): void {
    this.#grown += bytes;
  }

  /** Writes it in the background. */
  saveAside(numbered: Numbered): void {
    this.#turn = this.#turn.then(() => this.#told(numbered));
  }

  /** @throws what the disk throws */
  async save(numbered: Numbered): Promise<void> {
    const saved = this.#turn.then(() => this.#save(numbered));
    this.#turn = saved.catch(() => undefined);
    await saved;
  }

  /** Waits for what is being written in the background. */
  async settled(): Promise<void> {
    await this.#turn;
  }

  async #told(numbered: Numbered): Promise<void> {
    const { snapshots, report } = this.#parts;
    try {
      await this.#save(numbered);
      if (this.#failing) report('system.store_recovered', { path: snapshots.path, operation: 'snapshot', written: 0, dropped: 0 });
      this.#failing = false;
    } catch (cause) {
      const why = faultOf(cause, 'snapshot', snapshots.path);
      if (!this.#failing) report('system.store_failed', { ...why });
      this.#failing = true;
    }
  }

  async #save(numbered: Numbered): Promise<void> {
    const { snapshots, segments, history, limits } = this.#parts;
    this.#busy += 1;
    this.#grown = 0;
    this.#tried = true;
    try {
      await snapshots.write(numbered);
      await segments.prune(snapshots.safeN, numbered.snapshot.seq, history, history * limits.event_bytes);
    } finally {
      this.#busy -= 1;
    }
  }
}
