import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Account, type Credentials, type Denial, local } from '../../../src/core/access/account.ts';
import type { UserConfig } from '../../../src/model/config-access.ts';
import { zoneIdSchema } from '../../../src/model/ids.ts';
import { ConfiguredAuthenticator } from '../../../src/system/access/authenticator.ts';
import { type Hasher, hashPassword, scryptHasher } from '../../../src/system/access/password-hash.ts';
import { TokenDesk } from '../../../src/system/access/token-desk.ts';
import { loggerTo } from '../../../src/system/logger.ts';
import { FakeClock } from '../../support/fakes.ts';

const cheap = { ln: 10, r: 8, p: 1 };
const address = '192.0.2.7';
const right = 'correct horse';
const floor = zoneIdSchema.parse('floor');

let anna: UserConfig;
let hashed: number;
let clock: FakeClock;
let log: string[];
let folder: string;
let authenticator: ConfiguredAuthenticator;
const counting: Hasher = (...question) => {
  hashed += 1;
  return scryptHasher(...question);
};

beforeAll(async () => {
  anna = { password: await hashPassword(right, cheap), role: 'controller', zones: [floor] };
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'diuna-access-'));
  clock = new FakeClock();
  [hashed, log] = [0, []];
  const logger = loggerTo({ write: (line) => void log.push(line) }, 'debug');
  authenticator = new ConfiguredAuthenticator({ users: { anna }, folder, clock, logger, hasher: counting });
});
afterEach(() => rm(folder, { recursive: true }));

const login = (username: string | null, password: string | null, from = address) =>
  authenticator.authenticate({ username, password, address: from } satisfies Credentials);

async function accountOf(username: string | null, password: string): Promise<Account> {
  const found = await login(username, password);
  if (!found.ok) throw new Error(found.error.why);
  return found.value;
}

async function denialOf(...credentials: Parameters<typeof login>): Promise<Denial> {
  const found = await login(...credentials);
  if (found.ok) throw new Error('was let in');
  return found.error;
}

describe('without users', () => {
  it('lets everybody in as a local admin, whatever they say', async () => {
    authenticator.configure({});
    expect(authenticator.isRequired).toBe(false);
    expect(await accountOf('who', 'ever')).toBe(local);
    expect(authenticator.renew(local)).toBe(local);
    expect(hashed).toBe(0);
  });
});

describe('by password', () => {
  it('lets a user in with its role and zones', async () => {
    expect(await accountOf('anna', right)).toEqual({ user: 'anna', role: 'controller', zones: new Set(['floor']), token: null });
  });

  it('hashes for everybody it does not know, and says to nobody but the log what was wrong', async () => {
    expect(await denialOf('anna', 'wrong')).toEqual({ kind: 'credentials', why: 'wrong password' });
    expect(await denialOf('nobody', right)).toEqual({ kind: 'credentials', why: 'there is no such user' });
    expect(await denialOf('constructor', right)).toMatchObject({ kind: 'credentials' });
    expect(await denialOf('__proto__', right)).toMatchObject({ kind: 'credentials' });
    expect(hashed).toBe(4);
  });

  it('needs a password, and looks at none that is endless', async () => {
    expect((await denialOf('anna', null)).kind).toBe('credentials');
    expect((await denialOf('anna', '')).kind).toBe('credentials');
    expect((await denialOf(null, null)).kind).toBe('credentials');
    expect((await denialOf('anna', 'x'.repeat(60_000))).kind).toBe('credentials');
    expect(hashed).toBe(0);
  });

  it('makes an address wait after three failures, without hashing, the right password too', async () => {
    for (let times = 0; times < 3; times += 1) expect((await denialOf('anna', 'wrong')).kind).toBe('credentials');
    expect((await denialOf('anna', right)).kind).toBe('later');
    expect(hashed).toBe(3);
    expect((await login('anna', right, '192.0.2.8')).ok).toBe(true);
    clock.monotonic += 1_000_000;
    expect((await login('anna', right)).ok).toBe(true);
  });

  it('gives no more guesses to many that come at once', async () => {
    const all = await Promise.all(Array.from({ length: 40 }, (_, index) => denialOf('anna', `wrong ${index}`)));
    // the three that are free, and the two that were under way by then
    expect(all.filter(({ kind }) => kind === 'credentials').length).toBeLessThanOrEqual(5);
    expect(hashed).toBeLessThanOrEqual(5);
  });

  it('never rejects: what cannot be checked is tried again later, and counts as no failure', async () => {
    const logger = loggerTo({ write: (line) => void log.push(line) }, 'debug');
    const hasher: Hasher = () => Promise.reject(new Error('no memory'));
    authenticator = new ConfiguredAuthenticator({ users: { anna }, folder, clock, logger, hasher });
    for (let times = 0; times < 5; times += 1)
      expect(await denialOf('anna', right)).toEqual({ kind: 'failed', why: 'it could not be checked' });
    expect(log.join()).toContain('no memory');
  });
});

