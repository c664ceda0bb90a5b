/**
 * The daemon under measurement, from the copied bundle: one strip in two halves, `floor` for commands and `shelf` for an
 * animation. Gamma and transitions are off, so that a frame shows the very bytes of a command.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Scratch } from './scratch.ts';
import { freePort, Spawned } from './spawned.ts';

export interface DiunaOptions {
  readonly store: 'memory' | 'disk';
  /** DDP to this port of loopback; left out: simulated. */
  readonly sinkPort?: number;
  /** 300 where left out. */
  readonly leds?: number;
  /** A folder that holds a store already. */
  readonly storePath?: string;
}

export interface DiunaHome {
  readonly configPath: string;
  readonly storePath: string;
  readonly port: number;
}

export async function makeHome(scratch: Scratch, { store, sinkPort, leds = 300, storePath }: DiunaOptions): Promise<DiunaHome> {
  const folder = await scratch.folder(store);
  const port = await freePort();
  const output = sinkPort === undefined ? { driver: 'simulated' } : { driver: 'ddp', host: '127.0.0.1', port: sinkPort };
  const home = { configPath: join(folder, 'config.yaml'), storePath: storePath ?? join(folder, 'data'), port };
  const config = {
    // the load comes from few clients on one address: the guards are not what is measured
    mqtt: {
      listen: [`127.0.0.1:${port}`],
      limits: { messages_per_second: 100_000, message_burst: 100_000, connections_per_address: 5000 },
    },
    http: { listen: null },
    store: { path: home.storePath },
    renderer: { fps: 60, transition: 0, gamma: 1 },
    strips: { main: { length: leds, order: 'RGB', output } },
    zones: { floor: { strip: 'main', range: [0, leds / 2 - 1] }, shelf: { strip: 'main', range: [leds / 2, leds - 1] } },
    home_assistant: { enabled: false },
  };
  await writeFile(home.configPath, stringify(config));
  return home;
}

export function diunaCommand(scratch: Scratch, { configPath }: DiunaHome): readonly string[] {
  return [process.execPath, join(scratch.bundle, 'diuna.js'), 'run', '-c', configPath];
}

export function spawnDiuna(scratch: Scratch, home: DiunaHome): Promise<Spawned> {
  return Spawned.start(diunaCommand(scratch, home), home.port, 'diuna is running');
}
