/** The renderer's service as a process of its own, on a socket and with a configuration of its own; and who speaks to it raw. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { encodeFrame, FrameReader } from '../../../src/renderer/service/frames.ts';
import { isRoot } from '../../support/programs.ts';
import { until } from './until.ts';

const bundle = fileURLToPath(new URL('../../../dist/diuna.js', import.meta.url));
const simulated = { strips: { main: { length: 2 } }, zones: { floor: { strip: 'main', range: [0, 1] } } };

export class ServiceHome {
  /** As root not below /tmp, where others could have written the configuration. */
  readonly folder = mkdtempSync(join(isRoot() ? homedir() : tmpdir(), 'diuna-service-'));
  readonly socket = join(this.folder, 'socket');
  readonly config = join(this.folder, 'config.yaml');
  log = '';
  #child: ChildProcess | null = null;

  constructor(config: Readonly<Record<string, unknown>> = {}) {
    this.configure(config);
  }

  configure(config: Readonly<Record<string, unknown>>): void {
    writeFileSync(this.config, stringify({ ...simulated, ...config }), { mode: 0o644 });
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  get isUp(): boolean {
    return this.#child !== null && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  async start(): Promise<void> {
    const words = ['renderer', '--config', this.config, '--socket', this.socket];
    const before = this.log.length;
    const child = spawn(process.execPath, [bundle, ...words], { stdio: ['ignore', 'ignore', 'pipe'] });
    child.stderr.on('data', (chunk) => {
      this.log += String(chunk);
    });
    this.#child = child;
    await until(() => this.log.slice(before).includes('waits for a daemon') || child.exitCode !== null);
  }

  /** @returns its exit code; null where the signal ended it. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#child;
    if (child === null || !this.isUp) return child?.exitCode ?? null;
    child.kill(signal);
    await once(child, 'exit');
    return child.exitCode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export interface Answer {
  readonly kind: string;
  readonly reason?: string;
  readonly strip?: string;
  readonly code?: string;
}

/** Sends what it likes. */
export class RawDaemon {
  readonly answers: Answer[] = [];
  readonly #socket: Socket;
  #closed = false;

  constructor(path: string) {
    const reader = new FrameReader();
    this.#socket = connect({ path });
    // The service's own messages; each test looks at the few fields that it is about.
    this.#socket.on('data', (chunk: Buffer) => this.answers.push(...([...reader.push(chunk)] as Answer[])));
    this.#socket.on('error', () => undefined);
    this.#socket.on('close', () => {
      this.#closed = true;
    });
  }

  send(...messages: readonly object[]): this {
    for (const message of messages) this.#socket.write(encodeFrame(message));
    return this;
  }

  sendBytes(bytes: Buffer): this {
    this.#socket.write(bytes);
    return this;
  }

  hears(kind: string): Answer[] {
    return this.answers.filter((answer) => answer.kind === kind);
  }

  stopReading(): void {
    this.#socket.pause();
  }

  /** @returns why it was sent away. */
  async sentAway(): Promise<string> {
    await until(() => this.#closed);
    return this.hears('ended')[0]?.reason ?? 'without a word';
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }
}

export function socketIsThere(home: ServiceHome): boolean {
  return existsSync(home.socket);
}
