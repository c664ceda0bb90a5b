/**
 * Passwords as scrypt hashes (RFC 7914) in the PHC string format: `$scrypt$ln=15,r=8,p=1$<salt>$<hash>`, base64 without
 * padding. Makes and compares them; never keeps or prints a password.
 */
import { randomBytes, randomInt, scrypt, timingSafeEqual } from 'node:crypto';

export interface ScryptParameters {
  /** N = 2^ln. */
  readonly ln: number;
  readonly r: number;
  readonly p: number;
}

/**
 * 32 MiB and some 100 ms on a PC, a second or two on a Pi Zero, whose 512 MB this has to leave room in. OWASP's password
 * storage cheat sheet asks for p=3 at this N; at a third of it guesses at a stolen file are three times as fast, while
 * guesses at the door are slowed by the address's waiting. Whoever wants more writes hashes with more: they are taken.
 */
export const defaultParameters: ScryptParameters = { ln: 15, r: 8, p: 1 };

const SALT_BYTES = 16;
const HASH_BYTES = 32;

export interface PasswordHash extends ScryptParameters {
  readonly salt: Buffer;
  readonly hash: Buffer;
}

/** Replaced by tests, to count. */
export type Hasher = (password: string, salt: Buffer, length: number, parameters: ScryptParameters) => Promise<Buffer>;

/** Runs in Node's thread pool. One password typed on two systems may differ in how letters are composed: NFC (RFC 8265 §4.2). */
export const scryptHasher: Hasher = (password, salt, length, { ln, r, p }) => {
  const N = 2 ** ln;
  const maxmem = 128 * r * (N + p + 2) + 1024; // what scrypt needs (RFC 7914 §2), where Node allows 32 MiB by itself
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFC'), salt, length, { N, r, p, maxmem }, (error, key) => (error === null ? resolve(key) : reject(error)));
  });
};

/** @returns the text for the configuration. */
export async function hashPassword(password: string, parameters = defaultParameters, hasher = scryptHasher): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  return formatHash({ ...parameters, salt, hash: await hasher(password, salt, HASH_BYTES, parameters) });
}

/** @returns in the same time whether the password is nearly right or not at all. */
export async function isPassword(password: string, wanted: PasswordHash, hasher = scryptHasher): Promise<boolean> {
  const hash = await hasher(password, wanted.salt, wanted.hash.length, wanted);
  return timingSafeEqual(hash, wanted.hash);
}

/** Nobody's password, at the same cost as those like it: an unknown user must take as long as a known one. */
export function nobodysHash(parameters: ScryptParameters): PasswordHash {
  const { ln, r, p } = parameters;
  return { ln, r, p, salt: randomBytes(SALT_BYTES), hash: randomBytes(HASH_BYTES) };
}

export function formatHash({ ln, r, p, salt, hash }: PasswordHash): string {
  return `$scrypt$ln=${ln},r=${r},p=${p}$${unpadded(salt)}$${unpadded(hash)}`;
}

/** @returns `null` for what the configuration's schema refuses too. */
export function parseHash(text: string): PasswordHash | null {
  const parts = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/.exec(text);
  if (parts === null) return null;
  const [, ln, r, p, salt = '', hash = ''] = parts;
  return { ln: Number(ln), r: Number(r), p: Number(p), salt: Buffer.from(salt, 'base64'), hash: Buffer.from(hash, 'base64') };
}

/** Without the letters and digits that look alike: people copy it by hand. */
const alphabet = 'abcdefghjkmnpqrstuvwxyz23456789';
const GROUPS = 4;
const GROUP_LENGTH = 5;

/** @returns 99 bits of chance, such as `k7mfw-2xq9a-…`. */
export function makeUpPassword(): string {
  const group = () => Array.from({ length: GROUP_LENGTH }, () => alphabet.charAt(randomInt(alphabet.length))).join('');
  return Array.from({ length: GROUPS }, group).join('-');
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
