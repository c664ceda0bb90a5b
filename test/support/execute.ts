/** Runs one program of the host to its end, out of the way of others. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';

export interface ExecuteOptions {
  readonly cwd?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly limitMs?: number;
  /** Is told each line that it prints or complains. */
  readonly onLine?: (line: string) => void;
}

const LIMIT_MS = 120_000;
/** Of what a program that failed had printed. */
const TOLD_CHARACTERS = 1500;

/** @returns what it printed. @throws where it failed or took too long, with the end of what it said. */
export async function execute(program: string, words: readonly string[], options: ExecuteOptions = {}): Promise<string> {
  const { cwd, environment, limitMs = LIMIT_MS, onLine } = options;
  const child = spawn('nice', ['-n', '10', program, ...words], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, LC_ALL: 'C.UTF-8', ...environment, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` },
    timeout: limitMs,
    killSignal: 'SIGKILL',
  });
  if (onLine !== undefined) for (const stream of [child.stdout, child.stderr]) createInterface(stream).on('line', onLine);
  const code = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const [printed, complained] = await Promise.all([text(child.stdout), text(child.stderr)]);
  if ((await code) === 0) return printed;
  const how = child.signalCode === 'SIGKILL' ? `was ended after ${limitMs / 1000} s` : `failed with ${child.exitCode}`;
  throw new Error(`${program} ${words[0] ?? ''} ${how}: ${`${printed}${complained}`.trim().slice(-TOLD_CHARACTERS)}`);
}
