/** A server under measurement: started, awaited, and always ended. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { end, endWithRun } from '../harness/end-process.ts';

const START_MS = 30_000;

export class Spawned {
  readonly port: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
  }

  /** @param ready the words in its output upon which it serves. */
  static async start(command: readonly string[], port: number, ready: string): Promise<Spawned> {
    const [program = '', ...words] = command;
    const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'] });
    endWithRun(child);
    let output = '';
    await new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`${program} did not start: ${output}`)), START_MS);
      const hear = (chunk: Buffer) => {
        if (output.length < 100_000) output += chunk.toString();
        if (!output.includes(ready)) return;
        clearTimeout(late);
        resolve();
      };
      child.stdout.on('data', hear);
      child.stderr.on('data', hear);
      child.once('exit', (code) => reject(new Error(`${program} ended with ${code}: ${output}`)));
    });
    return new Spawned(child, port);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await end(this.#child);
  }
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
