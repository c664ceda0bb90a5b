/**
 * GPIO as files: finds the chip of the header and its base in /sys/class/gpio, exports lines and waits until they may be
 * used. Since Linux 6.6 a line's number there is no longer its BCM number, but the chip's base and that.
 */
import { access, constants, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { errorCode } from '../base/error-code.ts';
import { HEADER_CHIPS } from './gpio-lines.ts';
import { lineFault, noChip, noInterrupt, noLine, noPermission, noSysfs } from './onoff-faults.ts';

export interface SysfsChip {
  readonly label: string;
  /** Number of its first line. */
  readonly base: number;
  readonly lines: number;
}

/** udev gives a new line to the group gpio a moment after it was made. */
const ACCESS_MS = 2000;
const LOOK_EVERY_MS = 10;
const READ_WRITE = constants.R_OK | constants.W_OK;

/** @param root /sys/class/gpio @param label of another chip than the header's. @throws InputError */
export async function findSysfsChip(root: string, label: string | null): Promise<SysfsChip> {
  const path = join(root, 'export');
  if (!(await may(path, constants.F_OK))) throw noSysfs(path);
  const names = (await readdir(root)).filter((name) => name.startsWith('gpiochip')).sort();
  const chips = (await Promise.all(names.map((name) => readChip(join(root, name))))).filter((chip) => chip !== null);
  const wanted = label === null ? HEADER_CHIPS : [label];
  const found = chips.find((chip) => wanted.includes(chip.label));
  if (found === undefined) {
    throw noChip(
      wanted,
      chips.map((chip) => chip.label),
    );
  }
  return found;
}

async function readChip(folder: string): Promise<SysfsChip | null> {
  try {
    const [label = '', base, lines] = await Promise.all(['label', 'base', 'ngpio'].map((name) => readFile(join(folder, name), 'utf8')));
    return { label: label.trim(), base: Number(base), lines: Number(lines) };
  } catch (cause) {
    // A chip that goes while it is looked at is not the header's.
    if (errorCode(cause) === null) throw cause;
    return null;
  }
}

/**
 * Makes a line's files and waits until they may be used; a line that a crashed run left exported is taken over.
 * The package would wait for udev too, but by trying ten thousand times without letting anything else happen.
 * @returns its number in sysfs. @throws InputError
 */
export async function exportLine(root: string, pin: number, chip: SysfsChip, signal: AbortSignal): Promise<number> {
  if (pin >= chip.lines) throw noLine(pin, chip.label, chip.lines);
  const number = chip.base + pin;
  const folder = join(root, `gpio${number}`);
  if (!(await may(folder, constants.F_OK))) {
    const path = join(root, 'export');
    try {
      await writeFile(path, String(number), { flag: constants.O_WRONLY }); // it may not be readable
    } catch (cause) {
      throw lineFault(cause, pin, path);
    }
  }
  try {
    await waitForAccess(folder, pin, signal);
  } catch (cause) {
    await unexportLine(root, number);
    throw cause;
  }
  return number;
}

/** Gives a line back, for another driver or program; one that is gone already is given back. */
export async function unexportLine(root: string, number: number): Promise<void> {
  try {
    await writeFile(join(root, 'unexport'), String(number), { flag: constants.O_WRONLY });
  } catch (cause) {
    if (errorCode(cause) === null) throw cause;
  }
}

async function waitForAccess(folder: string, pin: number, signal: AbortSignal): Promise<void> {
  const end = performance.now() + ACCESS_MS;
  for (;;) {
    const blocked = await firstBlocked(folder);
    if (blocked === null) return;
    if (performance.now() > end) throw await whyBlocked(folder, blocked, pin);
    await wait(LOOK_EVERY_MS, undefined, { signal });
  }
}

async function firstBlocked(folder: string): Promise<string | null> {
  for (const name of ['value', 'direction', 'active_low', 'edge']) {
    const path = join(folder, name);
    if (!(await may(path, READ_WRITE))) return path;
  }
  return null;
}

/** A line without an interrupt has no file `edge`. */
async function whyBlocked(folder: string, path: string, pin: number) {
  return path === join(folder, 'edge') && !(await may(path, constants.F_OK)) ? noInterrupt(pin) : noPermission(path, undefined);
}

async function may(path: string, how: number): Promise<boolean> {
  try {
    await access(path, how);
    return true;
  } catch (cause) {
    if (errorCode(cause) === null) throw cause;
    return false;
  }
}
