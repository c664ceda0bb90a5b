import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { expect, it } from 'vitest';
import { dropRights } from '../../src/system/drop-rights.ts';
import { isRoot } from '../support/programs.ts';

it('a user who does not exist, or is root, is refused with the cure', () => {
  expect(() => dropRights('no-such-user')).toThrow(
    expect.objectContaining({ code: 'no_such_user', cure: expect.stringContaining('useradd') }),
  );
  expect(() => dropRights('-x; reboot')).toThrow(expect.objectContaining({ code: 'no_such_user' }));
  expect(() => dropRights('root')).toThrow(expect.objectContaining({ code: 'user_is_root' }));
});

/** Runs in a process of its own, as rights do not come back. */
function inProcess(script: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'diuna-rights-'));
  try {
    const outfile = join(folder, 'drop.mjs');
    const contents = `import { dropRights } from './src/system/drop-rights.ts';\n${script}`;
    buildSync({ stdin: { contents, resolveDir: process.cwd() }, bundle: true, platform: 'node', format: 'esm', outfile });
    return execFileSync(process.execPath, [outfile], { encoding: 'utf8' });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (isRoot()) {
  it('root becomes the user with its groups and cannot go back; doing it again is nothing', () => {
    const script = `
    dropRights('nobody'); dropRights('nobody');
    let back = true;
    try { process.setuid(0); } catch { back = false; }
    console.log(JSON.stringify({ root: process.getuid() === 0 || process.getgroups().includes(0), back }));`;
    expect(JSON.parse(inProcess(script))).toEqual({ root: false, back: false });
  });

  it('an ordinary user cannot become another', () => {
    const script = `
    dropRights('nobody');
    try { dropRights('daemon'); console.log('became'); } catch (cause) { console.log(cause.code); }`;
    expect(inProcess(script)).toBe('not_root\n');
  });
}
