/**
 * What tokens and their files look like: the key (a JSON Web Key, RFC 7517), the list of what was issued, and the claims of
 * a token (RFC 7519). Both files lie in the store's folder, for the daemon's user alone.
 */
import * as z from 'zod';
import { roles, userNameSchema } from '../../model/config-access.ts';
import { zoneIdSchema } from '../../model/ids.ts';

export const KEY_FILE = 'token-key.json';
export const LIST_FILE = 'tokens.json';
export const ISSUER = 'diuna';

/** Longer ones are refused unread. */
export const MOST_TOKEN_CHARACTERS = 4096;
/** Ten years: a token has an end, as nobody thinks of one that was forgotten in a drawer. */
export const LONGEST_LIFE_MS = 10 * 366 * 86_400_000;
export const MOST_TOKENS = 1000;
/** Bytes of either file; the list at its bounds is far below. */
export const MOST_FILE_BYTES = 4_194_304;

export const algorithms = ['HS256', 'EdDSA'] as const;
export type Algorithm = (typeof algorithms)[number];

/** 256 bits and more, in base64url: RFC 7518 §3.2 asks for at least the hash's length. */
const secret = z.string().regex(/^[\w-]{43,512}$/);
const point = z.string().regex(/^[\w-]{43}$/);

/** The algorithm belongs to the key, so that no token can choose it (RFC 8725 §3.1). */
export const tokenKeySchema = z.discriminatedUnion('alg', [
  z.strictObject({ kty: z.literal('oct'), alg: z.literal('HS256'), k: secret }),
  z.strictObject({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), alg: z.literal('EdDSA'), x: point, d: point }),
]);
export type TokenKey = z.infer<typeof tokenKeySchema>;

const zones = z.array(zoneIdSchema).min(1).max(256);
const seconds = z.int().min(0).max(253_402_300_799); // the year 9999

export const claimsSchema = z.object({
  iss: z.literal(ISSUER),
  sub: userNameSchema,
  role: z.enum(roles),
  zones: zones.exactOptional(),
  /** Seconds since 1970. */
  iat: seconds,
  exp: seconds,
  jti: z.uuid(),
});
export type TokenClaims = z.infer<typeof claimsSchema>;

const moment = z.iso.datetime();

export const tokenEntrySchema = z.strictObject({
  id: z.uuid(),
  name: userNameSchema,
  role: z.enum(roles),
  zones: zones.nullable(),
  issued: moment,
  expires: moment,
  revoked: moment.nullable(),
});
export type TokenEntry = z.infer<typeof tokenEntrySchema>;

export const tokenListSchema = z.strictObject({ format: z.literal(1), tokens: z.array(tokenEntrySchema).max(MOST_TOKENS) });

/** As every token begins: `{"` in base64url. No password of a user may look like that. */
export function looksLikeToken(password: string): boolean {
  return /^eyJ[\w-]*\.[\w-]*\.[\w-]*$/.test(password);
}

/** Of an entry or of claims, to compare them: what a token says must be what was issued. */
export function grantOf({ name, role, zones, expires }: Pick<TokenEntry, 'name' | 'role' | 'zones' | 'expires'>): string {
  return JSON.stringify([name, role, zones, Date.parse(expires)]);
}

/** @throws SyntaxError, ZodError: their messages name places, never values of a key. */
export function parseFile<T>(schema: z.ZodType<T>, text: string): T {
  return schema.parse(JSON.parse(text));
}
