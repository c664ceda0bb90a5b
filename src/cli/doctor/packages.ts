/**
 * Whether optional packages are there and were built for this Node. Two of them are loaded for it; rpi-ws281x-native, which
 * only one thread of a process may load and which stands in for itself without root, is looked for as a file.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Trouble } from '../../core/doctor/finding.ts';
import { InputError } from '../../inputs/knob-driver.ts';
import { loadOnoff } from '../../inputs/onoff-module.ts';
import { OutputError } from '../../renderer/outputs/output-error.ts';
import { loadSpi } from '../../renderer/outputs/spi-addon.ts';

/** @returns what is wrong with a package. */
export type PackageCheck = (name: string) => Trouble | null;

const require = createRequire(import.meta.url);

export function checkPackage(name: string): Trouble | null {
  try {
    if (name === 'spi-device') loadSpi();
    else if (name === 'onoff') loadOnoff();
    else return findBuilt(name);
    return null;
  } catch (cause) {
    if (cause instanceof OutputError || cause instanceof InputError) return { message: cause.message, cure: cause.cure };
    throw cause;
  }
}

function findBuilt(name: string): Trouble | null {
  const cure = `Run "sudo apt install build-essential python3" and "npm install ${name}" where diuna is installed.`;
  let folder: string;
  try {
    folder = dirname(require.resolve(`${name}/package.json`));
  } catch {
    return { message: `the package ${name} is not installed`, cure }; // as optional packages may be
  }
  if (existsSync(join(folder, 'build/Release/rpi_ws281x.node'))) return null;
  return {
    message: `the package ${name} is installed, but its native part was not built`,
    cure: cure.replace('npm install', 'npm rebuild'),
  };
}
