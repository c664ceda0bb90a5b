/**
 * Finds out who comes: users of the configuration by their passwords, tokens by their signature and the list of what was
 * issued. Owns the waiting of addresses that fail. Nothing of what it is given reaches a log.
 */
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { assert } from '../../base/assert-never.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import { err, ok, type Result } from '../../base/result.ts';
import { type Account, type Authenticator, type Credentials, type Denial, local } from '../../core/access/account.ts';
import { Backoff } from '../../core/access/backoff.ts';
import { type UserConfig, userNameSchema } from '../../model/config-access.ts';
import { PasswordCheck } from './password-check.ts';
import { defaultParameters, type Hasher, nobodysHash, type PasswordHash, parseHash } from './password-hash.ts';
import { TokenFiles } from './token-files.ts';
import { grantOf, looksLikeToken, MOST_TOKEN_CHARACTERS, type TokenClaims } from './token-format.ts';

/** In UTF-16 units. */
export const MOST_PASSWORD_CHARACTERS = 1024;
/** How soon a revoked or expired token's clients lose access. */
const REVIEW_MS = 5000;

type Users = Readonly<Record<string, UserConfig>>;

export interface AuthenticatorParts {
  readonly users: Users;
  /** The store's, where the files of the tokens lie. */
  readonly folder: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly hasher?: Hasher;
}

interface User {
  readonly config: UserConfig;
  readonly hash: PasswordHash;
}

export class ConfiguredAuthenticator implements Authenticator {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #backoff = new Backoff();
  readonly #passwords: PasswordCheck;
  readonly #tokens: TokenFiles;
  #users: ReadonlyMap<string, User> = new Map();
  #nobody = nobodysHash(defaultParameters);
  /** As what user each account came in: another password ends what came in by the old one. */
  readonly #cameAs = new WeakMap<Account, UserConfig>();
  #timer: NodeJS.Timeout | undefined;
  /** The state of the tokens at the last review. */
  #reviewed = '';

  constructor({ users, folder, clock, logger, hasher }: AuthenticatorParts) {
    this.#clock = clock;
    this.#logger = logger;
    this.#passwords = new PasswordCheck(hasher);
    this.#tokens = new TokenFiles(folder, logger);
    this.configure(users);
  }

  /** Tokens alone make nobody log in: without users the broker is for this machine only. */
  get isRequired(): boolean {
    return this.#users.size > 0;
  }

  /** Takes the users of a configuration that was read anew. Whoever is connected has to be reviewed after it. */
  configure(users: Users): void {
    const known = new Map<string, User>();
    for (const [name, config] of Object.entries(users)) {
      const hash = parseHash(config.password);
      assert(hash !== null, 'the schema takes hashes only'); // to pass over one could leave no users, and the door open
      known.set(name, { config, hash });
    }
    const [first] = known.values();
    this.#users = known;
    this.#nobody = nobodysHash(first?.hash ?? defaultParameters);
  }

  /** @param onChanged is told when tokens were issued, revoked or have expired: whoever is connected has to be reviewed. */
  async start(onChanged: () => void, everyMs = REVIEW_MS): Promise<void> {
    this.#timer = setInterval(() => void this.#review(onChanged), everyMs).unref();
    await this.#review(onChanged); // sessions of an earlier process are their tokens'
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async authenticate(credentials: Credentials): Promise<Result<Account, Denial>> {
    if (!this.isRequired) return ok(local);
    const { username, password, address } = credentials;
    const name = countedAs(username, password ?? '');
    if (this.#waitMs(address, name) > 0) return deny('too many failures from there, it has to wait', 'later');
    const found = await this.#find(username ?? '', password ?? '', address, name).catch((cause: unknown) => {
      this.#logger.error({ err: cause }, 'a login could not be checked');
      return deny('it could not be checked', 'failed');
    });
    if (found.ok) this.#backoff.succeeded(address, name, this.#nowMs());
    else if (found.error.kind === 'credentials') this.#backoff.failed(address, name, this.#nowMs());
    return found;
  }

