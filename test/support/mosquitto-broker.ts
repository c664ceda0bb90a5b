/** A real Mosquitto on a port of loopback, with a configuration and a folder of its own; it can be killed, frozen and started again. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { findProgram } from './programs.ts';
import { until } from './until.ts';

export interface MosquittoOptions {
  /** Lines of the configuration beyond the listener; a function is given the broker's folder. */
  readonly lines?: readonly string[] | ((folder: string) => readonly string[]);
  /** Files of its folder, by their names. */
  readonly files?: Readonly<Record<string, string>>;
  /** Whether sessions and retained messages survive a restart. */
  readonly persistent?: boolean;
}

/** What scenarios need beyond the defaults: bursts of more commands than Mosquitto queues for one client. */
const usual = ['allow_anonymous true', 'set_tcp_nodelay true', 'max_queued_messages 20000', 'log_dest stderr', 'log_type all'];

export class MosquittoBroker {
  readonly port: number;
  readonly folder: string;
  #child: ChildProcess | null = null;
  #output = '';

  private constructor(port: number, folder: string) {
    this.port = port;
    this.folder = folder;
  }

  static async start(port: number, options: MosquittoOptions = {}): Promise<MosquittoBroker> {
    const broker = await MosquittoBroker.prepare(port, options);
    await broker.run();
    return broker;
  }

  /** Writes its configuration, and does not run it yet. */
  static async prepare(port: number, { lines = [], files = {}, persistent = false }: MosquittoOptions = {}): Promise<MosquittoBroker> {
    const folder = await mkdtemp(join(tmpdir(), 'diuna-mosquitto-'));
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text, { mode: 0o600 });
    const more = typeof lines === 'function' ? lines(folder) : lines;
    const kept = persistent
      ? ['persistence true', `persistence_location ${folder}/`, 'autosave_on_changes true', 'autosave_interval 1']
      : [];
    const own = usual.filter((line) => !more.some((other) => other.split(' ')[0] === line.split(' ')[0]));
    const config = [...own, `user ${userInfo().username}`, ...kept, `listener ${port} 127.0.0.1`, ...more];
    await writeFile(join(folder, 'mosquitto.conf'), `${config.join('\n')}\n`);
    return new MosquittoBroker(port, folder);
  }

  /** What it has logged. */
  get output(): string {
    return this.#output;
  }

  /** Resolves when it takes connections. */
  async run(): Promise<void> {
    const program = findProgram('mosquitto');
    if (program === null) throw new Error('mosquitto is not installed');
    const child = spawn(program, ['-c', join(this.folder, 'mosquitto.conf')], { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#child = child;
    child.stderr.on('data', (chunk: Buffer) => {
      this.#output += chunk.toString();
    });
    let answers = false;
    const knock = () => {
      const socket = connect(this.port, '127.0.0.1');
      socket.on('error', () => setTimeout(knock, 5));
      socket.on('connect', () => {
        answers = true;
        socket.destroy();
      });
    };
    knock();
    await until(() => answers || child.exitCode !== null, 'mosquitto to listen');
    if (child.exitCode !== null) throw new Error(`mosquitto ended: ${this.#output}`);
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end('SIGKILL');
    await rm(this.folder, { recursive: true, force: true });
  }
}
