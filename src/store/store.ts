/**
 * The store: a journal that is durable before anybody is told, and a snapshot to start from. It knows nothing of what
 * events mean. Where the disk cannot be used it goes on from memory and says so; it never keeps the lights from coming up.
 */
import { join } from 'node:path';
import type { CommitRecord, Journal, ReplayPage, Report, Restored, Snapshot } from '../engine/ports.ts';
import { Backlog } from './backlog.ts';
import { claim, makeFolders } from './claim.ts';
import { DamageReports } from './damage.ts';
import { type Fault, fault, faultOf } from './fault.ts';
import type { FileSystem } from './file-system.ts';
import { Flusher } from './flusher.ts';
import { History } from './history.ts';
import { JournalWriter, type Position } from './journal-writer.ts';
import { defaultLimits, type Limits } from './limits.ts';
import { type Loaded, load, type Shelf } from './loading.ts';
import { Lock } from './lock.ts';
import { nodeFileSystem } from './node-file-system.ts';
import { DiskSilent, PatientDisk } from './patience.ts';
import { nodeProcesses, type ProcessTable } from './processes.ts';
import { RecentEvents } from './recent.ts';
import { encodeLine } from './record-line.ts';
import { Segments } from './segments.ts';
import { SnapshotKeeper } from './snapshot-keeper.ts';
import { NewerFormat, Snapshots } from './snapshots.ts';

export interface StoreOptions {
  /** The folder; made where it is missing. */
  readonly path: string;
  /** Events kept for replay. */
  readonly history: number;
  readonly report: Report;
  readonly files?: FileSystem;
  readonly processes?: ProcessTable;
  readonly limits?: Partial<Limits>;
}

const nothing: Restored = { snapshot: null, records: [] };
const start: Position = { seq: 0, n: 0 };

export class Store implements Journal {
  readonly #options: StoreOptions;
  readonly #limits: Limits;
  readonly #disk: PatientDisk;
  readonly #lock: Lock;
  readonly #shelf: Shelf;
  readonly #keeper: SnapshotKeeper;
  readonly #writer: JournalWriter;
  readonly #backlog: Backlog;
  readonly #recent: RecentEvents;
  readonly #history: History;
  readonly #flusher: Flusher;
  /** False before `open`, after `close`, and where this run stays in memory to its end. */
  #attached = false;
  /** False while the folder could not be claimed: then it must be seen to be unchanged before it is written to. */
  #claimed = false;
  #newest = start;
  /** What `open` found, to know the store again by. */
  #found = start;
  #latest: (() => Snapshot) | null = null;

  constructor(options: StoreOptions) {
    const { path, history, processes = nodeProcesses, report } = options;
    const files = new PatientDisk(options.files ?? nodeFileSystem);
    const limits = { ...defaultLimits, ...options.limits };
    const damage = new DamageReports(report);
    const segments = new Segments(files, join(path, 'journal'));
    const snapshots = new Snapshots(files, path, damage);
    this.#options = options;
    this.#limits = limits;
    this.#disk = files;
    this.#lock = new Lock(files, path, processes);
    this.#shelf = { files, segments, snapshots, damage, tornMax: limits.write_bytes };
    this.#keeper = new SnapshotKeeper({ snapshots, segments, limits, history, report });
    this.#writer = new JournalWriter(files, segments, limits.segment_bytes);
    this.#backlog = new Backlog(limits.backlog_records, limits.backlog_bytes);
    this.#recent = new RecentEvents(limits.recent_events);
    this.#history = new History(files, segments, this.#backlog, this.#recent, damage);
    this.#flusher = new Flusher({
      path,
      writer: this.#writer,
      backlog: this.#backlog,
      limits,
      report,
      next: () => ({ seq: this.#newest.seq + 1, n: this.#newest.n + 1 }),
      revive: () => this.#revive(),
      saveSnapshot: () => this.#saveLatest(),
    });
  }

  /** Reads what is there. Never throws for a bad disk or a bad file: those are reported. Waits for no disk that is silent. */
  async open(): Promise<Restored> {
    const opened = await this.#disk.within(this.#limits.open_ms, () => this.#claimAndLoad());
    if (opened === null) return nothing;
    const { loaded, refusal } = opened;
    this.#attached = true;
    this.#found = loaded.newest;
    this.#newest = loaded.newest;
    this.#keeper.grew(loaded.bytes);
    for (const { events } of loaded.restored.records) for (const event of events) this.#recent.add(event);
    if (refusal === null) this.#flusher.prepare();
    else this.#flusher.startFailing(refusal);
    return loaded.restored;
  }