  renew(account: Account): Account | null {
    if (!this.isRequired) return local;
    if (account.user === null) return null;
    if (account.token !== null) return this.#tokens.entry(account.token.id, this.#clock.wallMs()) === null ? null : account;
    const user = this.#users.get(account.user);
    const before = this.#cameAs.get(account);
    if (user === undefined || (before !== undefined && before.password !== user.config.password)) return null;
    return isDeepStrictEqual(before, user.config) ? account : this.#accountOf(account.user, user.config);
  }

  async #find(username: string, password: string, address: string, name: string): Promise<Result<Account, Denial>> {
    if (password === '') return deny('it came without a password');
    if (looksLikeToken(password)) return this.#byToken(username, password);
    if (password.length > MOST_PASSWORD_CHARACTERS) return deny('its password is longer than any that a user can have');
    const user = this.#users.get(username);
    const verdict = await this.#passwords.check({
      user: username,
      password,
      written: user?.config.password ?? null,
      wanted: user?.hash ?? this.#nobody,
      mayGoOn: () => this.#waitMs(address, name) === 0,
    });
    if (verdict === 'busy' && this.#waitMs(address, name) > 0) return deny('too many failures from there meanwhile', 'later');
    if (verdict === 'busy') return deny('too many logins at once, it could not be checked', 'failed');
    // A reload may have come meanwhile: what is let in must be somebody now.
    const now = this.#users.get(username);
    if (now === undefined) return deny('there is no such user');
    const right = verdict === 'right' && now.config.password === user?.config.password;
    return right ? ok(this.#accountOf(username, now.config)) : deny('wrong password');
  }

  async #byToken(username: string, token: string): Promise<Result<Account, Denial>> {
    if (token.length > MOST_TOKEN_CHARACTERS) return deny(`its token is longer than ${MOST_TOKEN_CHARACTERS} characters`);
    await this.#tokens.look();
    const { key } = this.#tokens;
    if (key === null) return deny('its token cannot be checked: there is no key, or its files are damaged');
    const { verifyToken } = await import('./token-crypto.ts'); // late: few need it, and none at start
    const claims = await verifyToken(key, token, this.#clock.wallMs());
    return claims.ok ? this.#byClaims(username, claims.value) : deny(`its token was refused: ${claims.error}`);
  }

  /** The list has the last word: what is not in it, or stands there otherwise, was not issued here. */
  #byClaims(username: string, { sub, role, zones, exp, jti }: TokenClaims): Result<Account, Denial> {
    if (username !== '' && username !== sub) return deny('its token is for another name');
    const entry = this.#tokens.entry(jti, this.#clock.wallMs());
    if (entry === null) return deny(`its token ${jti} was revoked, or not issued here`);
    const expires = new Date(exp * 1000).toISOString();
    if (grantOf(entry) !== grantOf({ name: sub, role, zones: zones ?? null, expires }))
      return deny(`its token ${jti} is not as it was issued`);
    return ok({ user: sub, role, zones: zones === undefined ? null : new Set(zones), token: { id: jti, expiresMs: exp * 1000 } });
  }

  #accountOf(user: string, config: UserConfig): Account {
    const { role, zones } = config;
    const account: Account = { user, role, zones: zones === undefined ? null : new Set(zones), token: null };
    this.#cameAs.set(account, config);
    return account;
  }

  async #review(onChanged: () => void): Promise<void> {
    if (!this.isRequired) return;
    await this.#tokens.look();
    const state = this.#tokens.state(this.#clock.wallMs());
    const changed = state !== this.#reviewed;
    this.#reviewed = state;
    if (changed) onChanged();
  }

  #waitMs(address: string, name: string): number {
    return this.#backoff.waitMs(address, name, this.#nowMs());
  }

  #nowMs(): number {
    return this.#clock.monotonicUs() / 1000;
  }
}

/**
 * Under what name failures count. All that nobody can be called count as one; each token counts by itself, as those without a
 * user name are of many devices, and nobody guesses one.
 */
function countedAs(username: string | null, password: string): string {
  const isToken = looksLikeToken(password) && password.length <= MOST_TOKEN_CHARACTERS;
  if (isToken) return `token ${createHash('sha256').update(password).digest('base64url')}`;
  return userNameSchema.safeParse(username).data ?? '';
}

function deny(why: string, kind: Denial['kind'] = 'credentials'): Result<never, Denial> {
  return err({ kind, why });
}
