/** Who may come in, and what they may do: `users`, `tls`, and `mqtt.access` of the configuration. */
import * as z from 'zod';
import { oneOf, text } from './fields.ts';
import { zoneIdSchema } from './ids.ts';

const optional = z.exactOptional;

/** From less to more: a viewer reads states and events; a controller commands its zones too; an admin may do everything. */
export const roles = ['viewer', 'controller', 'admin'] as const;
export type Role = (typeof roles)[number];

const userAllowed = 'must be 1 to 64 of A-Z, a-z, 0-9, ".", "_", "@" and "-"';
export const userNameSchema = z.string({ error: userAllowed }).regex(/^[A-Za-z0-9._@-]{1,64}$/, { error: userAllowed });

const hashAllowed = 'must be a hash as "diuna user add" makes it: $scrypt$ln=15,r=8,p=1$<salt>$<hash>';
/** As in the PHC string format: N = 2^ln, salt and hash in base64 without padding. */
export const passwordHashSchema = z
  .string({ error: hashAllowed })
  .regex(/^\$scrypt\$ln=(1[0-8]),r=([1-9]|1\d|2[0-4]),p=[1-4]\$[A-Za-z0-9+/]{16,128}\$[A-Za-z0-9+/]{22,128}$/, { error: hashAllowed });

const zonesAllowed = 'must be a list of zones';
export const userSchema = z.strictObject({
  password: passwordHashSchema,
  role: oneOf(roles).default('controller'),
  /** Of a controller: the zones it may command; left out: all. */
  zones: optional(z.array(zoneIdSchema, { error: zonesAllowed }).min(1, { error: zonesAllowed })),
});
export type UserConfig = z.infer<typeof userSchema>;

export const usersSchema = z.record(userNameSchema, userSchema, { error: 'must map user names to users' }).prefault({});

/** Files in PEM; relative to the config file. Taken anew when they change. */
export const tlsSchema = z
  .strictObject({ cert: text(4096), key: text(4096) })
  .nullable()
  .default(null);

const filterAllowed = 'must be a topic filter: "+" and "#" only as whole levels, "#" last';
const allowances = ['none', 'read', 'write', 'readwrite'] as const;
export type Allowance = (typeof allowances)[number];

/**
 * What may be done with topics that are not diuna's own. The first rule that matches a topic and its client decides; where
 * none does, an admin may do everything and others nothing. `%c` stands for the client id, `%u` for the user.
 */
export const accessRuleSchema = z.strictObject({
  topic: z
    .string({ error: filterAllowed })
    .min(1, { error: filterAllowed })
    .max(512, { error: filterAllowed })
    .regex(/^(?!\$)(?:(?:[^+#\0/]*|\+)\/)*(?:[^+#\0/]*|\+|#)$/, { error: filterAllowed }),
  allow: oneOf(allowances),
  /** Whom it is about: who is one of these users and has one of these roles; what is left out asks nothing. */
  users: optional(z.array(userNameSchema, { error: 'must be a list of users' })),
  roles: optional(z.array(oneOf(roles), { error: 'must be a list of roles' })),
});
export type AccessRule = z.infer<typeof accessRuleSchema>;
