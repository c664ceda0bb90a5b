/** The state of `all`: ON when any zone is; its other attributes are those that all zones share (protocol §6). */
import { targetFields, type ZoneState } from '../model/state.ts';

const shared = targetFields.filter((field) => field !== 'state');

/** @param states at least one, or `null` is answered. Provenance is that of the newest change. */
export function aggregate(states: readonly ZoneState[]): Record<string, unknown> | null {
  const [first] = states;
  if (first === undefined) return null;
  const newest = states.reduce((a, b) => (b.seq > a.seq ? b : a));
  const { version: _version, seq, event_id, source, origin, trigger, request_id, timestamp } = newest;
  const common = shared.filter((field) => {
    const value = JSON.stringify(first[field]);
    return value !== undefined && states.every((state) => JSON.stringify(state[field]) === value);
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
