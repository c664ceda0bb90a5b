/** Runs the bundled command line as a process of its own, as a user does. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const bundle = fileURLToPath(new URL('../../../dist/diuna.js', import.meta.url));

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Surroundings {
  /** What it finds on standard input. */
  readonly input?: string;
  /** Beside the test's own. */
  readonly environment?: Readonly<Record<string, string>>;
}

export class RunningCli {
  readonly process: ChildProcess;
  stdout = '';
  stderr = '';

  constructor(words: readonly string[], cwd?: string, { input, environment = {} }: Surroundings = {}) {
    this.process = spawn(process.execPath, [bundle, ...words], {
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...environment },
      ...(cwd === undefined ? {} : { cwd }),
    });
    this.process.stdin?.end(input);
    this.process.stdout?.on('data', (chunk) => {
      this.stdout += String(chunk);
    });
    this.process.stderr?.on('data', (chunk) => {
      this.stderr += String(chunk);
    });
  }

  async end(): Promise<Outcome> {
    await once(this.process, 'close');
    return { code: this.process.exitCode, stdout: this.stdout, stderr: this.stderr };
  }
}

export function runCli(words: readonly string[], cwd?: string, surroundings?: Surroundings): Promise<Outcome> {
  return new RunningCli(words, cwd, surroundings).end();
}
