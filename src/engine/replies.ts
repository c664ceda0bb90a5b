/** Words a reply to each outcome (protocol §4). Pure. */
import type { Result } from '../base/result.ts';
import { aggregate } from '../core/aggregate.ts';
import type { Decision } from '../core/decide.ts';
import type { Malformed } from '../core/parse-request.ts';
import type { World } from '../core/world.ts';
import { membersOf } from '../core/zone-names.ts';
import type { Catalog } from '../model/catalog.ts';
import type { Batch, Change, Command, Request } from '../model/command.ts';
import { type Refusal, refusal } from '../model/refusal.ts';
import type { Acceptance, Refused, Reply } from '../model/reply.ts';
import type { ZoneState } from '../model/state.ts';
import { INBOX_LIMIT } from './engine-parts.ts';

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
  const current = oneZone(zoneOf(command), decision.world, catalog);
  return accepted(requestId, decision.world, current === undefined ? fields : { ...fields, seq: current.seq, event_id: current.event_id });
}

/** The stored reply, told again. */
export function repeated(reply: Reply): Reply {
  return reply.ok ? { ...reply, duplicate: true } : { ...reply, duplicate: true };
}

/**
 * A refusal carries the state as it is, so that an optimistic client can roll back at once: that of the zone or
 * group that was meant, else the whole. What is forbidden is answered with nothing.
 */
export function refused(requestId: string | null, why: Refusal, zone: string | null, world: World, catalog: Catalog): Refused {
  const current = why.code === 'forbidden' ? {} : stateFor(zone, world, catalog);
  return { request_id: requestId, ok: false, error: why, ...current };
}

/** Of what comes while too much waits, or while the engine stops. */
export function turnedAway(request: Result<Request, Malformed>, stopping: boolean, world: World, catalog: Catalog): Refused {
  const full = `at most ${INBOX_LIMIT} commands may wait for the disk; send this one again later`;
  const requestId = request.ok ? request.value.request_id : request.error.request_id;
  const zone = request.ok ? zoneOf(request.value.command) : request.error.zone;
  return refused(requestId, refusal('overloaded', stopping ? 'the daemon is stopping' : full), zone, world, catalog);
}

/** The whole state, as `state.get` and a reset replay carry it. */
export function wholeState(world: World, catalog: Catalog): { readonly zones: Record<string, ZoneState> } {
  return { zones: Object.fromEntries(configured(world, catalog)) };
}

/** `null` where it has no one zone, as a batch. */
export function zoneOf(command: Command): string | null {
  return 'zone' in command ? (command.zone ?? null) : null;
}

/** @param zone the whole state is given where it is `null` or no name that we know. */
function stateFor(zone: string | null, world: World, catalog: Catalog): { version?: number; state?: Record<string, unknown> } {
  const state = oneZone(zone, world, catalog);
  if (state !== undefined) return { version: state.version, state };
  const several = zone === null ? null : membersOf({ zones: new Map(configured(world, catalog)), groups: catalog.groups }, zone);
  return { state: several === null ? wholeState(world, catalog) : (aggregate(several) ?? {}) };
}

/** The world may still hold a zone whose id is a group's by now. */
function oneZone(zone: string | null, world: World, catalog: Catalog): ZoneState | undefined {
  return zone !== null && catalog.zones.has(zone) ? world.zones.get(zone) : undefined;
}

function configured(world: World, catalog: Catalog): [string, ZoneState][] {
  return [...world.zones].filter(([id]) => catalog.zones.has(id));
}
