/**
 * A whole daemon for scenarios: over real sockets, with a real store in a folder of its own and the renderer's real
 * thread. `startInProcess` shares the test's process; `spawnDaemon` runs the bundle, to be killed.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Clock } from '../../src/base/clock.ts';
import { type Daemon, type DaemonOptions, startDaemon } from '../../src/daemon.ts';
import { loggerTo } from '../../src/system/logger.ts';
import { carrier } from './carrier.ts';
import { until } from './until.ts';

const dist = new URL('../../dist/', import.meta.url);

export interface Home {
  readonly folder: string;
  readonly configPath: string;
  readonly port: number;
  /** Writes the config file anew; keys replace whole sections, but for `mqtt`, which keeps its address. */
  configure(sections: Readonly<Record<string, unknown>>): Promise<void>;
  remove(): Promise<void>;
}

/** A folder with a config: two RGB zones and one RGBW, all simulated, on a free port of loopback. */
export async function makeHome(sections: Readonly<Record<string, unknown>> = {}): Promise<Home> {
  const folder = await mkdtemp(join(tmpdir(), 'diuna-'));
  const configPath = join(folder, 'config.yaml');
  const port = await freePort();
  const broker = await carrier()?.start(port);
  const base = {
    mqtt: broker === undefined ? { listen: [`127.0.0.1:${port}`] } : { broker_url: `mqtt://127.0.0.1:${port}` },
    http: { listen: null },
    store: { path: './data' },
    renderer: { transition: 0 },
    strips: { main: { length: 30 }, white: { length: 10, type: 'sk6812w' } },
    zones: {
      floor: { strip: 'main', range: [0, 9] },
      shelf: { strip: 'main', range: [10, 29], reverse: true },
      desk: { strip: 'white', range: [0, 9] },
    },
    home_assistant: { enabled: false },
  };
  const configure = (changed: Readonly<Record<string, unknown>>) =>
    writeFile(configPath, stringify({ ...base, ...changed, mqtt: { ...base.mqtt, ...Object(changed['mqtt']) } }));
  await configure(sections);
  const remove = async () => {
    await broker?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  };
  return { folder, configPath, port, configure, remove };
}

export interface RunningDaemon {
  readonly daemon: Daemon;
  /** The log's lines, parsed. */
  readonly log: Record<string, unknown>[];
  [Symbol.asyncDispose](): Promise<void>;
}

export async function startInProcess(home: Home, clock?: Clock, more: Pick<DaemonOptions, 'restart'> = {}): Promise<RunningDaemon> {
  const log: Record<string, unknown>[] = [];
  const logger = loggerTo({ write: (line) => void log.push(JSON.parse(line)) }, 'debug');
  const options = { configPath: home.configPath, user: null, logger, rendererEntry: new URL('renderer.js', dist), ...more };
  const daemon = await startDaemon(clock === undefined ? options : { ...options, clock });
  if (carrier() !== null) await until(() => log.some(({ msg }) => msg === 'commands come in'), 'the daemon to reach the broker');
  return { daemon, log, [Symbol.asyncDispose]: () => daemon.stop() };
}

export interface SpawnedDaemon {
  readonly process: ChildProcess;
  output(): string;
  /** Ends it without a chance to do anything. */
  kill(): Promise<void>;
  /** Asks it to stop. @returns its exit code. */
  terminate(): Promise<number | null>;
}

/** Runs the bundle; resolves when it accepts connections. @param environment is added to the test's own. */
export async function spawnDaemon(home: Home, environment: Readonly<Record<string, string>> = {}): Promise<SpawnedDaemon> {
  const child = spawn(process.execPath, [new URL('diuna.js', dist).pathname, 'run', '-c', home.configPath], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  });
  let output = '';
  const exited = once(child, 'exit');
  await new Promise<void>((resolve, reject) => {
    const hear = (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes('diuna is running') && (carrier() === null || output.includes('commands come in'))) resolve();
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('exit', (code) => reject(new Error(`the daemon ended with ${code}: ${output}`)));
  });
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    child.kill(signal);
    await exited;
    return child.exitCode;
  };
  return {
    process: child,
    output: () => output,
    kill: async () => {
      await end('SIGKILL');
    },
    terminate: () => end('SIGTERM'),
  };
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
