/** The state of several zones, of a group or `all`: ON when any is; its other attributes are those that all share (protocol §6). */
import { targetFields, type ZoneState } from '../model/state.ts';

const shared = targetFields.filter((field) => field !== 'state');

/** @param states at least one, or `null` is answered. Provenance is that of the newest change. */
export function aggregate(states: readonly ZoneState[]): Record<string, unknown> | null {
  const [first] = states;
  if (first === undefined) return null;
  const newest = states.reduce((a, b) => (b.seq > a.seq ? b : a));
  const { version: _version, seq, event_id, source, origin, trigger, request_id, timestamp } = newest;
  const common = shared.filter((field) => {
    const value = first[field];
    return value !== undefined && states.every((state) => isSame(state[field], value));
  });
  return {
    state: states.some(({ state }) => state === 'ON') ? 'ON' : 'OFF',
    ...Object.fromEntries(common.map((field) => [field, first[field]])),
    seq,
    event_id,
    source,
    origin,
    trigger,
    request_id,
    timestamp,
  };
}

/** Of colours the text is compared, of all else the value: every change of a zone asks this for each of its groups. */
function isSame(a: unknown, b: unknown): boolean {
  return a === b || (typeof a === 'object' && JSON.stringify(a) === JSON.stringify(b));
}
