import { chmod, chown, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importJWK, type JWK, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { zoneIdSchema } from '../../../src/model/ids.ts';
import { ConfiguredAuthenticator } from '../../../src/system/access/authenticator.ts';
import { hashPassword } from '../../../src/system/access/password-hash.ts';
import { TokenDesk, type TokenWish } from '../../../src/system/access/token-desk.ts';
import type { Algorithm } from '../../../src/system/access/token-format.ts';
import { loggerTo } from '../../../src/system/logger.ts';
import { FakeClock } from '../../support/fakes.ts';
import { isRoot } from '../../support/programs.ts';

const hour = 3_600_000;
const floor = zoneIdSchema.parse('floor');
let folder: string;
let clock: FakeClock;
let desk: TokenDesk;
let authenticator: ConfiguredAuthenticator;
let log: Record<string, unknown>[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'diuna-tokens-'));
  clock = new FakeClock();
  desk = new TokenDesk(folder, clock);
  log = [];
  const logger = loggerTo({ write: (line) => void log.push(JSON.parse(line)) }, 'debug');
  const password = await hashPassword('correct horse', { ln: 10, r: 8, p: 1 });
  authenticator = new ConfiguredAuthenticator({ users: { anna: { password, role: 'admin' } }, folder, clock, logger });
});
afterEach(() => rm(folder, { recursive: true }));

const create = (wish: Partial<TokenWish> = {}) =>
  desk.create({ name: 'ha', role: 'controller', zones: [floor], lifeMs: hour, algorithm: null, ...wish });
/** Each from an address of its own, so that none waits for the failures of others. */
let addresses = 0;
const login = (token: string, username: string | null = null) => {
  addresses += 1;
  return authenticator.authenticate({ username, password: token, address: `10.0.${addresses >> 8}.${addresses & 255}` });
};
const denied = (why: RegExp) => ({ ok: false, error: { kind: 'credentials', why: expect.stringMatching(why) } });

async function keyFile(): Promise<JWK> {
  return JSON.parse(await readFile(join(folder, 'token-key.json'), 'utf8'));
}

const claimsOf = (token: string): JWTPayload => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
const sign = async (claims: JWTPayload, key: JWK, alg: string) =>
  new SignJWT(claims).setProtectedHeader({ alg, typ: 'JWT' }).sign(await importJWK({ ...key, alg }));

describe.each<Algorithm>(['HS256', 'EdDSA'])('a token of %s', (algorithm) => {
  it('carries what it is for, and lets its holder in', async () => {
    const { token, entry } = await create({ algorithm });
    expect(claimsOf(token)).toEqual({
      iss: 'diuna',
      sub: 'ha',
      role: 'controller',
      zones: ['floor'],
      iat: clock.wall / 1000,
      exp: (clock.wall + hour) / 1000,
      jti: entry.id,
    });
    expect(await login(token)).toMatchObject({ ok: true, value: { user: 'ha', zones: new Set(['floor']) } });
  });

  it('is refused with another algorithm than the key', async () => {
    const { token } = await create({ algorithm });
    const claims = claimsOf(token);
    const key = await keyFile();
    const secret = Buffer.from(String(key.x ?? key.k), 'base64url').toString('base64url');
    const pem = Buffer.from(JSON.stringify({ kty: key.kty, crv: key.crv, x: key.x })).toString('base64url');
    const other = algorithm === 'HS256' ? 'HS512' : 'HS256';
    const bytes = Buffer.alloc(64, 7).toString('base64url');
    expect(await login(await sign(claims, { kty: 'oct', k: algorithm === 'HS256' ? bytes : secret }, other))).toEqual(denied(/algorithm/));
    expect(await login(await sign(claims, { kty: 'oct', k: pem }, algorithm === 'HS256' ? 'HS384' : 'HS256'))).toEqual(denied(/algorithm/));
    expect(await login(new UnsecuredJWT(claims).encode())).toMatchObject({ ok: false });
    const header = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url');
    const [, payload, signature] = token.split('.');
    expect(await login(`${header}.${payload}.`)).toMatchObject({ ok: false });
    expect(await login(`${header}.${payload}.${signature}`)).toMatchObject({ ok: false });
  });

  it('is refused when it was changed or signed with a foreign key', async () => {
    const { token } = await create({ algorithm });
    const [header, , signature] = token.split('.');
    const raised = Buffer.from(JSON.stringify({ ...claimsOf(token), role: 'admin' })).toString('base64url');
    expect(await login(`${header}.${raised}.${signature}`)).toEqual(denied(/another key, or changed/));
    const foreign = new TokenDesk(join(folder, 'foreign'), clock);
    const theirs = await foreign.create({ name: 'ha', role: 'admin', zones: null, lifeMs: hour, algorithm });
    expect(await login(theirs.token)).toEqual(denied(/another key/));
  });

  it('is refused when it is over', async () => {
    const { token } = await create({ algorithm });
    clock.wall += hour;
    expect(await login(token)).toEqual(denied(/expired/));
  });
});

