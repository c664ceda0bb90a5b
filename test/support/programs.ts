/** The outside programs that some tests drive. Where one is missing its tests are left out and the run says so; in CI a missing one fails. */
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const wanted = {
  mosquitto: 'the checks against Mosquitto itself',
  openssl: 'the checks with TLS',
  mosquitto_pub: 'the checks with mosquitto_pub and mosquitto_sub',
  mosquitto_rr: 'the checks with mosquitto_rr',
  script: 'the prompts of a terminal',
  'systemd-analyze': 'how exposed the units are',
} as const;
export type Program = keyof typeof wanted;

export function findProgram(name: string): string | null {
  for (const folder of [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin']) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch (cause) {
      if (!(cause instanceof Error)) throw cause;
    }
  }
  return null;
}

/** @param wanted programs and their packages. @returns the packages of those that are missing. */
export function packagesOfMissing(wanted: Readonly<Record<string, string>>): string[] {
  const missing = Object.entries(wanted).filter(([program]) => findProgram(program) === null && !existsSync(`/sbin/${program}`));
  return [...new Set(missing.map(([, name]) => name))];
}

/** @throws in CI, where the program is missing. */
export function hasProgram(name: Program): boolean {
  const found = findProgram(name) !== null;
  if (!found && process.env['CI'] === 'true')
    throw new Error(`${name} is missing: install Debian's packages mosquitto, mosquitto-clients, openssl, bsdutils and systemd`);
  return found;
}

/** Whether a C compiler and the built addon are there, with which the bits of the driver ws281x can be read. */
export function canFakeAPi(): boolean {
  return whatFakingLacks() === null;
}

function whatFakingLacks(): string | null {
  if (findProgram('gcc') === null) return 'gcc is not installed';
  const addon = new URL('../../node_modules/rpi-ws281x-native/build/Release/rpi_ws281x.node', import.meta.url);
  if (process.platform === 'linux' && existsSync(addon)) return null;
  return 'the optional package rpi-ws281x-native was not built';
}

/** Where the tests run as a user, those that need root are left out, and as root those that need a user; the run says so. */
export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

export function leftOut(): string[] {
  const programs = Object.entries(wanted)
    .filter(([name]) => findProgram(name) === null)
    .map(([name, what]) => `${what} (${name} is not installed)`);
  const byRights = isRoot()
    ? ['key files that may not be read (root may read all)']
    : ['dropping rights (needs root)', 'tokens in a folder of another user (needs root)'];
  const lacks = whatFakingLacks();
  return [...programs, ...byRights, ...(lacks === null ? [] : [`the bits that the driver ws281x sends (${lacks})`])];
}
