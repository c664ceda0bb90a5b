import { describe, expect, it } from 'vitest';
import { passwordHashSchema } from '../../../src/model/config-access.ts';
import { PasswordCheck, type PasswordQuestion } from '../../../src/system/access/password-check.ts';
import {
  type Hasher,
  hashPassword,
  isPassword,
  makeUpPassword,
  nobodysHash,
  type PasswordHash,
  parseHash,
  scryptHasher,
} from '../../../src/system/access/password-hash.ts';
import { looksLikeToken } from '../../../src/system/access/token-format.ts';

const cheap = { ln: 10, r: 8, p: 1 };

async function hashOf(password: string): Promise<{ written: string; wanted: PasswordHash }> {
  const written = await hashPassword(password, cheap);
  const wanted = parseHash(written);
  if (wanted === null) throw new Error('no hash');
  return { written, wanted };
}

describe('a hash', () => {
  it('is written as the configuration wants it, with a salt of its own', async () => {
    const [one, other] = [await hashPassword('correct horse'), await hashPassword('correct horse')];
    expect(passwordHashSchema.safeParse(one).success).toBe(true);
    expect(one).toMatch(/^\$scrypt\$ln=15,r=8,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(one).not.toBe(other);
  });

  it('knows its password, and no other', async () => {
    const { wanted } = await hashOf('correct horse');
    expect(await isPassword('correct horse', wanted)).toBe(true);
    expect(await isPassword('correct horsf', wanted)).toBe(false);
    expect(await isPassword('', wanted)).toBe(false);
  });

  it('is that of RFC 7914', async () => {
    // §12: scrypt("pleaseletmein", "SodiumChloride", N=16384, r=8, p=1)
    const key = await scryptHasher('pleaseletmein', Buffer.from('SodiumChloride'), 64, { ln: 14, r: 8, p: 1 });
    expect(key.toString('hex')).toMatch(/^7023bdcb3afd7348461c06cd81fd38eb/);
    // and beyond the memory that Node allows by itself
    expect(await scryptHasher('x', Buffer.alloc(16), 32, { ln: 16, r: 8, p: 2 })).toHaveLength(32);
  });

  it('does not mind how letters were composed', async () => {
    const { wanted } = await hashOf('zażółć gęślą'.normalize('NFD'));
    expect(await isPassword('zażółć gęślą'.normalize('NFC'), wanted)).toBe(true);
  });
});

it('a made-up password is long, readable, never the same, and no token', () => {
  const made = new Set(Array.from({ length: 200 }, makeUpPassword));
  expect(made.size).toBe(200);
  for (const password of made) {
    expect(password).toMatch(/^([a-hjkmnp-z2-9]{5}-){3}[a-hjkmnp-z2-9]{5}$/);
    expect(looksLikeToken(password)).toBe(false);
  }
});

describe('checking', () => {
  /** Counts, and can hold back. */
  function watched() {
    const state = { runs: 0, now: 0, most: 0, gate: Promise.resolve() };
    const hasher: Hasher = async (...question) => {
      state.runs += 1;
      state.now += 1;
      state.most = Math.max(state.most, state.now);
      await state.gate;
      const key = await scryptHasher(...question);
      state.now -= 1;
      return key;
    };
    return { state, hasher };
  }
  const ask = (user: string, password: string, hash: { written: string | null; wanted: PasswordHash }): PasswordQuestion => ({
    user,
    password,
    ...hash,
    mayGoOn: () => true,
  });

  it('hashes for an unknown user as for a known one, and lets it in by nothing', async () => {
    const { state, hasher } = watched();
    const check = new PasswordCheck(hasher);
    expect(await check.check(ask('nobody', 'x', { written: null, wanted: nobodysHash(cheap) }))).toBe('wrong');
    expect(state.runs).toBe(1);
    expect(await check.check(ask('anna', 'x', await hashOf('correct horse')))).toBe('wrong');
    expect(state.runs).toBe(2);
  });

  it('hashes a right password once, and a wrong one each time', async () => {
    const { state, hasher } = watched();
    const check = new PasswordCheck(hasher);
    const hash = await hashOf('correct horse');
    for (let times = 0; times < 3; times += 1) expect(await check.check(ask('anna', 'correct horse', hash))).toBe('right');
    expect(state.runs).toBe(1);
    for (let times = 0; times < 3; times += 1) expect(await check.check(ask('anna', 'correct horsf', hash))).toBe('wrong');
    expect(state.runs).toBe(4);
  });

  it('forgets what was right when the hash changes, and takes it for no other user', async () => {
    const { state, hasher } = watched();
    const check = new PasswordCheck(hasher);
    const hash = await hashOf('correct horse');
    await check.check(ask('anna', 'correct horse', hash));
    expect(await check.check(ask('anna', 'correct horse', await hashOf('another one')))).toBe('wrong');
    expect(await check.check(ask('bob', 'correct horse', await hashOf('another one')))).toBe('wrong');
    expect(state.runs).toBe(3);
  });

  it('works on two at once; a hundred wait, and more are sent away', async () => {
    const { state, hasher } = watched();
    let open: () => void = () => {};
    state.gate = new Promise((resolve) => {
      open = resolve;
    });
    const check = new PasswordCheck(hasher);
    const hash = await hashOf('correct horse');
    const all = Array.from({ length: 110 }, (_, index) => check.check(ask('anna', `wrong ${index}`, hash)));
    expect(await Promise.all(all.slice(102))).toEqual(Array(8).fill('busy'));
    open();
    expect(await Promise.all(all.slice(0, 102))).toEqual(Array(102).fill('wrong'));
    expect(state).toMatchObject({ runs: 102, most: 2, now: 0 });
  });

  it('costs one hash where many come in by the same password at once', async () => {
    const { state, hasher } = watched();
    const check = new PasswordCheck(hasher);
    const hash = await hashOf('correct horse');
    const all = await Promise.all(Array.from({ length: 50 }, () => check.check(ask('anna', 'correct horse', hash))));
    expect(new Set(all)).toEqual(new Set(['right']));
    expect(state.runs).toBe(2);
  });

  it('goes on after a hash that failed', async () => {
    let fails = true;
    const check = new PasswordCheck((...question) => (fails ? Promise.reject(new Error('no memory')) : scryptHasher(...question)));
    const hash = await hashOf('correct horse');
    for (let times = 0; times < 3; times += 1) await expect(check.check(ask('anna', 'x', hash))).rejects.toThrow('no memory');
    fails = false;
    expect(await check.check(ask('anna', 'correct horse', hash))).toBe('right');
  });
});