describe('after a reload', () => {
  it('an account has the role and the zones that it has now', async () => {
    const before = await accountOf('anna', right);
    expect(authenticator.renew(before)).toBe(before);
    authenticator.configure({ anna: { password: anna.password, role: 'admin' } });
    const after = authenticator.renew(before);
    expect(after).toEqual({ user: 'anna', role: 'admin', zones: null, token: null });
    expect(after !== null && authenticator.renew(after)).toBe(after);
  });

  it('an account is gone with its user, and with the password that it came in by', async () => {
    const before = await accountOf('anna', right);
    authenticator.configure({ anna: { ...anna, password: await hashPassword('another', cheap) } });
    expect(authenticator.renew(before)).toBeNull();
    expect((await denialOf('anna', right)).kind).toBe('credentials');
    authenticator.configure({ bob: anna });
    expect(authenticator.renew(before)).toBeNull();
  });

  it('an account by name alone is that of the user', () => {
    expect(authenticator.renew({ user: 'anna', role: 'viewer', zones: new Set(), token: null })).toMatchObject({ role: 'controller' });
    expect(authenticator.renew({ user: 'bob', role: 'viewer', zones: new Set(), token: null })).toBeNull();
    expect(authenticator.renew(local)).toBeNull();
  });
});

describe('by token', () => {
  const issue = (name = 'ha') => {
    const wish = { name, role: 'viewer', zones: null, lifeMs: 3_600_000, algorithm: null } as const;
    return new TokenDesk(folder, clock).create(wish);
  };

  it('lets its holder in, with its name or none, without a hash, and without a user of that name', async () => {
    const { token, entry } = await issue();
    const account = { user: 'ha', role: 'viewer', zones: null, token: { id: entry.id, expiresMs: Date.parse(entry.expires) } };
    expect(await accountOf('ha', token)).toEqual(account);
    expect(await accountOf(null, token)).toEqual(account);
    expect(await accountOf('', token)).toEqual(account);
    expect(await denialOf('anna', token)).toEqual({ kind: 'credentials', why: 'its token is for another name' });
    expect(hashed).toBe(0);
  });

  it('makes failures wait too', async () => {
    await issue();
    for (let times = 0; times < 3; times += 1) expect((await denialOf('ha', 'eyJ.eyJ.x')).kind).toBe('credentials');
    expect((await denialOf('ha', 'eyJ.eyJ.x')).kind).toBe('later');
    // but no other device's token behind the same router
    expect((await login(null, (await issue()).token)).ok).toBe(true);
  });

  it('tells when tokens come and go, and renews none that is revoked or over', async () => {
    let told = 0;
    const reviewed = async (change: () => Promise<unknown>) => {
      const before = told;
      await change();
      while (told === before) await new Promise((resolve) => setTimeout(resolve, 10));
    };
    const { token, entry } = await issue();
    const account = await accountOf('ha', token);
    void authenticator.start(() => {
      told += 1;
    }, 50);
    try {
      await reviewed(async () => {});
      expect(authenticator.renew(account)).toBe(account);
      await reviewed(() => new TokenDesk(folder, clock).revoke(entry.id));
      expect(authenticator.renew(account)).toBeNull();
      const other = await accountOf('ha', (await issue()).token);
      expect(authenticator.renew(other)).toBe(other);
      clock.wall += 3_600_000;
      expect(authenticator.renew(other)).toBeNull();
    } finally {
      authenticator.stop();
    }
  });
});

it('nothing that is secret reaches the log', async () => {
  const { token } = await new TokenDesk(folder, clock).create({
    name: 'ha',
    role: 'admin',
    zones: null,
    lifeMs: 3_600_000,
    algorithm: null,
  });
  await login('anna', right);
  await login('anna', 'wrong-password');
  await login('ha', token);
  await login('ha', `${token.slice(0, -6)}AAAAAA`);
  const whys = [await denialOf('bob', 'wrong-password'), await denialOf('bob', token)].map(({ why }) => why);
  for (const text of [...log, ...whys]) expect(text).not.toMatch(/wrong-password|correct horse|eyJ|scrypt/);
});
