/**
 * What the engine needs of the world. It knows nothing of MQTT, files or pins: adapters implement these, the daemon
 * wires them, and tests stand in for them.
 */
import type { StoredAnswer } from '../core/answered.ts';
import type { DiunaEvent, Notice, NoticeType } from '../model/event.ts';
import type { Refusal } from '../model/refusal.ts';
import type { ZoneState } from '../model/state.ts';
import type { Overlay, TargetChange } from '../model/target-change.ts';

export type { StoredAnswer };

/** What one command left behind: written whole or not at all. */
export interface CommitRecord {
  /** The newest seq once this record is applied. */
  readonly seq: number;
  readonly events: readonly DiunaEvent[];
  readonly answer: StoredAnswer | null;
}

/** Everything that a restart needs, true at `seq`. */
export interface Snapshot {
  readonly seq: number;
  /** The id of the newest event; `null` before the first. */
  readonly event_id: string | null;
  readonly zones: Readonly<Record<string, ZoneState>>;
  /** Each zone's state before its last change, for undo. */
  readonly previous: Readonly<Record<string, ZoneState>>;
  readonly answers: readonly StoredAnswer[];
}

export interface Restored {
  /** `null` on a first start, or where no snapshot could be read. */
  readonly snapshot: Snapshot | null;
  /** What was committed after the snapshot, in order. */
  readonly records: readonly CommitRecord[];
}

export interface ReplayPage {
  readonly events: readonly DiunaEvent[];
  /** False where events between `after` and the first of `events` are gone. */
  readonly reaches: boolean;
}

export interface Journal {
  /**
   * Writes the records in order and makes them durable. Called again only after the promise settled. Never rejects:
   * `durable: false` says that they are in memory only; the journal keeps them (bounded) and catches up by itself.
   * @param snapshot gives the state as it is now (these records included), for when a snapshot is due.
   */
  commit(records: readonly CommitRecord[], snapshot: () => Snapshot): Promise<{ readonly durable: boolean }>;
  /** Reads at most `limit` events with `after < seq <= until`, in order, those not yet written to disk included. */
  read(after: number, until: number, limit: number): Promise<ReplayPage>;
  /** The seq of the event with this id; `null` where the journal does not hold it. */
  findSeq(eventId: string): Promise<number | null>;
}

export interface Renderer {
  /**
   * Shows the changes in one frame, at once.
   * @param whenShown called once, with `true` after every output concerned has taken the first frame that shows them,
   *   with `false` where an output is failing and nobody can see it.
   */
  show(changes: readonly TargetChange[], overlays: readonly Overlay[], whenShown?: (shown: boolean) => void): void;
}

/** Tells the world what has become durable, in order of seq. */
export interface Publisher {
  publish(events: readonly DiunaEvent[]): void;
  notice(notice: Notice): void;
}

/** The knobs, as far as anybody may move them from afar. */
export interface Knobs {
  /** Moves a simulated knob as a hand would, beginning now. @param dryRun only says whether it could. @returns why not, or `null`. */
  simulate(knob: string, moves: string, dryRun: boolean): Refusal | null;
}

/** Whatever started the daemon and would start it again. */
export interface Service {
  /** Ends the daemon in order, beginning now, so that it is started anew. @param dryRun only says whether it could. @returns why not, or `null`. */
  restart(dryRun: boolean): Refusal | null;
}

export interface Ids {
  /** A UUID version 7; later ones sort after earlier ones, whatever the wall clock does. */
  eventId(): string;
  /** A short digest of the text; equal texts give equal digests. */
  digest(text: string): string;
}

/** Makes notices of what happened: who reports says the type and facts, and which client or knob it is about; this adds id and time. */
export type Report = (type: NoticeType, payload: Readonly<Record<string, unknown>>, subject?: string) => void;
