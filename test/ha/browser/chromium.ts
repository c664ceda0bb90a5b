/** The process of a Chromium without a window, with a profile of its own. It ends when we end, however that is. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import * as z from 'zod';
import { DevTools } from './devtools.ts';

const START_MS = 60_000;
/** It may run as root, draws without a graphics card, and asks nobody on the Internet. */
const OPTIONS = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--hide-scrollbars', '--remote-debugging-port=0'],
  ...['--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
];
const targetsSchema = z.array(z.looseObject({ type: z.string(), webSocketDebuggerUrl: z.string() }));

export class Chromium {
  readonly #child: ChildProcess;
  /** Of its only page. */
  readonly tools: DevTools;

  private constructor(child: ChildProcess, tools: DevTools) {
    this.#child = child;
    this.tools = tools;
  }

  /** @param folder for its files; goes with the run. */
  static async start(folder: string): Promise<Chromium> {
    const profile = await mkdtemp(join(folder, 'chromium-'));
    const words = ['--pdeathsig', 'KILL', 'chromium', ...OPTIONS, `--user-data-dir=${profile}`, 'about:blank'];
    const child = spawn('setpriv', words, { stdio: ['ignore', 'ignore', 'pipe'], detached: true });
    try {
      const port = await devToolsPort(child);
      const listed = targetsSchema.parse(await (await fetch(`http://127.0.0.1:${port}/json/list`)).json());
      const address = listed.find(({ type }) => type === 'page')?.webSocketDebuggerUrl;
      if (address === undefined) throw new Error('Chromium has no page');
      return new Chromium(child, await DevTools.open(address));
    } catch (cause) {
      await end(child);
      throw cause;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.tools.close();
    await end(this.#child);
  }
}

/** Its helpers are of its group. */
async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  process.kill(-child.pid, 'SIGKILL');
  await exited;
}

async function devToolsPort(child: ChildProcess): Promise<string> {
  if (child.stderr === null) throw new Error('Chromium has no output');
  const said: string[] = [];
  const lines = createInterface(child.stderr);
  const late = setTimeout(() => lines.close(), START_MS);
  try {
    for await (const line of lines) {
      said.push(line);
      const port = /DevTools listening on ws:\/\/[^:]+:(\d+)\//.exec(line)?.[1];
      if (port !== undefined) return port;
    }
  } finally {
    clearTimeout(late);
    child.stderr.resume();
  }
  throw new Error(`Chromium did not start: ${said.join('\n').slice(-1500)}`);
}
