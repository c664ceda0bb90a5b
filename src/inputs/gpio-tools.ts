/**
 * How the programs of the Debian package gpiod are asked: version 1.6 (bookworm) and version 2 (trixie) share their names
 * and little else. Pure.
 */
export type Pull = 'up' | 'down' | 'none';

export type GpiodVersion = 1 | 2;

export interface GpioRequest {
  /** Name or path of the chip: version 2 finds none by its label. */
  readonly chip: string;
  readonly pins: readonly number[];
  readonly pull: Pull;
}

export interface ChipListed {
  readonly name: string;
  readonly label: string;
  readonly lines: number;
}

/** @returns the version of what `gpiomon --version` says; `null` where it is another program, or another version. */
export function gpiodVersion(said: string): GpiodVersion | null {
  const major = /\(libgpiod\) v(\d+)\./.exec(said)?.[1];
  return major === '1' ? 1 : major === '2' ? 2 : null;
}

/** Reads `gpiodetect`, which both versions print alike: `gpiochip0 [pinctrl-bcm2711] (58 lines)`. */
export function listedChips(said: string): ChipListed[] {
  return [...said.matchAll(/^(\S+) \[(.*)\] \((\d+) lines\)$/gm)].map(([, name = '', label = '', lines]) => ({
    name,
    label,
    lines: Number(lines),
  }));
}

export function gpiogetArguments(version: GpiodVersion, { chip, pins, pull }: GpioRequest): string[] {
  if (version === 1) return [...oldBias(pull), chip, ...pins.map(String)];
  return ['--numeric', ...newBias(pull), '--chip', chip, ...pins.map(String)];
}

/** @returns the levels in the order of the pins; `null` where it said something else. */
export function readLevels(said: string, count: number): (0 | 1)[] | null {
  const levels = said
    .trim()
    .split(/\s+/)
    .flatMap((word): (0 | 1)[] => (word === '0' ? [0] : word === '1' ? [1] : []));
  return levels.length === count ? levels : null;
}

/** Version 2 says by its banner that it listens; version 1 has none, and must be told to write each line at once. */
export function gpiomonArguments(version: GpiodVersion, { chip, pins, pull }: GpioRequest): string[] {
  if (version === 1) return ['--line-buffered', ...oldBias(pull), '--format=%o %e %s %n', chip, ...pins.map(String)];
  const settings = ['--consumer', 'diuna', '--event-clock', 'monotonic', '--format', '%o %E %S'];
  return ['--banner', ...newBias(pull), ...settings, '--chip', chip, ...pins.map(String)];
}

function oldBias(pull: Pull): string[] {
  return [`--bias=${pull === 'none' ? 'disable' : `pull-${pull}`}`];
}

function newBias(pull: Pull): string[] {
  return ['--bias', pull === 'none' ? 'disabled' : `pull-${pull}`];
}
