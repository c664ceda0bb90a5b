/**
 * How hot the processor is, as the kernel tells in /sys/class/thermal. It is read aside, and whoever asks is told what was
 * read last; a machine that tells nothing has no temperature, which is no fault.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The Raspberry Pi, PCs, other boards. Where there is none of them, the first zone is taken. */
const processors = /^(cpu|soc)[-_]thermal$|^x86_pkg_temp$/;

export class CpuTemperature {
  readonly #folder: string;
  /** The file that was read last; `null` where it is to be looked for. */
  #file: string | null = null;
  #celsius: number | null = null;
  #hasTold = false;
  #reading: Promise<void> | null = null;

  constructor(folder = '/sys/class/thermal') {
    this.#folder = folder;
  }

  /** With one decimal; `null` where it is not known. */
  get celsius(): number | null {
    return this.#celsius;
  }

  /** It was known once, and may be again. */
  get hasTold(): boolean {
    return this.#hasTold;
  }

  /** Reads it anew, once at a time: what hangs since the last time tells nothing any more. Never rejects. */
  refresh(): Promise<void> {
    if (this.#reading !== null) this.#celsius = null;
    this.#reading ??= this.#read().finally(() => {
      this.#reading = null;
    });
    return this.#reading;
  }

  async #read(): Promise<void> {
    this.#file ??= await findFile(this.#folder);
    this.#celsius = this.#file === null ? null : degreesIn(await textOf(this.#file));
    if (this.#celsius === null) this.#file = null;
    else this.#hasTold = true;
  }
}

async function findFile(folder: string): Promise<string | null> {
  const names = await readdir(folder).catch(() => []);
  const zones = names.filter((name) => /^thermal_zone\d+$/.test(name)).sort((one, other) => numberOf(one) - numberOf(other));
  for (const zone of zones) {
    if (processors.test((await textOf(join(folder, zone, 'type'))) ?? '')) return join(folder, zone, 'temp');
  }
  const [first] = zones;
  return first === undefined ? null : join(folder, first, 'temp');
}

function numberOf(zone: string): number {
  return Number(zone.slice('thermal_zone'.length));
}

async function textOf(path: string): Promise<string | null> {
  const text = await readFile(path, 'utf8').catch(() => null);
  return text === null ? null : text.trim();
}

/** @param text thousandths of a degree. */
function degreesIn(text: string | null): number | null {
  return text !== null && /^-?\d{1,7}$/.test(text) ? Math.round(Number(text) / 100) / 10 : null;
}
