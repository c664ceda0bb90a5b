/** The process of a Home Assistant, within its root: started, asked to stop, or ended at once. A group of its own: nobody else is ever hit. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { CONFIG_FOLDER, FETCHED_FOLDER } from '../prepare/debian-root.ts';
import { inside } from '../prepare/inside.ts';
import { HASS } from '../prepare/python.ts';
import type { HomeAssistantLog } from './log.ts';

export interface HassOptions {
  readonly root: string;
  /** Of the host; holds its configuration and all that it remembers. */
  readonly folder: string;
  /** Where its pages and its API are. */
  readonly port: number;
  /** Left out: it installs nothing. Else a folder for what it fetches, and its environment. */
  readonly installing?: {
    readonly fetched: string;
    readonly environment: Readonly<Record<string, string>>;
    /** Is told the packages that it installs. */
    readonly onPackage: (name: string) => void;
  };
}

const STOP_MS = 30_000;

export class Hass {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  static start({ root, folder, port, installing }: HassOptions, log: HomeAssistantLog): Hass {
    const words = [HASS, '-c', CONFIG_FOLDER, ...(installing === undefined ? ['--skip-pip'] : [])];
    const folders = { [CONFIG_FOLDER]: folder, ...(installing === undefined ? {} : { [FETCHED_FOLDER]: installing.fetched }) };
    const [program, all] = inside({ root, writable: installing !== undefined, folders }, words);
    const child = spawn(program, all, {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
        HOME: '/tmp',
        LC_ALL: 'C.UTF-8',
        PYTHONUNBUFFERED: '1',
        SETUP_PORT: String(port), // in place of `http:` in its configuration, which makes it complain
        ...installing?.environment,
      },
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        log.add(chunk);
        for (const [, name] of chunk.matchAll(/Attempting install of (\S+)/g)) installing?.onPackage(name ?? '');
      });
    }
    return new Hass(child);
  }

  /** Its exit code or signal, once it has ended. */
  get ended(): string | null {
    const { exitCode, signalCode } = this.#child;
    return signalCode ?? (exitCode === null ? null : `code ${exitCode}`);
  }

  /** Asks it to stop, as a service manager does; one that does not is ended. */
  async stop(): Promise<void> {
    const late = setTimeout(() => this.#signal('SIGKILL'), STOP_MS);
    await this.#end('SIGTERM');
    clearTimeout(late);
  }

  /** Ends it without a chance to do anything. */
  kill(): Promise<void> {
    return this.#end('SIGKILL');
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    if (this.ended !== null) return;
    const exited = once(this.#child, 'exit');
    this.#signal(signal);
    await exited;
  }

  #signal(signal: NodeJS.Signals): void {
    const { pid } = this.#child;
    if (pid !== undefined && this.ended === null) process.kill(-pid, signal);
  }
}
