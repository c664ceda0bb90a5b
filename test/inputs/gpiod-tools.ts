/** The programs of gpiod as shell scripts on a PATH of their own; each takes the words of its version alone. */
import { execFileSync } from 'node:child_process';
import { chmodSync, closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const scripts = {
  gpiodetect: `fail gpiodetect; cat "$here/chips"`,
  gpioget: `echo "$*" >>"$here/gpioget.args"; fail gpioget; cat "$here/levels"`,
  gpiomon: `
if [ "$1" = --version ]; then fail version; cat "$here/version"; exit; fi
if grep -q v1 "$here/version"; then
  case "$*" in *--banner*|*--chip*|*--numeric*) echo "gpiomon: unrecognized option" >&2; exit 1;; esac
else
  case "$*" in *--line-buffered*|*%n*|*%e*) echo "gpiomon: unrecognized option" >&2; exit 1;; esac
fi
echo "$$" >"$here/pid.new"; mv "$here/pid.new" "$here/pid"; echo "$*" >>"$here/gpiomon.args"
fail gpiomon
case "$*" in *--banner*) if [ ! -e "$here/mute" ]; then echo "Monitoring lines '17' and '27'..."; fi;; esac
exec cat "$here/edges"`,
};

export class GpiodTools {
  readonly folder = mkdtempSync(join(tmpdir(), 'diuna-gpiod-'));
  readonly #edges: number;

  constructor(version: '1.6.3' | '2.2.1', levels = '1 1 0') {
    for (const [name, text] of Object.entries(scripts)) {
      const fail = `fail() { if [ -e "$here/$1.fails" ]; then cat "$here/$1.fails" >&2; exit 1; fi; }`;
      writeFileSync(join(this.folder, name), `#!/bin/sh\nhere='${this.folder}'\n${fail}\n${text}\n`);
      chmodSync(join(this.folder, name), 0o755);
    }
    this.put('version', `gpiomon (libgpiod) v${version}\n`);
    this.put('chips', 'gpiochip0 [pinctrl-bcm2711] (58 lines)\ngpiochip1 [raspberrypi-exp-gpio] (8 lines)\n');
    this.put('levels', `${levels}\n`);
    execFileSync('mkfifo', [join(this.folder, 'edges')]);
    this.#edges = openSync(join(this.folder, 'edges'), 'r+');
  }

  get environment(): NodeJS.ProcessEnv {
    return { PATH: `${this.folder}:${process.env['PATH'] ?? ''}` };
  }

  put(name: string, text: string): void {
    writeFileSync(join(this.folder, name), text);
  }

  /** What a program says as it fails. */
  fails(program: 'version' | 'gpiodetect' | 'gpioget' | 'gpiomon', said: string): void {
    this.put(`${program}.fails`, `${said}\n`);
  }

  mends(program: string): void {
    rmSync(join(this.folder, `${program}.fails`));
  }

  /** What gpiomon writes next. */
  write(text: string): void {
    writeSync(this.#edges, text);
  }

  /** The arguments of each call. */
  calls(program: 'gpioget' | 'gpiomon'): string[] {
    const path = join(this.folder, `${program}.args`);
    return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : [];
  }

  /** Of the newest gpiomon. */
  get pid(): number {
    return Number(readFileSync(join(this.folder, 'pid'), 'utf8'));
  }

  remove(): void {
    closeSync(this.#edges);
    rmSync(this.folder, { recursive: true });
  }
}
