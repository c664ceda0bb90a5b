/**
 * A small program that reads a device for us and writes what it reads to a pipe. It needs no addon, its pipe keeps what
 * happens while this process is busy, and it is ended by its own process id. It never outlives a write to a closed pipe.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';

/** How it ended: `message` is what it said, or what the system says of it. */
export interface ReaderEnd {
  readonly message: string;
  readonly cause?: unknown;
}

export interface ReaderListener {
  bytes(chunk: Buffer): void;
  /** By itself; not after `stop`. */
  ended(end: ReaderEnd): void;
}

export interface ReaderOptions {
  /** An open file that becomes its standard input; else it has none. */
  readonly stdin?: number;
  readonly environment: NodeJS.ProcessEnv;
}

/** Asked to end it gets this long before it is killed. */
const END_MS = 300;
const STDERR_CHARS = 2000;
const RUN_MS = 5000;
const RUN_BYTES = 65_536;

export class ReaderProcess {
  readonly #child: ChildProcess;
  readonly #exit: Promise<void>;
  #stopped = false;

  private constructor(child: ChildProcess, listener: ReaderListener) {
    this.#child = child;
    let stderr = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(0, STDERR_CHARS);
    });
    child.stdout?.on('data', (chunk: Buffer) => {
      if (!this.#stopped) listener.bytes(chunk);
    });
    this.#exit = new Promise((resolve) => {
      const end = (said: ReaderEnd) => {
        resolve();
        if (this.#stopped) return;
        this.#stopped = true;
        listener.ended(said);
      };
      child.once('error', (cause) => end({ message: cause.message, cause }));
      // After `close` nothing more comes out of its pipes.
      child.once('close', (code, signal) => end({ message: stderr.trim() || `it ended with ${signal ?? `code ${code}`}` }));
    });
  }

  static start(program: string, args: readonly string[], options: ReaderOptions, listener: ReaderListener): ReaderProcess {
    const child = spawn(program, [...args], { stdio: [options.stdin ?? 'ignore', 'pipe', 'pipe'], env: plain(options.environment) });
    return new ReaderProcess(child, listener);
  }

  /** Resolves when it has ended, and what it held is free. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#child.kill('SIGTERM');
    const killing = setTimeout(() => this.#child.kill('SIGKILL'), END_MS);
    await this.#exit;
    clearTimeout(killing);
  }
}

export interface ToolResult {
  /** Of its exit, 0 where all went well; a code of the system, such as ENOENT, where it did not run. */
  readonly code: number | string;
  readonly stdout: string;
  readonly stderr: string;
  readonly cause: unknown;
}

/** Runs a program to its end, at most 5 s; one that is not there or fails is a result too. */
export function runTool(
  program: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<ToolResult> {
  return new Promise((resolve) => {
    const options = { env: plain(environment), timeout: RUN_MS, killSignal: 'SIGKILL', maxBuffer: RUN_BYTES, signal } as const;
    execFile(program, [...args], options, (failed, stdout, stderr) => {
      resolve({ code: failed === null ? 0 : (failed.code ?? 'ended'), stdout, stderr: stderr.trim(), cause: failed });
    });
  });
}

/** Their messages are read by words: they come in English whatever the machine speaks. */
function plain(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...environment, LC_ALL: 'C' };
}
