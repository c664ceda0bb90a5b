/** Words a reply to each outcome (protocol §4). Pure. */
import { aggregate } from '../core/aggregate.ts';
import type { Decision } from '../core/decide.ts';
import type { World } from '../core/world.ts';
import type { Catalog } from '../model/catalog.ts';
import type { Batch, Change, Command } from '../model/command.ts';
import { ALL } from '../model/ids.ts';
import type { Refusal } from '../model/refusal.ts';
import type { Acceptance, Refused, Reply } from '../model/reply.ts';
import type { ZoneState } from '../model/state.ts';

export function accepted(requestId: string | null, world: World, fields: Partial<Acceptance> = {}): Acceptance {
  return { request_id: requestId, ok: true, changed: false, duplicate: false, seq: world.seq, event_id: world.event_id, ...fields };
}

/** Of a command that was decided; where nothing changed, seq and event id are those of the event that made it so. */
export function acceptedChange(requestId: string | null, command: Change | Batch, decision: Decision, catalog: Catalog): Acceptance {
  const changed = decision.events.length > 0;
  const last = decision.events.at(-1);
  const about = stateFor(zoneOf(command), decision.world, catalog);
  const fields: Partial<Acceptance> = { changed, ...about };
  if (last !== undefined) return accepted(requestId, decision.world, { ...fields, seq: last.seq, event_id: last.id });
  const current = decision.world.zones.get(zoneOf(command) ?? '');
  return accepted(requestId, decision.world, current === undefined ? fields : { ...fields, seq: current.seq, event_id: current.event_id });
}

/** The stored reply, told again. */
export function repeated(reply: Reply): Reply {
  return reply.ok ? { ...reply, duplicate: true } : { ...reply, duplicate: true };
}

/**
 * A refusal carries the state as it is, so that an optimistic client can roll back at once: the zone's that was meant,
 * else the whole. What is forbidden is answered with nothing.
 */
export function refused(requestId: string | null, refusal: Refusal, zone: string | null, world: World, catalog: Catalog): Refused {
  const current = refusal.code === 'forbidden' ? {} : stateFor(zone, world, catalog);
  return { request_id: requestId, ok: false, error: refusal, ...current };
}

/** The whole state, as `state.get` and a reset replay carry it. */
export function wholeState(world: World, catalog: Catalog): { readonly zones: Record<string, ZoneState> } {
  return { zones: Object.fromEntries(configured(world, catalog)) };
}

/** `null` where it has no one zone, as a batch. */
export function zoneOf(command: Command): string | null {
  return 'zone' in command ? (command.zone ?? null) : null;
}

/** @param zone the whole state is given where it is `null` or no zone of ours. */
function stateFor(zone: string | null, world: World, catalog: Catalog): { version?: number; state?: Record<string, unknown> } {
  if (zone === ALL) return { state: aggregate(configured(world, catalog).map(([, state]) => state)) ?? {} };
  const state = zone !== null && catalog.zones.has(zone) ? world.zones.get(zone) : undefined;
  return state === undefined ? { state: wholeState(world, catalog) } : { version: state.version, state };
}

function configured(world: World, catalog: Catalog): [string, ZoneState][] {
  return [...world.zones].filter(([id]) => catalog.zones.has(id));
}
