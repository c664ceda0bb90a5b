/**
 * Speaks with guest/files/lab-shell over a socket: one command at a time, each bounded in time. What the guest replies to
 * a command that was given up is dropped by its number.
 */
import type { Socket } from 'node:net';

export interface Ran {
  /** 124 where the guest ended it after its time. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** `stdout` as it came. */
  readonly bytes: Buffer;
}

export interface RunOptions {
  readonly seconds?: number;
  /** Its standard input. */
  readonly input?: Uint8Array;
}

const SECONDS = 30;
/** How much longer than the guest we wait for it. */
const GRACE_MS = 15_000;
const LONGEST_HEADER = 100;

export class Shell {
  readonly #socket: Socket;
  #heard: Buffer[] = [];
  #wake: () => void = () => undefined;
  #closed = false;
  #requests = 0;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#heard.push(chunk);
      this.#wake();
    });
    socket.on('error', () => undefined); // 'close' follows
    socket.on('close', () => {
      this.#closed = true;
      this.#wake();
    });
  }

  /** @throws where the guest does not answer in time, or is gone. */
  run(command: string, options: RunOptions = {}): Promise<Ran> {
    const running = this.#queue.then(() => this.#run(command, options));
    this.#queue = running.catch(() => undefined);
    return running;
  }

  async #run(command: string, { seconds = SECONDS, input = Buffer.alloc(0) }: RunOptions): Promise<Ran> {
    this.#requests += 1;
    const [id, text] = [this.#requests, Buffer.from(command)];
    this.#socket.write(Buffer.concat([Buffer.from(`${id} ${text.length} ${input.length} ${seconds}\n`), text, input]));
    const deadlineMs = performance.now() + seconds * 1000 + GRACE_MS;
    for (;;) {
      const [number, code = 0, outputBytes = 0, errorBytes = 0] = (await this.#line(deadlineMs, command)).split(' ').map(Number);
      const bytes = await this.#take(outputBytes, deadlineMs, command);
      const stderr = (await this.#take(errorBytes, deadlineMs, command)).toString();
      if (number === id) return { code, stdout: bytes.toString(), stderr, bytes };
    }
  }

  async #line(deadlineMs: number, command: string): Promise<string> {
    for (;;) {
      const all = Buffer.concat(this.#heard);
      const end = all.indexOf(10);
      if (end >= 0) return (await this.#take(end + 1, deadlineMs, command)).toString().trim();
      if (all.length > LONGEST_HEADER) throw new Error(`the guest's shell says ${all.toString().slice(0, LONGEST_HEADER)}`);
      await this.#more(deadlineMs, command);
    }
  }

  async #take(count: number, deadlineMs: number, command: string): Promise<Buffer> {
    let length = this.#heard.reduce((sum, chunk) => sum + chunk.length, 0);
    while (length < count) {
      await this.#more(deadlineMs, command);
      length = this.#heard.reduce((sum, chunk) => sum + chunk.length, 0);
    }
    const all = Buffer.concat(this.#heard);
    this.#heard = [all.subarray(count)];
    return all.subarray(0, count);
  }

  async #more(deadlineMs: number, command: string): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = await new Promise<boolean>((resolve) => {
      if (this.#closed) return resolve(false);
      this.#wake = () => resolve(false);
      timer = setTimeout(() => resolve(true), Math.max(0, deadlineMs - performance.now()));
    });
    clearTimeout(timer);
    if (this.#closed) throw new Error(`the guest is gone, before it answered: ${command.slice(0, 200)}`);
    if (late) throw new Error(`the guest did not answer in time: ${command.slice(0, 200)}`);
  }
}