  /** A large group goes to the disk in parts, each with a time of its own: it is no hang, and holds the event loop no longer than a part. */
  async commit(records: readonly CommitRecord[], snapshot: () => Snapshot): Promise<{ readonly durable: boolean }> {
    const { write_bytes, stall_ms, commit_ms } = this.#limits;
    const end = performance.now() + commit_ms;
    const flush = () => this.#flusher.flush(Math.min(stall_ms, end - performance.now()));
    this.#latest = snapshot;
    let [durable, bytes] = [true, 0];
    for (const record of records) {
      bytes += this.#take(record);
      if (bytes < write_bytes) continue;
      durable = (await flush()) && durable;
      bytes = 0;
    }
    if (!this.#attached) return { durable: false };
    // Taken now and not after the write: by then the state holds what the engine has decided meanwhile.
    const due = this.#keeper.due && !this.#flusher.failing ? { n: this.#newest.n, snapshot: snapshot() } : null;
    const usable = due !== null && due.snapshot.seq === this.#newest.seq;
    durable = (await flush()) && durable;
    if (durable && usable) this.#keeper.saveAside(due);
    return { durable };
  }

  /** What may be done with the folder now, by whoever keeps something beside the journal. */
  get access(): 'none' | 'read' | 'write' {
    if (!this.#attached) return 'none';
    return this.#claimed ? 'write' : 'read';
  }

  read(after: number, until: number, limit: number): Promise<ReplayPage> {
    return this.#history.page(Math.max(0, after), until, limit, this.#newest.seq);
  }

  findSeq(eventId: string): Promise<number | null> {
    return this.#history.seqOf(eventId);
  }

  /** Writes what is left, and a snapshot if anything came since the last. Takes a bounded time; never rejects for a bad disk. */
  async close(snapshot: () => Snapshot): Promise<void> {
    this.#latest = snapshot;
    const { close_ms } = this.#limits;
    const late = `closing has taken longer than ${close_ms} ms: what was not told durable may be lost`;
    let alarm: NodeJS.Timeout | undefined;
    const tooLate = new Promise<void>((resolve) => {
      alarm = setTimeout(() => {
        this.#failed(fault(this.#options.path, 'close', 'ETIMEDOUT', late));
        resolve();
      }, close_ms);
    });
    await Promise.race([this.#finish(), tooLate]);
    clearTimeout(alarm);
    this.#attached = false;
  }

  /** @returns the bytes that it will take on disk. */
  #take(record: CommitRecord): number {
    this.#newest = { seq: record.seq, n: this.#newest.n + 1 };
    for (const event of record.events) this.#recent.add(event);
    if (!this.#attached) return 0;
    const line = encodeLine(this.#newest.n, record);
    this.#keeper.grew(line.length);
    this.#backlog.push({ n: this.#newest.n, record, line });
    return line.length;
  }

  /** @returns `null` where the store cannot be used in this run; with it, why nothing can be written to it yet. */
  async #claimAndLoad(): Promise<{ loaded: Loaded; refusal: Fault | null } | null> {
    let refusal: Fault | null = null;
    try {
      if (!(await this.#claim())) return null;
    } catch (cause) {
      refusal = faultOf(cause, 'open', this.#options.path);
      // What was begun may still come to an end, behind our back: this run must leave the store alone.
      if (cause instanceof DiskSilent) {
        this.#failed(refusal);
        return null;
      }
    }
    const loaded = await this.#load();
    return loaded === null ? null : { loaded, refusal };
  }

  /** @returns false where another daemon has the store. @throws what the disk throws */
  async #claim(): Promise<boolean> {
    const holder = await claim(this.#shelf.files, this.#shelf.segments.folder, this.#lock);
    this.#claimed = holder === null;
    if (holder !== null) this.#failed(fault(this.#options.path, 'open', 'locked', `process ${holder.pid} uses this store`));
    return this.#claimed;
  }

  /** @returns `null` where the store cannot be used in this run. */
  async #load(): Promise<Loaded | null> {
    try {
      const loaded = await load(this.#shelf, this.#claimed);
      this.#writer.resume(loaded.resume);
      return loaded;
    } catch (cause) {
      const newer = cause instanceof NewerFormat;
      this.#failed(newer ? fault(cause.path, 'open', 'newer_format', cause.message) : faultOf(cause, 'open', this.#options.path));
      return null;
    }
  }

  /** Before a failed disk is written to again. @returns false where this run must leave the store alone. */
  async #revive(): Promise<boolean> {
    if (this.#claimed) {
      await makeFolders(this.#shelf.files, this.#shelf.segments.folder);
      return true;
    }
    const loaded = (await this.#claim()) ? await this.#load() : null;
    this.#attached = loaded !== null && loaded.newest.n === this.#found.n && loaded.newest.seq === this.#found.seq;
    if (loaded !== null && !this.#attached) {
      this.#failed(fault(this.#options.path, 'open', 'changed', 'the store holds something else than when the daemon started'));
    }
    return this.#attached;
  }

  async #saveLatest(): Promise<void> {
    const { n } = this.#newest;
    if (this.#latest !== null) await this.#keeper.save({ n, snapshot: this.#latest() });
  }

  async #finish(): Promise<void> {
    try {
      if (this.#attached) {
        await this.#flusher.stop();
        await this.#keeper.settled();
      }
      // Even where the journal fails: the snapshot may yet be written, and holds what counts.
      if (this.#attached && this.#claimed && this.#keeper.currentN < this.#newest.n) await this.#saveLatest();
      await this.#writer.close();
      await this.#lock.release();
    } catch (cause) {
      this.#failed(faultOf(cause, 'close', this.#options.path));
    }
  }

  #failed(why: Fault): void {
    this.#options.report('system.store_failed', { ...why });
  }
}
