/** Reads a store as it stands: the newest whole snapshot and the records after it. Decides nothing about what they mean. */
import type { CommitRecord, Restored } from '../engine/ports.ts';
import type { DamageReports } from './damage.ts';
import type { FileSystem } from './file-system.ts';
import type { Position } from './journal-writer.ts';
import { Replay } from './replay.ts';
import type { Segment, Segments } from './segments.ts';
import type { Snapshots } from './snapshots.ts';

export interface Loaded {
  readonly restored: Restored;
  /** Seq of the newest event, number of the newest record; 0 before the first. */
  readonly newest: Position;
  /** Of the records after the snapshot. */
  readonly bytes: number;
  readonly resume: Segment | null;
}

export interface Shelf {
  readonly files: FileSystem;
  readonly segments: Segments;
  readonly snapshots: Snapshots;
  readonly damage: DamageReports;
  /** Longest end of the journal that one power cut can tear. */
  readonly tornMax: number;
}

/**
 * @param repair moves aside what is damaged; without it nothing is touched.
 * @throws NewerFormat, and what the disk throws where the folder itself cannot be read.
 */
export async function load({ files, segments, snapshots, damage, tornMax }: Shelf, repair: boolean): Promise<Loaded> {
  const base = await snapshots.load(repair);
  await segments.load();
  const replayed = await new Replay(files, segments, damage, tornMax, base?.n ?? 0).run(repair);
  const snapshot = base?.snapshot ?? null;
  const records = replayed.records.map((record) => onto(snapshot?.seq ?? 0, record));
  const newest = {
    seq: records.at(-1)?.seq ?? snapshot?.seq ?? 0,
    // A segment of which nothing can be read has used up the numbers before its own all the same.
    n: Math.max(base?.n ?? 0, replayed.records.at(-1)?.n ?? 0, (segments.all.at(-1)?.firstN ?? 1) - 1),
  };
  return { restored: { snapshot, records }, newest, bytes: replayed.bytes, resume: replayed.resume };
}

/** Leaves out the events that the snapshot holds already: it may have been taken while its last ones were on their way here. */
function onto(seq: number, { events, answer, ...record }: CommitRecord): CommitRecord {
  return { seq: Math.max(seq, record.seq), events: events.filter((event) => event.seq > seq), answer };
}
