import { spawn } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isPassword, parseHash } from '../../src/system/access/password-hash.ts';
import { loadConfig } from '../../src/system/config-file.ts';
import { hasProgram, isRoot } from '../support/programs.ts';
import { runCli } from './support/run-cli.ts';

const shipped = readFileSync(new URL('../../config.yaml', import.meta.url), 'utf8');
let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'diuna-user-'));
  path = join(folder, 'config.yaml');
  writeFileSync(path, shipped, { mode: 0o640 });
});
afterEach(() => rmSync(folder, { recursive: true }));

const user = (...words: string[]) => runCli(['user', ...words], folder);
const addBy = (password: string, ...words: string[]) =>
  runCli(['user', 'add', ...words, '--password-stdin'], folder, { input: `${password}\n` });
const text = () => readFileSync(path, 'utf8');

async function users() {
  const config = await loadConfig(path);
  if (!config.ok) throw new Error(JSON.stringify(config.error));
  return config.value.users;
}

async function knows(name: string, password: string): Promise<boolean> {
  const hash = parseHash((await users())[name]?.password ?? '');
  return hash !== null && (await isPassword(password, hash));
}

describe('user add', () => {
  it('adds a user who logs in by the password, and says what to do next', async () => {
    const { code, stdout, stderr } = await addBy('correct horse', 'anna', '--role', 'admin');
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toBe('config.yaml: user anna added, admin; a running daemon takes it at SIGHUP: systemctl reload diuna\n');
    expect(await knows('anna', 'correct horse')).toBe(true);
    expect(text().startsWith(shipped)).toBe(true);
    expect(await runCli(['check'], folder)).toMatchObject({ code: 0 });
  });

  it('makes a password up and prints it alone', async () => {
    const { stdout, stderr } = await user('add', 'bob', '--generate', '--zones', 'floor,shelf');
    expect(await knows('bob', stdout.trim())).toBe(true);
    expect(stderr).not.toContain(stdout.trim());
    expect((await users())['bob']).toMatchObject({ role: 'controller', zones: ['floor', 'shelf'] });
  });

  it('gives a user that is there a new password, and leaves it what it was', async () => {
    await addBy('correct horse', 'anna', '--role', 'viewer');
    const { stderr } = await addBy('another horse', 'anna');
    expect(stderr).toContain('user anna has a new password, viewer');
    expect(await knows('anna', 'another horse')).toBe(true);
  });

  it.each([
    ['too short', 'sevenxx', 'at least 8 characters'],
    ['what looks like a token', 'eyJhbGci.eyJzdWIi.abc', 'look like a token'],
    ['with a control character', 'correct\thorse', 'control characters'],
    ['endless', 'x'.repeat(2000), 'at most 1024'],
  ])('takes no password that is %s', async (_, password, why) => {
    const { code, stderr } = await addBy(password, 'anna');
    expect(code).toBe(2);
    expect(stderr).toContain(why);
    expect(stderr).not.toContain(password);
    expect(text()).toBe(shipped);
  });

  it('says what it needs where it cannot ask', async () => {
    expect(await user('add', 'anna')).toMatchObject({ code: 2, stderr: expect.stringContaining('--password-stdin or --generate') });
    expect(await user('add', 'an na', '--generate')).toMatchObject({ code: 2, stderr: expect.stringContaining('1 to 64 of') });
    expect(await user('add', 'anna', '--generate', '--role', 'root')).toMatchObject({ code: 2 });
    expect(await user('add', 'anna', '--generate', '--zones', 'a,,b')).toMatchObject({ code: 2 });
    for (const role of ['viewer', 'admin']) {
      const { code, stderr } = await user('add', 'anna', '--generate', '--role', role, '--zones', 'floor');
      expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('--zones is for the role controller') });
    }
    expect(text()).toBe(shipped);
  });

  it('changes no config that has mistakes, and says which', async () => {
    writeFileSync(path, `${shipped}\nunheard: of\n`);
    const { code, stdout, stderr } = await user('add', 'anna', '--generate');
    expect({ code, stdout }).toEqual({ code: 78, stdout: '' });
    expect(stderr).toContain('unheard is an unknown key');
    expect(text()).toBe(`${shipped}\nunheard: of\n`);
    expect(await user('add', 'anna', '--generate', '-c', 'nowhere.yaml')).toMatchObject({
      code: 78,
      stderr: expect.stringContaining('does not exist'),
    });
  });

  it('cures a config that listens beyond loopback without users, and breaks none that relies on them', async () => {
    writeFileSync(path, shipped.replace('[127.0.0.1:1883]', '[0.0.0.0:1883]'));
    expect(await runCli(['check'], folder)).toMatchObject({ code: 78 });
    expect(await user('add', 'anna', '--generate')).toMatchObject({ code: 0 });
    expect(await runCli(['check'], folder)).toMatchObject({ code: 0 });
    const before = text();
    expect(await user('remove', 'anna')).toMatchObject({ code: 78 });
    expect(text()).toBe(before);
  });

  it('keeps mode and owner, and the link that leads to the file', async () => {
    const link = join(folder, 'link.yaml');
    symlinkSync('config.yaml', link);
    if (isRoot()) chownSync(path, 4242, 4343);
    expect(await user('add', 'anna', '--generate', '-c', 'link.yaml')).toMatchObject({ code: 0 });
    expect(readFileSync(link, 'utf8')).toContain('anna:');
    const { mode, uid, gid } = statSync(path);
    expect(mode & 0o777).toBe(0o640);
    if (isRoot()) expect({ uid, gid }).toEqual({ uid: 4242, gid: 4343 });
  });

  it('says so where everybody can read the hash', async () => {
    chmodSync(path, 0o644);
    expect((await user('add', 'anna', '--generate')).stderr).toContain('every user of this machine can read');
  });

  it('loses nobody where several are added at once', async () => {
    const names = ['a', 'b', 'c', 'd'];
    const codes = await Promise.all(names.map(async (name) => (await user('add', name, '--generate')).code));
    expect(codes).toEqual([0, 0, 0, 0]);
    expect(Object.keys(await users()).sort()).toEqual(names);
  });
});

