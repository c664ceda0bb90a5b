import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runCli } from './support/run-cli.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'diuna-token-'));
  writeFileSync(join(folder, 'config.yaml'), readFileSync(new URL('../../config.yaml', import.meta.url)));
});
afterEach(() => rmSync(folder, { recursive: true }));

const token = (...words: string[]) => runCli(['token', ...words], folder);
const claimsOf = (text: string) => JSON.parse(Buffer.from(text.split('.')[1] ?? '', 'base64url').toString());
const list = async () => JSON.parse((await token('list', '--json')).stdout);

it('issues a token alone on standard output, for a year as a rule', async () => {
  const { code, stdout, stderr } = await token('create', 'ha');
  expect(code).toBe(0);
  const claims = claimsOf(stdout);
  expect(stdout).toMatch(/^eyJ[\w-]+\.[\w-]+\.[\w-]+\n$/);
  expect(claims).toMatchObject({ iss: 'diuna', sub: 'ha', role: 'controller', jti: expect.any(String) });
  expect(claims.exp - claims.iat).toBe(365 * 86_400);
  expect(stderr).toContain(`diuna token revoke ${claims.jti}`);
  expect(stderr).toContain('diuna user add');
  const files = readdirSync(join(folder, 'data')).map((name) => [name, statSync(join(folder, 'data', name)).mode & 0o777]);
  expect(Object.fromEntries(files)).toEqual({ 'token-key.json': 0o600, 'tokens.json': 0o600 });
});

it('takes role, zones and time', async () => {
  const { stdout } = await token('create', 'ha', '--role', 'controller', '--zones', 'floor,shelf', '--expires', '12h', '--alg', 'EdDSA');
  const claims = claimsOf(stdout);
  expect(claims).toMatchObject({ role: 'controller', zones: ['floor', 'shelf'] });
  expect(claims.exp - claims.iat).toBe(12 * 3600);
});

it.each([
  ['--expires', '3651d'],
  ['--expires', '0h'],
  ['--expires', 'never'],
  ['--alg', 'none'],
  ['--role', 'root'],
  ['--zones', 'flor'],
  ['--zones', 'all'],
])('refuses %s %s, and issues nothing', async (option, value) => {
  expect(await token('create', 'ha', option, value)).toMatchObject({ code: 2, stdout: '' });
  expect(await list()).toEqual([]);
});

it('names the zones that there are, of which all is none', async () => {
  const { stderr } = await token('create', 'ha', '--zones', 'x');
  expect(stderr).toBe('diuna: there is no zone "x"; there are floor, shelf\n');
});

it('takes zones for a controller only', async () => {
  const { code, stderr } = await token('create', 'ha', '--role', 'viewer', '--zones', 'floor');
  expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('a viewer commands none') });
  await token('create', 'ha', '--role', 'viewer');
  expect((await token('list')).stdout).toContain('viewer      –  until');
});

it('lists and revokes', async () => {
  await token('create', 'ha');
  const [entry] = await list();
  expect(entry).toMatchObject({ name: 'ha', role: 'controller', zones: null, revoked: null });
  expect((await token('list')).stdout).toBe(`${entry.id}  ha            controller  all zones  until ${entry.expires}\n`);
  expect(await token('revoke', entry.id)).toMatchObject({ code: 0, stderr: expect.stringContaining('is revoked') });
  expect(await list()).toMatchObject([{ id: entry.id, revoked: expect.any(String) }]);
  expect(await token('revoke', 'other')).toMatchObject({ code: 1, stderr: 'diuna: there is no token other: see diuna token list\n' });
});

it('says what is wrong with the files, and what helps', async () => {
  await token('create', 'ha');
  chmodSync(join(folder, 'data/token-key.json'), 0o644);
  expect(await token('create', 'ha')).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('chmod 600') });
  writeFileSync(join(folder, 'config.yaml'), 'strips: 1\n');
  expect(await token('list')).toMatchObject({ code: 78, stderr: expect.stringContaining('strips must map') });
});
