/** Identifiers of the installation and of its clients. Branded ids are minted only by parsing (protocol §0, §3). */
import * as z from 'zod';

const shape = /^[a-z0-9_-]{1,32}$/;
const allowed = 'must be 1 to 32 of a-z, 0-9, "_" and "-"';

/** The reserved name that means every zone. */
export const ALL = 'all';

export const zoneIdSchema = z
  .string({ error: allowed })
  .regex(shape, { error: allowed })
  .refine((id) => id !== ALL, { error: `${allowed}; "all" is reserved` })
  .brand<'ZoneId'>();
export type ZoneId = z.infer<typeof zoneIdSchema>;

export const stripIdSchema = z.string({ error: allowed }).regex(shape, { error: allowed }).brand<'StripId'>();
export type StripId = z.infer<typeof stripIdSchema>;

/** Ids of scenes, playlists, schedules and knobs. */
export const nameIdSchema = z.string({ error: allowed }).regex(shape, { error: allowed });

const requestIdAllowed = 'must be 1 to 64 of A-Z, a-z, 0-9, ".", "_", ":" and "-"';
export const requestIdSchema = z
  .string({ error: requestIdAllowed })
  .regex(/^[A-Za-z0-9._:-]{1,64}$/, { error: requestIdAllowed })
  .brand<'RequestId'>();
export type RequestId = z.infer<typeof requestIdSchema>;
