/** The zones of the daemon, and what to say of one that is not among them. */
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
