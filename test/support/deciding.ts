/** Decides commands as the engine would, with ids and time that repeat. */
import { type Decision, decide } from '../../src/core/decide.ts';
import { parseCommand } from '../../src/core/parse-request.ts';
import type { Stamp } from '../../src/core/stamp.ts';
import { emptyWorld, type World, withZones } from '../../src/core/world.ts';
import { isQuestion } from '../../src/engine/query-desk.ts';
import type { Refusal } from '../../src/model/refusal.ts';
import type { ZoneState } from '../../src/model/state.ts';
import { catalog } from './catalog.ts';

export const rules = { catalog, transitionMs: 400 };
export const timestamp = '2026-11-20T13:01:00.123Z';
export const freshWorld = withZones(emptyWorld, catalog, timestamp);

let counter = 0;
export function nextId(): string {
  counter += 1;
  return `0198f2a0-0000-7000-8000-${counter.toString(16).padStart(12, '0')}`;
}

export const stamp: Stamp = { source: 'command', origin: 'phone', trigger: null, request_id: 'R1', timestamp, eventId: nextId };

/** @throws what the command was refused with. */
export function accept(world: World, fields: Record<string, unknown>): Decision {
  const command = parseCommand(fields);
  if (!command.ok) throw new Error(JSON.stringify(command.error));
  const { value } = command;
  if (isQuestion(value) || value.type === 'events.replay') throw new Error('a query is not decided');
  const decided = decide(world, value, stamp, rules);
  if (!decided.ok) throw new Error(JSON.stringify(decided.error));
  return decided.value;
}

export function refuse(world: World, fields: Record<string, unknown>): Refusal {
  const command = parseCommand(fields);
  if (!command.ok) return command.error;
  const { value } = command;
  if (isQuestion(value) || value.type === 'events.replay') throw new Error('a query is not decided');
  const decided = decide(world, value, stamp, rules);
  if (decided.ok) throw new Error('the command was accepted');
  return decided.error;
}

export function zoneIn(world: World, zone: string): ZoneState {
  const state = world.zones.get(zone);
  if (state === undefined) throw new Error(`no zone ${zone}`);
  return state;
}
