/** Starts what is attacked: a bare aedes, or the daemon as it is configured by default, each on free ports of loopback. */
import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Scratch } from '../bench/servers/scratch.ts';
import { freePort, Spawned } from '../bench/servers/spawned.ts';
import { PASSWORD, type Target } from './attack.ts';
import { BARE, BARE_READY } from './bare-aedes.ts';

export interface Attacked {
  readonly target: Target;
  readonly server: Spawned;
}

export async function startServer(scratch: Scratch, kind: Target['kind'], users: boolean): Promise<Attacked> {
  const target = { kind, port: await freePort(), httpPort: await freePort(), users };
  return { target, server: await (kind === 'bare' ? startBare(target) : startDiuna(scratch, target)) };
}

function startBare({ port, httpPort, users }: Target): Promise<Spawned> {
  const words = [BARE, String(port), String(httpPort), users ? 'users' : 'open'];
  return Spawned.start([process.execPath, process.argv[1] ?? '', ...words], port, BARE_READY);
}

/** All limits are the default ones. */
async function startDiuna(scratch: Scratch, { port, httpPort, users }: Target): Promise<Spawned> {
  const folder = await scratch.folder('disk');
  const configPath = join(folder, 'config.yaml');
  const program = join(scratch.bundle, 'diuna.js');
  const config = {
    mqtt: { listen: [`127.0.0.1:${port}`], access: users ? [{ topic: 'open/#', allow: 'read', roles: ['viewer'] }] : [] },
    http: { listen: `127.0.0.1:${httpPort}` },
    store: { path: join(folder, 'data') },
    strips: { main: { length: 60 } },
    zones: { floor: { strip: 'main', range: [0, 59] } },
  };
  await writeFile(configPath, stringify(config));
  for (const [name, role] of users ? [['owner', 'admin'] as const, ['guest', 'viewer'] as const] : []) {
    const words = [program, 'user', 'add', name, '-c', configPath, '--role', role, '--password-stdin'];
    execFileSync(process.execPath, words, { input: `${PASSWORD}\n`, stdio: ['pipe', 'ignore', 'pipe'] });
  }
  return Spawned.start([process.execPath, program, 'run', '-c', configPath], port, 'diuna is running');
}
