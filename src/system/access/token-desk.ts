/** Issues, lists and revokes tokens, for the command line. Writes the two files that the daemon reads. */
import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import { Fault } from '../../base/fault.ts';
import type { Role } from '../../model/config-access.ts';
import type { ZoneId } from '../../model/ids.ts';
import { type PrivateFile, readPrivate } from './private-file.ts';
import {
  type Algorithm,
  ISSUER,
  KEY_FILE,
  LIST_FILE,
  MOST_TOKEN_CHARACTERS,
  MOST_TOKENS,
  parseFile,
  type TokenEntry,
  type TokenKey,
  tokenKeySchema,
  tokenListSchema,
} from './token-format.ts';
import { makeFolder, type Ownership, updateFile } from './update-file.ts';

const OWNER_ONLY = 0o600;

export interface TokenWish {
  readonly name: string;
  readonly role: Role;
  /** `null`: all. */
  readonly zones: readonly ZoneId[] | null;
  readonly lifeMs: number;
  /** Of the first token, whose key is made with it; `null`: that of the key, or HS256. */
  readonly algorithm: Algorithm | null;
}

export class TokenDesk {
  readonly #folder: string;
  readonly #clock: Clock;

  /** @param folder of the store. */
  constructor(folder: string, clock: Clock) {
    this.#folder = folder;
    this.#clock = clock;
  }

  /** @throws Fault */
  async create(wish: TokenWish): Promise<{ readonly token: string; readonly entry: TokenEntry }> {
    await makeFolder(this.#folder);
    const issued = Math.floor(this.#clock.wallMs() / 1000); // s, as in the token
    const expires = issued + Math.floor(wish.lifeMs / 1000);
    const entry = { id: randomUUID(), name: wish.name, role: wish.role, zones: wish.zones === null ? null : [...wish.zones] };
    const listed: TokenEntry = { ...entry, issued: iso(issued), expires: iso(expires), revoked: null };
    let token = '';
    await this.#change(async (entries) => {
      if (entries.length >= MOST_TOKENS) throw new Fault('too_many_tokens', `there are ${entries.length} tokens`, 'revoke some');
      token = await this.#sign(await this.#key(wish.algorithm), listed, issued, expires);
      return [...entries, listed];
    });
    return { token, entry: listed };
  }

  /** @returns `null` where there is no such token. @throws Fault */
  async revoke(id: string): Promise<TokenEntry | null> {
    if ((await this.list()).every((entry) => entry.id !== id)) return null;
    let revoked: TokenEntry | null = null;
    await this.#change(async (entries) => {
      const now = iso(Math.floor(this.#clock.wallMs() / 1000));
      const changed = entries.map((entry) => (entry.id === id ? { ...entry, revoked: entry.revoked ?? now } : entry));
      revoked = changed.find((entry) => entry.id === id) ?? null;
      return changed;
    });
    return revoked;
  }

  /** @returns those that have not expired. @throws Fault */
  async list(): Promise<readonly TokenEntry[]> {
    const file = await this.#read(LIST_FILE);
    const { tokens } = file === null ? { tokens: [] } : parsed(tokenListSchema, file);
    return tokens.filter(({ expires }) => this.#clock.wallMs() < Date.parse(expires));
  }

  /** What has expired goes at each change. */
  async #change(change: (entries: readonly TokenEntry[]) => Promise<readonly TokenEntry[]>): Promise<void> {
    await updateFile(join(this.#folder, LIST_FILE), await this.#ownership(), async () => {
      const tokens = await change(await this.list());
      return `${JSON.stringify({ format: 1, tokens }, null, 2)}\n`;
    });
  }

  async #key(algorithm: Algorithm | null): Promise<TokenKey> {
    const file = await this.#read(KEY_FILE);
    if (file !== null) {
      const key = parsed(tokenKeySchema, file);
      if (algorithm === null || algorithm === key.alg) return key;
      const cure = `leave out --alg; or remove ${KEY_FILE} and ${LIST_FILE} from ${this.#folder}, which ends every token`;
      throw new Fault('other_algorithm', `the key of this store is for ${key.alg}`, cure);
    }
    const { makeKey } = await import('./token-crypto.ts');
    const key = await makeKey(algorithm ?? 'HS256');
    await updateFile(join(this.#folder, KEY_FILE), await this.#ownership(), async () => `${JSON.stringify(key)}\n`);
    return key;
  }

  async #sign(key: TokenKey, { id, name, role, zones }: TokenEntry, iat: number, exp: number): Promise<string> {
    const { signToken } = await import('./token-crypto.ts');
    const claims = { iss: ISSUER, sub: name, role, ...(zones === null ? {} : { zones }), iat, exp, jti: id } as const;
    const token = await signToken(key, claims);
    if (token.length <= MOST_TOKEN_CHARACTERS) return token;
    throw new Fault('token_too_long', `with so many zones the token has ${token.length} characters`, 'name fewer zones');
  }

  /** @throws Fault where others could read it: what they know they can sign with. */
  async #read(name: string): Promise<PrivateFile | null> {
    const path = join(this.#folder, name);
    const file = await readPrivate(path).catch((cause: unknown) => {
      throw new Fault('cannot_read', `${path} cannot be read`, 'run this as root (sudo), or as the user of the daemon', cause);
    });
    if (file?.openTo !== 'everybody') return file;
    throw new Fault(
      'open_to_all',
      `${path} can be read by every user of this machine`,
      `chmod 600 ${path}; where others may have read it, remove it`,
    );
  }

  /** The folder's owner runs the daemon, whoever runs this. */
  async #ownership(): Promise<Ownership> {
    const { uid, gid } = await stat(this.#folder);
    return { uid, gid, mode: OWNER_ONLY };
  }
}

function parsed<T>(schema: Parameters<typeof parseFile<T>>[0], { path, text }: PrivateFile): T {
  try {
    return parseFile(schema, text);
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    // Without the cause: a parser may quote a key.
    throw new Fault('damaged', `${path} is damaged`, `restore it, or remove ${KEY_FILE} and ${LIST_FILE}, which ends every token`);
  }
}

/** @param seconds since 1970. */
function iso(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
