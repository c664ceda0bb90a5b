/** How a process ends whose threads hang: built by itself and run, as it ends whoever calls it. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { exitCodes } from '../../src/cli/exit-codes.ts';

let folder: string;
let script: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'diuna-end-'));
  script = join(folder, 'end-process.mjs');
  const entry = new URL('../../src/cli/end-process.ts', import.meta.url).pathname;
  buildSync({ entryPoints: [entry], outfile: script, bundle: true, platform: 'node', format: 'esm', target: 'node20' });
  execFileSync('mkfifo', [join(folder, 'never')]);
});
afterAll(() => rmSync(folder, { recursive: true }));

function end(code: number, before: string): { readonly status: number | null; readonly signal: string | null } {
  const text = `import { readFile } from 'node:fs/promises'; import { endProcess } from ${JSON.stringify(script)}; ${before} void endProcess(${code});`;
  const { status, signal } = spawnSync(process.execPath, ['--input-type=module', '-e', text], { cwd: folder });
  return { status, signal };
}

/** Opening it waits for a writer that never comes, as reading does on a card that hangs. The store reads by promises, too. */
const hang = "void readFile('never');";

it('exits with its code where nothing hangs', () => {
  expect(end(exitCodes.restart, '')).toEqual({ status: exitCodes.restart, signal: null });
});

it('where a disk hangs ends by a signal that systemd takes for an orderly end, and to be started again by one that it does not', () => {
  expect(end(exitCodes.ok, hang)).toEqual({ status: null, signal: 'SIGTERM' });
  expect(end(exitCodes.restart, hang)).toEqual({ status: null, signal: 'SIGKILL' });
});
