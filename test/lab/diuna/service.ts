/** The daemon as systemd on the guest knows it. */
import type { Guest } from '../guest/guest.ts';
import { CONFIG_PATH, configText } from './config.ts';

export type LogLine = Readonly<Record<string, unknown>>;

/** The unit's own limit of a start, and some. */
const START_SECONDS = 100;

export class Service {
  readonly #guest: Guest;

  constructor(guest: Guest) {
    this.#guest = guest;
  }

  /** Resolves when systemd has heard READY. @throws where the start failed. */
  async start(): Promise<void> {
    await this.#guest.must('systemctl start diuna', { seconds: START_SECONDS });
  }

  async stop(): Promise<void> {
    await this.#guest.must('systemctl stop diuna');
  }

  async reload(): Promise<void> {
    await this.#guest.must('systemctl reload diuna');
  }

  /** @returns properties of the unit, by name. */
  async show<Name extends string>(...names: readonly Name[]): Promise<Readonly<Record<Name, string>>> {
    const text = await this.#guest.must(`systemctl show diuna -p ${names.join(',')}`);
    const lines = new Map(text.split('\n').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
    return Object.fromEntries(names.map((name) => [name, lines.get(name) ?? ''])) as Record<Name, string>;
  }

  async mainPid(): Promise<number> {
    return Number((await this.show('MainPID')).MainPID);
  }

  /** All of the unit's processes: their command lines by process id. */
  async processes(): Promise<ReadonlyMap<number, string>> {
    const list =
      'for p in $(cat /sys/fs/cgroup/system.slice/diuna.service/cgroup.procs); do echo "$p $(tr "\\0" " " </proc/$p/cmdline)"; done';
    const lines = (await this.#guest.must(list)).split('\n').filter((line) => line !== '');
    return new Map(lines.map((line) => [Number(line.split(' ')[0]), line.slice(line.indexOf(' ') + 1).trim()]));
  }

  /** Waits until the unit is active under another main process than this. */
  async untilRestarted(oldPid: number, limitMs: number): Promise<void> {
    const end = performance.now() + limitMs;
    for (;;) {
      const { ActiveState, SubState, MainPID } = await this.show('ActiveState', 'SubState', 'MainPID');
      if (ActiveState === 'active' && MainPID !== String(oldPid) && MainPID !== '0') return;
      if (performance.now() > end) throw new Error(`waited ${limitMs} ms for a restart: ${ActiveState} (${SubState})`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  /** What the unit wrote since the boot, the service manager's words about it included. */
  async journal(): Promise<string> {
    return this.#guest.must('journalctl -b -u diuna -o cat --no-pager');
  }

  /** The daemon's own lines, parsed. @param message only those with it. */
  async logged(message?: string): Promise<LogLine[]> {
    const lines = (await this.journal()).split('\n').filter((line) => line.startsWith('{') && line.endsWith('}'));
    const parsed: LogLine[] = lines.map((line) => JSON.parse(line));
    return parsed.filter(({ msg }) => message === undefined || msg === message);
  }

  /** Writes the configuration anew. @param sections replace whole sections. */
  async configure(sections: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#guest.copyIn(Buffer.from(configText(sections)), CONFIG_PATH);
  }
}

/** Waits for what has to be asked for. */
export async function untilAsked<T>(ask: () => Promise<T | undefined | null | false>, what: string, limitMs: number): Promise<T> {
  let answer: T | undefined | null | false;
  const end = performance.now() + limitMs;
  while (performance.now() < end) {
    answer = await ask();
    if (answer !== undefined && answer !== null && answer !== false) return answer;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`waited ${limitMs} ms for ${what}`);
}
