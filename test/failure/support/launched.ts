/**
 * The bundle as a process that a test may harm: started without waiting until it runs, under limits, with its log read
 * line by line. Whatever a test leaves behind is killed after it.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import type { Home } from '../../support/daemon.ts';
import { until } from '../../support/until.ts';

const bundle = new URL('../../../dist/diuna.js', import.meta.url).pathname;
/** Only a bound of the harness: the daemon itself ends a stop after 3 s. */
const EXIT_LIMIT_MS = 8000;

const left = new Set<Launched>();

afterEach(async () => {
  for (const launched of left) await launched.kill();
});

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export type LogLine = Readonly<Record<string, unknown>>;

export class Launched {
  readonly process: ChildProcess;
  readonly #lock: string;
  #output = '';
  #exit: Exit | null = null;

  constructor(home: Home) {
    this.#lock = join(home.folder, 'data', 'lock');
    this.process = spawn(process.execPath, [bundle, 'run', '-c', home.configPath], { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.#output += chunk.toString();
      });
    }
    this.process.once('close', (code, signal) => {
      this.#exit = { code, signal };
      left.delete(this);
    });
    left.add(this);
  }

  get output(): string {
    return this.#output;
  }

  /** The log, parsed; what is no JSON is left out. */
  get log(): LogLine[] {
    return this.#output
      .split('\n')
      .filter((line) => line.startsWith('{') && line.endsWith('}'))
      .map((line) => JSON.parse(line));
  }

  get pid(): number {
    const { pid } = this.process;
    if (pid === undefined) throw new Error('the daemon was not started');
    return pid;
  }

  logged(message: string): LogLine[] {
    return this.log.filter(({ msg }) => msg === message);
  }

  async running(): Promise<this> {
    await until(() => this.#output.includes('diuna is running') || this.#exit !== null, 'the daemon to run', 15_000);
    if (this.#exit !== null) throw new Error(`the daemon ended with ${JSON.stringify(this.#exit)}: ${this.#output}`);
    return this;
  }

  /** Resolves in the middle of the start: the store has been taken, nobody can connect yet or only just. */
  async starting(): Promise<void> {
    await until(() => existsSync(this.#lock) || this.#exit !== null, 'the store to be taken');
  }

  signal(signal: NodeJS.Signals): void {
    this.process.kill(signal);
  }

  async exit(): Promise<Exit> {
    return until(() => this.#exit, 'the daemon to end', EXIT_LIMIT_MS);
  }

  async terminate(): Promise<Exit> {
    this.signal('SIGTERM');
    return this.exit();
  }

  /** Ends it without a chance to do anything. */
  async kill(): Promise<void> {
    if (this.#exit !== null) return;
    const closed = once(this.process, 'close');
    this.signal('SIGKILL');
    await closed;
  }

  /** Files may grow to so many bytes from now on, as on a disk that is full: `EFBIG` past it. Needs no rights. */
  limitFiles(bytes: number | 'unlimited'): void {
    execFileSync('prlimit', ['--pid', String(this.pid), `--fsize=${bytes}:unlimited`]);
  }

  /** Bytes of memory that it holds now. */
  memory(): number {
    const status = readFileSync(`/proc/${this.pid}/status`, 'utf8');
    const match = /^VmRSS:\s+(\d+) kB$/m.exec(status);
    if (match === null) throw new Error(`no VmRSS in ${status}`);
    return Number(match[1]) * 1024;
  }

  /** Files and sockets that it has open. */
  descriptors(): number {
    return readdirSync(`/proc/${this.pid}/fd`).length;
  }
}

/** Starts the bundle and waits for nothing. */
export function launch(home: Home): Launched {
  return new Launched(home);
}

/** Starts the bundle and waits until it runs. */
export function launchRunning(home: Home): Promise<Launched> {
  return launch(home).running();
}
