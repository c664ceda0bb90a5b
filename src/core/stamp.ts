/** Turns a zone's new target into the event that says so, with the seq, id and provenance that follow from the world. */
import type { ZoneChanged } from '../model/event.ts';
import { type Source, targetFields, type ZoneState, type ZoneTarget } from '../model/state.ts';
import type { World } from './world.ts';

/** Who asked, when, and where ids come from: the arguments that make decisions repeatable. */
export interface Stamp {
  readonly source: Source;
  readonly origin: string | null;
  readonly trigger: string | null;
  readonly request_id: string | null;
  /** ISO 8601 UTC with milliseconds. */
  readonly timestamp: string;
  readonly eventId: () => string;
}

/** @returns null where the target is what the zone already has. */
export function changeZone(world: World, current: ZoneState, zone: string, target: ZoneTarget, stamp: Stamp): ZoneChanged | null {
  const changed = targetFields.filter((field) => !same(current[field], target[field]));
  if (changed.length === 0) return null;
  const { eventId, ...provenance } = stamp;
  const id = eventId();
  const seq = world.seq + 1;
  const version = current.version + 1;
  const state: ZoneState = { ...target, version, seq, event_id: id, ...provenance };
  return { id, seq, type: 'zone.state_changed', ...provenance, zone, version, payload: { changed, state, previous: current } };
}

/** The target alone, without where it came from. */
export function targetOf(state: ZoneState): ZoneTarget {
  const { version: _v, seq: _s, event_id: _e, source: _o, origin: _c, trigger: _t, request_id: _r, timestamp: _m, ...target } = state;
  return target;
}

/** Values of targets are plain and small, and keep their field order. */
function same(a: unknown, b: unknown): boolean {
  return a === b || (typeof a === 'object' && JSON.stringify(a) === JSON.stringify(b));
}
