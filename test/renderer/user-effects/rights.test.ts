/** Whose rights the user's effects have, in a daemon that was started as root to become somebody else. */
import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { RunningCli } from '../../cli/support/run-cli.ts';
import { effectText } from '../../support/effects-folder.ts';
import { isRoot } from '../../support/programs.ts';
import { childrenOf, userOf } from '../support/processes.ts';
import { until } from '../support/until.ts';

const NOBODY = 65534;

let folder: string;
let daemon: RunningCli | undefined;
afterEach(() => {
  daemon?.process.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

function configure(more: string): void {
  const head = "mqtt: { listen: ['127.0.0.1:0'] }\nhttp: { listen: null }\nstore: { path: ./data }\n";
  writeFileSync(
    join(folder, 'config.yaml'),
    `${head}strips: { main: { length: 20 } }\nzones: { floor: { strip: main, range: [0, 19] } }\n${more}`,
  );
}

async function start(more: string): Promise<number> {
  folder = mkdtempSync(join(tmpdir(), 'diuna-rights-'));
  chmodSync(folder, 0o755);
  chownSync(folder, NOBODY, NOBODY);
  writeFileSync(join(folder, 'mine.mjs'), effectText('mine', ''), { mode: 0o644 });
  configure(more);
  daemon = new RunningCli(['run', '--user', 'nobody'], folder);
  await expect.poll(() => daemon?.stderr, { timeout: 10_000 }).toContain('diuna is running');
  return daemon.process.pid ?? 0;
}

describe.runIf(isRoot())('where no strip needs root', () => {
  it.each(['auto', 'process', 'thread'])('nothing keeps it, with the isolation %s, and the effects are run', async (isolation) => {
    const pid = await start(`renderer: { isolation: ${isolation} }\neffects: { path: . }\n`);
    const children = childrenOf(pid);
    expect(children).toHaveLength(isolation === 'thread' ? 0 : 1);
    expect([pid, ...children].map(userOf)).toEqual([pid, ...children].map(() => NOBODY));
    expect(daemon?.stderr).not.toContain('effect_refused');
  });

  it('a reload that brings effects puts them in a process of their own, without root', async () => {
    const pid = await start('');
    expect(childrenOf(pid)).toEqual([]);
    configure('effects: { path: . }\n');
    daemon?.process.kill('SIGHUP');
    await until(() => childrenOf(pid).length === 1);
    expect(childrenOf(pid).map(userOf)).toEqual([NOBODY]);
  });
});