describe('a token that our key signed', () => {
  /** What is undefined is left out. */
  const forge = async (changed: Readonly<Record<string, unknown>>) => {
    const claims: JWTPayload = JSON.parse(JSON.stringify({ ...claimsOf((await create()).token), ...changed }));
    return sign(claims, await keyFile(), 'HS256');
  };

  it.each<[string, Readonly<Record<string, unknown>>, RegExp]>([
    ['not yet valid', { nbf: Date.parse('2030-01-01') / 1000 }, /claim nbf/],
    ['for another issuer', { iss: 'other' }, /claim iss/],
    ['without an end', { exp: undefined }, /claim exp/],
    ['without an id', { jti: undefined }, /claim jti/],
    ['with zones that are none', { zones: 'floor' }, /claim zones is malformed/],
    ['with a zone that cannot be', { zones: ['floor', 7] }, /claim zones is malformed/],
    ['with no zones at all', { zones: [] }, /claim zones is malformed/],
    ['with a role that is none', { role: 'root' }, /claim role is malformed/],
    ['for longer than ten years', { exp: Date.parse('2066-01-01') / 1000 }, /ten years/],
    ['with more than was issued', { role: 'admin' }, /not as it was issued/],
    ['for all zones, where it was issued for one', { zones: undefined }, /not as it was issued/],
    ['for longer than it was issued', { exp: Date.parse('2027-01-01') / 1000 }, /not as it was issued/],
    ['that is in no list', { jti: '00000000-0000-4000-8000-000000000000' }, /not issued here/],
  ])('is refused %s', async (_, changed, why) => {
    expect(await login(await forge(changed))).toEqual(denied(why));
  });

  it('is refused unread when it is huge', async () => {
    expect(await login(await forge({ padding: 'x'.repeat(5000) }))).toEqual(denied(/longer than 4096/));
  });
});

