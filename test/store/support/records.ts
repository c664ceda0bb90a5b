/** Records and snapshots as the engine would make them, of one zone whose brightness tells the seq. */
import type { CommitRecord, Report, Snapshot, StoredAnswer } from '../../../src/engine/ports.ts';
import type { DiunaEvent, NoticeType } from '../../../src/model/event.ts';
import { defaultTarget, type ZoneState } from '../../../src/model/state.ts';

const TIME = '2026-11-20T13:01:00.123Z';

/** A UUID of version 7 that counts. */
export function idOf(seq: number): string {
  return `0198f2a0-0000-7000-8000-${String(seq).padStart(12, '0')}`;
}

export function stateAt(seq: number): ZoneState {
  const provenance = { version: seq, seq, event_id: seq === 0 ? null : idOf(seq), source: 'command', origin: 'phone' } as const;
  return { ...defaultTarget, brightness: (seq % 255) + 1, ...provenance, trigger: null, request_id: `R${seq}`, timestamp: TIME };
}

export function eventAt(seq: number): DiunaEvent {
  return {
    id: idOf(seq),
    seq,
    type: 'zone.state_changed',
    timestamp: TIME,
    source: 'command',
    origin: 'phone',
    trigger: null,
    request_id: `R${seq}`,
    zone: 'floor',
    version: seq,
    payload: { changed: ['brightness'], state: stateAt(seq), previous: stateAt(seq - 1) },
  };
}

export function answerAt(seq: number, request = `R${seq}`): StoredAnswer {
  const reply = { request_id: request, ok: true, changed: true, duplicate: false, seq, event_id: idOf(seq) } as const;
  return { user: null, client: 'phone', request_id: request, digest: `d${request}`, reply };
}

/** One record with `count` events from `seq` on. */
export function recordAt(seq: number, count = 1): CommitRecord {
  const newest = seq + count - 1;
  return { seq: newest, events: Array.from({ length: count }, (_, index) => eventAt(seq + index)), answer: answerAt(newest) };
}

/** A record that changed nothing: an answer alone. */
export function answerOnly(seq: number, request: string): CommitRecord {
  return { seq, events: [], answer: answerAt(seq, request) };
}

export function snapshotAt(seq: number): Snapshot {
  const zones = seq === 0 ? {} : { floor: stateAt(seq) };
  return { seq, event_id: seq === 0 ? null : idOf(seq), zones, previous: {}, answers: seq === 0 ? [] : [answerAt(seq)] };
}

export interface Told {
  readonly type: NoticeType;
  readonly payload: Readonly<Record<string, unknown>>;
}

export interface Listener {
  readonly told: Told[];
  readonly report: Report;
  /** Codes of what was reported under this type. */
  readonly codes: (type: NoticeType) => unknown[];
}

/** Keeps what was reported. */
export function listener(): Listener {
  const told: Told[] = [];
  return {
    told,
    report: (type, payload) => void told.push({ type, payload }),
    codes: (type) => told.filter((notice) => notice.type === type).map(({ payload }) => payload['code']),
  };
}
