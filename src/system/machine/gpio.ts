/** Reads chips and lines of GPIO: how they are numbered in /sys/class/gpio, which are exported, and who has which. */
import type { GpioChip, GpioFacts, TakenLine } from '../../core/doctor/facts.ts';
import type { Files } from './files.ts';

const SYSFS = 'sys/class/gpio';
const DEBUG = 'sys/kernel/debug/gpio';
const PROGRAM_FOLDERS = ['usr/local/bin', 'usr/bin', 'bin'];

export function readGpio(files: Files): GpioFacts {
  const names = files.names(SYSFS);
  const exportFile = files.facts(`${SYSFS}/export`);
  const text = files.text(DEBUG);
  return {
    chips: names.filter((name) => name.startsWith('gpiochip')).flatMap((name) => readChip(files, name)),
    exportFile: exportFile === null ? null : { ...exportFile, path: `/${exportFile.path}` },
    exported: names.filter((name) => /^gpio\d+$/.test(name)).map((name) => Number(name.slice('gpio'.length))),
    taken: text === null ? null : parseTaken(text),
    devices: files
      .names('dev')
      .filter((name) => /^gpiochip\d+$/.test(name))
      .flatMap((name) => files.facts(`dev/${name}`) ?? [])
      .map((facts) => ({ ...facts, path: `/${facts.path}` })),
    hasGpiomon: PROGRAM_FOLDERS.some((folder) => files.has(`${folder}/gpiomon`)),
  };
}

/** Since Linux 6.6 lines are not numbered from 0 there. */
function readChip(files: Files, name: string): GpioChip[] {
  const [label, base, lines] = ['label', 'base', 'ngpio'].map((key) => files.text(`${SYSFS}/${name}/${key}`)?.trim());
  if (label === undefined || base === undefined || lines === undefined) return [];
  return [{ label, base: Number(base), lines: Number(lines) }];
}

/**
 * `gpiochip0: GPIOs 512-565, parent: platform/fe200000.gpio, pinctrl-bcm2711:`, then a line for each that has a name or a user:
 * ` gpio-529 (GPIO17              |rotary@11           ) in  hi IRQ`. A kernel that numbers no longer writes `GPIOs 0-53`.
 */
export function parseTaken(text: string): TakenLine[] {
  const taken: TakenLine[] = [];
  let chip = '';
  let base = 0;
  for (const line of text.split('\n')) {
    const header = /^gpiochip\d+: (?:GPIOs (\d+)-\d+|\d+ GPIOs)(.*)$/.exec(line);
    if (header !== null) {
      base = Number(header[1] ?? 0);
      chip = /([^\s,]+?):?$/.exec((header[2] ?? '').replace(/, can sleep:?$/, ''))?.[1] ?? '';
      continue;
    }
    const found = /^ gpio-(\d+)\s+\([^|)]*\|([^)]*)\)/.exec(line);
    const by = found?.[2]?.trim() ?? '';
    if (found !== null && by !== '') taken.push({ chip, line: Number(found[1]) - base, by });
  }
  return taken;
}
