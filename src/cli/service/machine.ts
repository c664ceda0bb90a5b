/**
 * What installing changes on this machine: files and programs, each told before it is done, or only told. Programs are
 * run by their names with lists of arguments, never through a shell.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { printable } from '../../base/printable.ts';
import { NotDone } from '../file-command.ts';
import type { Output } from '../output.ts';

/** A start of the daemon has 90 s. */
const LONGEST_RUN_MS = 120_000;

export interface MachineOptions {
  readonly dryRun?: boolean;
  readonly prefix?: string;
}

export class Machine {
  readonly #output: Output;
  readonly #dryRun: boolean;
  readonly #prefix: string;

  constructor(output: Output, { dryRun = false, prefix = '/' }: MachineOptions) {
    this.#output = output;
    this.#dryRun = dryRun;
    this.#prefix = prefix;
  }

  /** @throws NotDone where this is no machine to install on. */
  demand(programs: readonly string[]): void {
    const missing = programs.filter((name) => !isProgram(name));
    if (missing.length > 0) throw new NotDone(`${missing.join(', ')} cannot be found: diuna service needs systemd, and the package passwd`);
    if (this.#dryRun || this.#prefix !== '/') return;
    if (!existsSync('/run/systemd/system')) throw new NotDone('systemd does not run on this machine');
    if (process.geteuid?.() !== 0) throw new NotDone('this needs root: put sudo before it, or look with --dry-run');
  }

  /** Where a file really is. */
  at(path: string): string {
    return join(this.#prefix, path);
  }

  say(text: string): void {
    this.#output.note(printable(text));
  }

  has(path: string): boolean {
    return existsSync(this.at(path));
  }

  /** @param owner `user:group`; left out: root's. @returns whether something changed, or would. */
  async write(path: string, text: string, mode: number, owner?: string): Promise<boolean> {
    const real = this.at(path);
    if (this.has(path) && (await readFile(real, 'utf8')) === text) {
      this.say(`${path} is as it should be`);
      return false;
    }
    if (!this.#doing(`write ${path}`)) return true;
    await mkdir(dirname(real), { recursive: true, mode: 0o755 });
    await writeFile(`${real}.new`, text, { mode });
    if (owner !== undefined) await this.run('chown', owner, `${real}.new`); // first: what is in place is whole
    await rename(`${real}.new`, real);
    return true;
  }

  async remove(path: string): Promise<void> {
    if (this.#doing(`remove ${path}`)) await rm(this.at(path), { force: true });
  }

  /** @throws NotDone where the program fails. */
  async run(program: string, ...words: string[]): Promise<void> {
    if (!this.#doing(`run ${[program, ...words].join(' ')}`)) return;
    const { code, text } = await execute(program, words);
    if (code !== 0) throw new NotDone(`${program} failed: ${text.trim() || `exit code ${code}`}`);
  }

  /** Looks without changing anything. @returns null where the program says no. */
  async ask(program: string, ...words: string[]): Promise<string | null> {
    const { code, text } = await execute(program, words);
    return code === 0 ? text.trim() : null;
  }

  #doing(what: string): boolean {
    this.say(this.#dryRun ? `would ${what}` : what);
    return !this.#dryRun;
  }
}

function execute(program: string, words: readonly string[]): Promise<{ readonly code: number; readonly text: string }> {
  return new Promise((resolve) => {
    execFile(program, [...words], { encoding: 'utf8', timeout: LONGEST_RUN_MS }, (error, stdout, stderr) => {
      if (error === null) return resolve({ code: 0, text: stdout });
      resolve({ code: typeof error.code === 'number' ? error.code : -1, text: stderr || error.message });
    });
  });
}

function isProgram(name: string): boolean {
  return (process.env['PATH'] ?? '').split(':').some((folder) => folder !== '' && existsSync(join(folder, name)));
}
