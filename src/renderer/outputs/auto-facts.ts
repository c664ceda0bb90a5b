/** Reads what `auto` decides by. Touches no hardware, and loads no native package: only one thread of a process may. */
import { createRequire } from 'node:module';
import type { MachineFacts } from './auto.ts';
import type { Machine } from './machine.ts';
import { OutputError } from './output-error.ts';
import { spiState } from './spi-checks.ts';
import { channel0Pins, channel1Pins } from './ws281x-boards.ts';
import { checkBoard, checkMemory, readModel } from './ws281x-checks.ts';

const require = createRequire(import.meta.url);

export interface Asked {
  /** SPI devices. */
  readonly devices: readonly string[];
  /** Whether there is a renderer's service, which has root where this process has not. */
  readonly served: boolean;
  /** Whether a package can be found. */
  readonly installed?: (name: string) => boolean;
}

export function readFacts(machine: Machine, { devices, served, installed = isInstalled }: Asked): MachineFacts {
  const model = readModel(machine);
  return {
    pi: model?.includes('Raspberry Pi') === true ? model : null,
    ws281x: readPins(machine, served, installed),
    spiAddon: installed('spi-device'),
    spi: new Map(devices.map((device) => [device, spiState(device, machine)])),
  };
}

function readPins(machine: Machine, served: boolean, installed: (name: string) => boolean): MachineFacts['ws281x'] {
  try {
    const { revision } = checkBoard(machine);
    if (machine.uid !== 0 && !served) return { why: 'it needs root' };
    if (!installed('rpi-ws281x-native')) return { why: 'the package rpi-ws281x-native is not installed' };
    if (!served) checkMemory(machine); // else the service sees devices that this process need not
    return { pins: [...channel0Pins(revision), ...channel1Pins(revision)] };
  } catch (cause) {
    if (cause instanceof OutputError) return { why: cause.message };
    throw cause;
  }
}

function isInstalled(name: string): boolean {
  try {
    require.resolve(name);
    return true;
  } catch {
    return false; // as optional packages may be
  }
}
