/** What the `zone` of a command may name: a zone, a group, or `all`. The one place that knows which zones a name means. Pure. */
import type { GroupDeclaration } from '../model/catalog.ts';
import { ALL } from '../model/ids.ts';

/** The names that there are, and whatever is known of each zone: a `Catalog` is one. */
export interface ZoneNames<Zone extends object> {
  readonly zones: ReadonlyMap<string, Zone>;
  readonly groups: ReadonlyMap<string, Pick<GroupDeclaration, 'zones'>>;
}

/** @returns the ids of the zones that the name means, or `null` where there is none of that name. */
export function memberIds({ zones, groups }: ZoneNames<object>, name: string): readonly string[] | null {
  if (zones.has(name)) return [name];
  if (name === ALL) return [...zones.keys()];
  return groups.get(name)?.zones ?? null;
}

/** @returns the zones that the name means, or `null` where there is none of that name. */
export function membersOf<Zone extends object>(names: ZoneNames<Zone>, name: string): readonly Zone[] | null {
  return memberIds(names, name)?.flatMap((id) => names.zones.get(id) ?? []) ?? null;
}

/** The names that stand for zones without being one. */
export function severalNames({ groups }: Pick<ZoneNames<object>, 'groups'>): readonly string[] {
  return [ALL, ...groups.keys()];
}
