/** QEMU's own control channel (QMP): stops and continues the machine, and writes its state to a file. */
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import * as z from 'zod';

const answerSchema = z.union([
  z.object({ return: z.unknown() }),
  z.object({ error: z.object({ desc: z.string() }) }),
  z.looseObject({}).transform(() => null), // the greeting, and events
]);
const statusSchema = z.object({ status: z.string() });
const LIMIT_MS = 60_000;
const POLL_MS = 20;

export class Monitor {
  readonly #socket: Socket;
  readonly #waiting: ((answer: { value: unknown } | { error: string }) => void)[] = [];

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('error', () => undefined); // 'close' follows
    socket.on('close', () => {
      for (const answered of this.#waiting.splice(0)) answered({ error: 'QEMU is gone' });
    });
    const lines = createInterface(socket);
    lines.on('error', () => undefined); // it passes the socket's on
    lines.on('line', (line) => {
      const answer = answerSchema.parse(JSON.parse(line));
      if (answer === null) return;
      this.#waiting.shift()?.('return' in answer ? { value: answer.return } : { error: answer.error.desc });
    });
  }

  static async open(socket: Socket): Promise<Monitor> {
    const monitor = new Monitor(socket);
    await monitor.#ask('qmp_capabilities');
    return monitor;
  }

  /** The machine stands still from now on; what it has in memory goes to `path`. */
  async save(path: string): Promise<void> {
    await this.#ask('stop');
    await this.#ask('migrate-set-parameters', { 'max-bandwidth': 2 ** 40 });
    await this.#ask('migrate', { uri: `exec:cat >'${path}'` });
    const end = await this.#until('query-migrate', ['completed', 'failed', 'cancelled']);
    if (end !== 'completed') throw new Error(`the machine's state could not be saved: ${end}`);
  }

  /** Waits until a saved state was read, and lets the machine go on. */
  async goOn(): Promise<void> {
    await this.#until('query-status', ['paused', 'postmigrate', 'running', 'prelaunch']);
    await this.#ask('cont');
  }

  async #until(question: string, ends: readonly string[]): Promise<string> {
    const deadlineMs = performance.now() + LIMIT_MS;
    while (performance.now() < deadlineMs) {
      const { status } = statusSchema.parse(await this.#ask(question));
      if (ends.includes(status)) return status;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    throw new Error(`${question} did not become ${ends.join(' or ')}`);
  }

  #ask(execute: string, words: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#waiting.push((answer) => ('error' in answer ? reject(new Error(`${execute}: ${answer.error}`)) : resolve(answer.value)));
      this.#socket.write(`${JSON.stringify({ execute, arguments: words })}\n`);
    });
  }
}
