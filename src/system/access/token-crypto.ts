/** Makes keys, signs and verifies tokens. Loaded when the first token comes, as the library is not needed at start. */
import { randomBytes } from 'node:crypto';
import { errors, exportJWK, generateKeyPair, importJWK, type JWK, jwtVerify, SignJWT } from 'jose';
import { err, ok, type Result } from '../../base/result.ts';
import { type Algorithm, claimsSchema, ISSUER, LONGEST_LIFE_MS, type TokenClaims, type TokenKey, tokenKeySchema } from './token-format.ts';

/** As RFC 8725 §3.11 advises: what the token is for stands in its header too. */
const TYPE = 'JWT';
const SECRET_BYTES = 32;

export async function makeKey(algorithm: Algorithm): Promise<TokenKey> {
  if (algorithm === 'HS256') return { kty: 'oct', alg: 'HS256', k: randomBytes(SECRET_BYTES).toString('base64url') };
  const { privateKey } = await generateKeyPair('EdDSA', { extractable: true });
  return tokenKeySchema.parse({ ...(await exportJWK(privateKey)), alg: 'EdDSA' });
}

export async function signToken(key: TokenKey, claims: TokenClaims): Promise<string> {
  return new SignJWT({ ...claims }).setProtectedHeader({ alg: key.alg, typ: TYPE }).sign(await importJWK({ ...key }));
}

/**
 * Signature, issuer, type and time. That `iat` has passed is not asked: a Pi without a clock of its own may start in the
 * past, and who holds the key sets the time anyway.
 * @returns the claims, or why not, without anything of the token.
 */
export async function verifyToken(key: TokenKey, token: string, nowMs: number): Promise<Result<TokenClaims, string>> {
  try {
    const { payload } = await jwtVerify(token, await importJWK(publicHalf(key)), {
      algorithms: [key.alg],
      issuer: ISSUER,
      typ: TYPE,
      requiredClaims: ['sub', 'iat', 'exp', 'jti'],
      currentDate: new Date(nowMs),
    });
    const claims = claimsSchema.safeParse(payload);
    if (!claims.success) return err(`its claim ${String(claims.error.issues[0]?.path[0])} is malformed`);
    if ((claims.data.exp - claims.data.iat) * 1000 > LONGEST_LIFE_MS) return err('it lives longer than ten years');
    return ok(claims.data);
  } catch (cause) {
    if (!(cause instanceof errors.JOSEError)) throw cause;
    return err(whyNot(cause));
  }
}

function publicHalf(key: TokenKey): JWK {
  if (key.alg === 'HS256') return { ...key };
  const { kty, crv, alg, x } = key;
  return { kty, crv, alg, x };
}

function whyNot(cause: errors.JOSEError): string {
  if (cause instanceof errors.JWTExpired) return 'it has expired';
  if (cause instanceof errors.JWTClaimValidationFailed) return `its claim ${cause.claim} does not hold`;
  if (cause instanceof errors.JWSSignatureVerificationFailed) return 'it was signed with another key, or changed';
  if (cause instanceof errors.JOSEAlgNotAllowed) return 'it was signed with another algorithm than that of our key';
  return 'it is no valid token';
}
