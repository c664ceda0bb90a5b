/** Every bound of the store in one place. Tests make them small; the daemon takes the defaults. */
const KiB = 1024;
const MiB = 1024 * KiB;

export interface Limits {
  /** A segment that has grown to this is followed by a new one. */
  readonly segment_bytes: number;
  /** A snapshot is due when the journal has grown by this, or by twice the last snapshot where that is more. */
  readonly snapshot_growth_bytes: number;
  /** Disk that the journal may take for each event of `history`; past it the oldest segments go, however few events they hold. */
  readonly event_bytes: number;
  /** Newest events kept in memory, so that a usual replay touches no disk. */
  readonly recent_events: number;
  /** Records that wait in memory while the disk fails; past either bound the oldest are dropped and counted. */
  readonly backlog_records: number;
  readonly backlog_bytes: number;
  /** Most that one write takes, and so the most that one power cut can tear. */
  readonly write_bytes: number;
  /**
   * A write that takes longer answers `durable: false`, and stays under way; so does a group of writes as a whole. The
   * watchdog asks whether the writer makes progress, and must hear it well before it bites (WatchdogSec in the unit).
   */
  readonly stall_ms: number;
  readonly commit_ms: number;
  /** An operation that takes longer while the store opens keeps it out of this run: the lights wait for it. */
  readonly open_ms: number;
  /** What is not written by then is left: a stop has 3 s for everything. */
  readonly close_ms: number;
  /** First pause before the disk is tried again; doubled after each failure, up to the longest. */
  readonly retry_first_ms: number;
  readonly retry_longest_ms: number;
}

export const defaultLimits: Limits = {
  segment_bytes: 4 * MiB,
  snapshot_growth_bytes: 4 * MiB,
  event_bytes: 4 * KiB,
  recent_events: 512,
  backlog_records: 10_000,
  backlog_bytes: 16 * MiB,
  write_bytes: MiB,
  stall_ms: 2000,
  commit_ms: 4000,
  open_ms: 5000,
  close_ms: 1500,
  retry_first_ms: 1000,
  retry_longest_ms: 30_000,
};