describe('the files', () => {
  it('are for the owner of the folder alone, and keep no token', async () => {
    const { token } = await create();
    expect((await readdir(folder)).sort()).toEqual(['token-key.json', 'tokens.json']);
    for (const name of await readdir(folder)) {
      const { mode, uid } = await stat(join(folder, name));
      expect({ name, mode: mode & 0o777, uid }).toEqual({ name, mode: 0o600, uid: (await stat(folder)).uid });
    }
    expect(await readFile(join(folder, 'tokens.json'), 'utf8')).not.toContain(token.slice(-40));
  });

  it.skipIf(!isRoot())('belong to whom the folder belongs, whoever issues', async () => {
    await chown(folder, 4242, 4343);
    await new TokenDesk(join(folder, 'deeper/store'), clock).create({
      name: 'ha',
      role: 'admin',
      zones: null,
      lifeMs: hour,
      algorithm: null,
    });
    for (const path of ['deeper', 'deeper/store', 'deeper/store/tokens.json', 'deeper/store/token-key.json'])
      expect(await stat(join(folder, path)), path).toMatchObject({ uid: 4242, gid: 4343 });
  });

  it('take effect when they change: a new token is let in, a revoked one is not', async () => {
    const [one, other] = [await create(), await create({ name: 'other' })];
    expect(await login(one.token)).toMatchObject({ ok: true });
    expect((await desk.revoke(one.entry.id))?.revoked).not.toBeNull();
    expect(await login(one.token)).toEqual(denied(/revoked/));
    expect(await login(other.token)).toMatchObject({ ok: true });
    expect(await login((await create()).token)).toMatchObject({ ok: true });
  });

  it('refuse everybody where the list is lost, and say so once', async () => {
    const { token } = await create();
    await rm(join(folder, 'tokens.json'));
    expect(await login(token)).toEqual(denied(/cannot be checked/));
    await login(token);
    expect(log.filter(({ level }) => level === 'error')).toMatchObject([
      { missing: 'tokens.json', msg: expect.stringContaining('missing') },
    ]);
  });

  it.each(['tokens.json', 'token-key.json'])(
    'refuse tokens where %s is damaged, say so once without its content, and let passwords in',
    async (name) => {
      const { token } = await create();
      const whole = await readFile(join(folder, name), 'utf8');
      await writeFile(join(folder, name), whole.slice(0, -20));
      expect(await login(token)).toEqual(denied(/cannot be checked/));
      await login(token);
      const errors = log.filter(({ level }) => level === 'error');
      expect(errors).toMatchObject([{ folder, msg: expect.stringContaining('damaged') }]);
      expect(JSON.stringify(errors)).not.toContain((await keyFile().catch(() => ({ k: whole.slice(30, 60) }))).k?.slice(0, 10));
      expect(await login('correct horse', 'anna')).toMatchObject({ ok: true });
      await expect(create()).rejects.toMatchObject({ code: 'damaged' });
      await writeFile(join(folder, name), whole);
      expect(await login(token)).toMatchObject({ ok: true });
    },
  );

  it('let nobody in while others can read them, and issue nothing', async () => {
    const { token } = await create();
    await chmod(join(folder, 'token-key.json'), 0o644);
    expect(await login(token)).toEqual(denied(/cannot be checked/));
    expect(log).toMatchObject([{ level: 'error', cure: expect.stringContaining('chmod 600') }]);
    await expect(create()).rejects.toMatchObject({ code: 'open_to_all' });
    await chmod(join(folder, 'token-key.json'), 0o640);
    expect(await login(token)).toMatchObject({ ok: true });
    expect(log.at(-1)).toMatchObject({ level: 'warn' });
  });

  it('keep no token that is over', async () => {
    await create();
    clock.wall += 2 * hour;
    const { entry } = await create({ name: 'new' });
    expect(await desk.list()).toEqual([entry]);
    expect(JSON.parse(await readFile(join(folder, 'tokens.json'), 'utf8'))).toEqual({ format: 1, tokens: [entry] });
  });

  it('lose nothing where many are issued at once', async () => {
    const issued = await Promise.all(Array.from({ length: 12 }, (_, index) => create({ name: `n${index}` })));
    expect((await desk.list()).map(({ id }) => id).sort()).toEqual(issued.map(({ entry }) => entry.id).sort());
    for (const { token } of issued) expect(await login(token)).toMatchObject({ ok: true });
  });

  it('are changed although a change was cut off long ago, and not while one is under way', async () => {
    const rest = join(folder, '.tokens.json.new');
    await writeFile(rest, '{');
    await utimes(rest, 0, 0);
    expect(await login((await create()).token)).toMatchObject({ ok: true });
    await writeFile(rest, '{');
    await expect(create()).rejects.toMatchObject({ code: 'cannot_write', cure: expect.stringContaining('try again') });
  });
});

it('a key is for one algorithm', async () => {
  await create({ algorithm: 'EdDSA' });
  await expect(create({ algorithm: 'HS256' })).rejects.toMatchObject({ code: 'other_algorithm' });
  expect((await create()).token).toMatch(/^eyJ/);
});

it('a token that would be longer than is let in is not issued', async () => {
  const zones = Array.from({ length: 200 }, (_, index) => zoneIdSchema.parse(`a-zone-with-a-long-name-${index}`));
  await expect(create({ zones })).rejects.toMatchObject({ code: 'token_too_long' });
  expect(await desk.list()).toEqual([]);
});

it('revoking what is not there changes nothing', async () => {
  await create();
  const before = await stat(join(folder, 'tokens.json'));
  expect(await desk.revoke('nothing')).toBeNull();
  expect((await stat(join(folder, 'tokens.json'))).ino).toBe(before.ino);
});