describe.skipIf(!hasProgram('script'))('at a terminal', () => {
  /** Types a line at each prompt. */
  function typeAt(lines: readonly string[]): Promise<{ code: number | null; seen: string }> {
    const command = `${process.execPath} ${fileURLToPath(new URL('../../dist/diuna.js', import.meta.url))} user add anna`;
    const child = spawn('script', ['-qec', command, '/dev/null'], { cwd: folder, stdio: 'pipe' });
    let [seen, typed] = ['', 0];
    child.stdout.on('data', (chunk) => {
      seen += String(chunk);
      const line = lines[typed];
      if (line === undefined || !seen.endsWith(': ')) return;
      typed += 1;
      child.stdin.write(line);
    });
    return new Promise((resolve) => child.on('close', (code) => resolve({ code, seen })));
  }

  it('asks twice and shows nothing of what is typed', async () => {
    const { code, seen } = await typeAt(['correct hors\x7fse\r', 'correct horse\r']);
    expect({ code, seen }).toMatchObject({ code: 0, seen: expect.stringContaining('user anna added') });
    expect(seen).not.toContain('horse');
    expect(await knows('anna', 'correct horse')).toBe(true);
  });

  it('changes nothing where the two differ, or Ctrl-C is typed', async () => {
    expect(await typeAt(['correct horse\r', 'another horse\r'])).toMatchObject({
      code: 2,
      seen: expect.stringContaining('the two differ'),
    });
    expect((await typeAt(['correct \x03'])).code).toBe(130);
    expect(text()).toBe(shipped);
  });
});

describe('user remove', () => {
  it('removes a user', async () => {
    await addBy('correct horse', 'anna');
    await addBy('correct horse', 'bob');
    expect(await user('remove', 'anna')).toMatchObject({ code: 0 });
    expect(Object.keys(await users())).toEqual(['bob']);
    expect(await user('remove', 'bob')).toMatchObject({ code: 0, stderr: expect.stringContaining('no users are left') });
    expect(await users()).toEqual({});
  });

  it('names the tokens of that name, which stay valid', async () => {
    await addBy('correct horse', 'anna');
    const ids: string[] = [];
    for (const name of ['anna', 'anna', 'bob']) {
      const { stderr } = await runCli(['token', 'create', name], folder);
      ids.push(/token (\S+) for/.exec(stderr)?.[1] ?? '');
    }
    await runCli(['token', 'revoke', String(ids[0])], folder);
    const { code, stderr } = await user('remove', 'anna');
    expect(code).toBe(0);
    expect(stderr).toContain(`diuna token revoke ${ids[1]}\n`);
    expect(stderr).not.toContain(ids[0]);
    expect(stderr).not.toContain(ids[2]);
  });

  it('exits with 1 where there is none of that name', async () => {
    expect(await user('remove', 'nobody')).toMatchObject({ code: 1, stderr: 'diuna: there is no user nobody in config.yaml\n' });
  });
});

describe('user list', () => {
  it('lists names, roles and zones, and no hash', async () => {
    await addBy('correct horse', 'anna', '--role', 'admin');
    await addBy('correct horse', 'bob', '--zones', 'floor');
    expect((await user('list')).stdout).toBe('anna          admin       –\nbob           controller  floor\n');
    expect(JSON.parse((await user('list', '--json')).stdout)).toEqual([
      { name: 'anna', role: 'admin', zones: null },
      { name: 'bob', role: 'controller', zones: ['floor'] },
    ]);
  });

  it('says so where there are none', async () => {
    expect(await user('list')).toMatchObject({ code: 0, stdout: '', stderr: expect.stringContaining('there are no users') });
    expect((await user('list', '--json')).stdout).toBe('[]\n');
  });
});
