/** How groups of zones stand in the configuration. Whether their zones are there is judged in config-groups-check.ts. */
import * as z from 'zod';
import { text } from './fields.ts';
import { zoneIdSchema } from './ids.ts';

const optional = z.exactOptional;

/** Bounds what one change of a zone makes to be published. */
const MOST_GROUPS = 64;
const zonesAllowed = 'must be a list of 1 to 64 zones';

export const groupSchema = z.strictObject({
  name: optional(text(64)),
  zones: z.array(text(32), { error: zonesAllowed }).min(1, { error: zonesAllowed }).max(64, { error: zonesAllowed }),
});
export type GroupConfig = z.infer<typeof groupSchema>;

/** Groups share their ids with zones: whatever takes a zone takes a group. */
export const groupsSchema = z
  .record(zoneIdSchema, groupSchema, { error: 'must map group ids to groups' })
  .refine((groups) => Object.keys(groups).length <= MOST_GROUPS, { error: `must hold at most ${MOST_GROUPS} groups` })
  .prefault({});
