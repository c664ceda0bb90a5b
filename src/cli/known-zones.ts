/** The zones of the daemon, and what to say of one that is not among them. */
import { listed, nearest } from '../base/nearest.ts';
import { unknownZone } from '../core/names.ts';
import { zoneIdSchema } from '../model/ids.ts';
import type { Refusal } from '../model/refusal.ts';

/** @param known ids and states as the daemon answered them. @returns `null` where the zone is one of them. */
export function missingZone(known: readonly (readonly [string, unknown])[], wanted: string): Refusal | null {
  if (known.some(([id]) => id === wanted)) return null;
  // The daemon's own words, which come from a catalog: of ours no more is known than the names.
  const ids = known.flatMap(([id]) => zoneIdSchema.safeParse(id).data ?? []);
  const zones = new Map(ids.map((id) => [String(id), { id, name: id, length: 0, colorModes: [] }]));
  return unknownZone({ zones, effects: [], palettes: [] }, wanted);
}

/** Of a place where `all` is no name. @returns what is wrong with the first of the zones that is not known, or `null`. */
export function unknownOf(known: readonly string[], wanted: readonly string[]): string | null {
  const missing = wanted.find((zone) => !known.includes(zone));
  if (missing === undefined) return null;
  const meant = nearest(missing, known);
  return `there is no zone "${missing}"; ${meant.length > 0 ? `did you mean ${meant.join(', ')}?` : `there are ${listed(known)}`}`;
}
