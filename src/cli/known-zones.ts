/** The zones and groups of the daemon, and what to say of a name that is not among them. */
import * as z from 'zod';
import { listed, nearest } from '../base/nearest.ts';
import { err, ok, type Result } from '../base/result.ts';
import { unknownZone } from '../core/names.ts';
import { memberIds } from '../core/zone-names.ts';
import type { GroupDeclaration } from '../model/catalog.ts';
import { zoneIdSchema } from '../model/ids.ts';
import type { Refusal } from '../model/refusal.ts';
import { type Connection, parseJson } from './connection.ts';

type Known = readonly (readonly [string, unknown])[];
type Groups = ReadonlyMap<string, GroupDeclaration>;

const noGroups: Groups = new Map();
const infoSchema = z.object({ groups: z.record(z.string(), z.object({ name: z.string(), zones: z.array(z.string()) })) });

/** @param known ids and states as the daemon answered them. @returns `null` where the zone is one of them. */
export function missingZone(known: Known, wanted: string): Refusal | null {
  return known.some(([id]) => id === wanted) ? null : missingName(known, noGroups, wanted);
}

/**
 * The ids of the zones that a name means: of a zone, a group or `all`. The daemon is asked for its groups where it is none of its zones.
 * @param known ids and states as the daemon answered them.
 */
export async function namedZones(connection: Connection, known: Known, wanted: string): Promise<Result<readonly string[], Refusal>> {
  const zones = new Map(known.map(([id]) => [id, {}]));
  const own = memberIds({ zones, groups: noGroups }, wanted);
  if (own !== null) return ok(own);
  const groups = await groupsOf(connection);
  const members = memberIds({ zones, groups }, wanted);
  return members === null ? err(missingName(known, groups, wanted)) : ok(members);
}

/** Those of `diuna/info`; none of a daemon that has none yet. @throws NoReply, Unreachable */
async function groupsOf(connection: Connection): Promise<Groups> {
  const info = infoSchema.safeParse(parseJson(await connection.retained(connection.topics.info)));
  return info.success ? new Map(Object.entries(info.data.groups).map(([id, group]) => [id, { id, ...group }])) : noGroups;
}

/** The daemon's own words, which come from a catalog: of zones no more is known here than the names. */
function missingName(known: Known, groups: Groups, wanted: string): Refusal {
  const ids = known.flatMap(([id]) => zoneIdSchema.safeParse(id).data ?? []);
  const zones = new Map(ids.map((id) => [String(id), { id, name: id, length: 0, colorModes: [] }]));
  return unknownZone({ zones, groups, effects: [], palettes: [] }, wanted);
}

/** Of a place where `all` is no name. @returns what is wrong with the first of the zones that is not known, or `null`. */
export function unknownOf(known: readonly string[], wanted: readonly string[]): string | null {
  const missing = wanted.find((zone) => !known.includes(zone));
  if (missing === undefined) return null;
  const meant = nearest(missing, known);
  return `there is no zone "${missing}"; ${meant.length > 0 ? `did you mean ${meant.join(', ')}?` : `there are ${listed(known)}`}`;
}
