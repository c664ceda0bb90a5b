/** Mistakes of groups: ids that zones have, and members that are no zones or stand there twice. Pure. */
import { nearest } from '../base/nearest.ts';
import type { Config } from './config.ts';
import type { Mistake, Unjudged } from './config-mistake.ts';

export function checkGroups(config: Config, unjudged: Unjudged): Mistake[] {
  return Object.entries(config.groups).flatMap(([id, { zones }]) => [
    ...checkId(config, id),
    ...(unjudged.has(`groups.${id}`) ? [] : zones.flatMap((_, index) => checkMember(config, id, zones, index))),
  ]);
}

function checkId({ zones }: Config, id: string): Mistake[] {
  if (!Object.hasOwn(zones, id)) return [];
  return [{ path: ['groups', id], message: 'must not have the id of a zone: whatever takes a zone takes a group' }];
}

function checkMember(config: Config, id: string, zones: readonly string[], index: number): Mistake[] {
  const got = zones[index] ?? '';
  const path = ['groups', id, 'zones', index];
  if (zones.indexOf(got) < index) return [{ path, message: 'must name each zone once', got }];
  const known = Object.keys(config.zones);
  if (known.includes(got)) return [];
  const message = `must be one of the zones: ${known.slice(0, 12).join(', ')}`;
  if (Object.hasOwn(config.groups, got)) return [{ path, message: `${message}; groups hold no groups`, got }];
  return [{ path, message, got, meant: nearest(got, known, 1) }];
}
