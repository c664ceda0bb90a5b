/**
 * Everything that is looked at before the ws281x driver is touched: the driver itself answers some of these mistakes by
 * doing nothing without a word, and others by ending the process.
 */
import { accessSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Machine } from './machine.ts';
import { LastingOutputError, OutputError } from './output-error.ts';
import { channel0Pins, channel1Pins, isKnownBoard, isPi5 } from './ws281x-boards.ts';

export interface Ws281xStrip {
  readonly id: string;
  readonly leds: number;
  readonly componentsPerLed: 3 | 4;
  readonly gpio: number;
  readonly dma: number;
}

/** A board that the driver can light LEDs of. */
export interface Board {
  /** With its revision code, as people are told. */
  readonly name: string;
  readonly revision: number;
}

/** The strips by channel: index 0 and 1; `null` where a channel is unused. */
export type Channels = readonly [Ws281xStrip | null, Ws281xStrip | null];

/** DMA channel 5 serves the SD card, whose files it damages (README of rpi_ws281x, "Important warning about DMA channels"). */
const SD_CARD_DMA = 5;

const OTHER_DRIVER = 'Use the driver spi, with the data line at GPIO 10, or a controller in the network (ddp, e131).';

/** @throws OutputError where the driver cannot serve this machine, whoever it runs as. */
export function checkBoard(machine: Machine): Board {
  if (machine.platform !== 'linux') throw notAPi(`this is ${machine.platform}`);
  const model = readModel(machine);
  if (model === null || !model.includes('Raspberry Pi')) throw notAPi(model === null ? 'this is no Raspberry Pi' : `this is a ${model}`);
  const revision = readRevision(machine);
  if (revision === null) {
    throw new OutputError('ws281x_board_unknown', `cannot read the revision code of this ${model}`, OTHER_DRIVER);
  }
  const name = `${model} (revision ${revision.toString(16)})`;
  if (isPi5(revision)) {
    throw new OutputError('ws281x_board_unsupported', `the ws281x driver cannot reach the pins of a ${name}`, OTHER_DRIVER);
  }
  if (!isKnownBoard(revision, machine.arch === 'arm64')) {
    throw new OutputError('ws281x_board_unknown', `the ws281x driver does not know the ${name}`, OTHER_DRIVER);
  }
  return { name, revision };
}

/** @throws OutputError what is in the way, with its cure. */
export function checkWs281x(strips: readonly Ws281xStrip[], machine: Machine): Channels {
  const { revision } = checkBoard(machine);
  if (machine.uid !== 0) {
    // Who runs as somebody else stays it: a daemon that gave root away, or never had it.
    const cure = 'Start the daemon as root; where the strip is new in its configuration, restart the service.';
    throw new LastingOutputError('ws281x_not_root', `the ws281x driver needs root, and runs as user ${machine.uid}`, cure);
  }
  const unsafe = strips.find(({ dma }) => dma === SD_CARD_DMA);
  if (unsafe !== undefined) {
    const message = `strip ${unsafe.id} uses DMA channel ${SD_CARD_DMA}, which serves the SD card and would damage its files`;
    throw new LastingOutputError('ws281x_unsafe_dma', message, 'Use dma: 10.');
  }
  const channels = assignChannels(strips, revision);
  checkMemory(machine);
  return channels;
}

/** @throws OutputError */
export function checkMemory(machine: Machine): void {
  try {
    accessSync(join(machine.root, 'dev/mem'));
  } catch (cause) {
    const cure = 'Use a kernel with /dev/mem, and let the service see it (no PrivateDevices).';
    throw new OutputError('ws281x_no_memory_device', '/dev/mem is missing', cure, cause);
  }
}

function assignChannels(strips: readonly Ws281xStrip[], revision: number): Channels {
  const first = channel0Pins(revision);
  const second = channel1Pins(revision);
  const channels: [Ws281xStrip | null, Ws281xStrip | null] = [null, null];
  for (const strip of strips) {
    const channel = first.includes(strip.gpio) ? 0 : second.includes(strip.gpio) ? 1 : null;
    if (channel === null) {
      throw pins(
        `GPIO ${strip.gpio} of strip ${strip.id} cannot drive LEDs on this board`,
        `Use one of ${[...first, ...second].join(', ')}.`,
      );
    }
    const other = channels[channel];
    if (other !== null) {
      throw pins(`strips ${other.id} and ${strip.id} are on pins of the same channel`, 'Put one on GPIO 12 or 18, the other on 13 or 19.');
    }
    channels[channel] = strip;
  }
  const [a, b] = channels;
  if (a !== null && b !== null && a.gpio !== 12 && a.gpio !== 18) {
    throw pins(`GPIO ${a.gpio} leaves no second channel for strip ${b.id}`, 'Put one on GPIO 12 or 18, the other on 13 or 19.');
  }
  if (a !== null && b !== null && a.dma !== b.dma) {
    throw pins(`strips ${a.id} and ${b.id} share one DMA channel`, 'Give both the same dma.');
  }
  return channels;
}

/** What the board calls itself; null where it does not say. */
export function readModel(machine: Machine): string | null {
  return readText(machine, 'proc/device-tree/model');
}

/** From where the driver itself reads it. */
function readRevision(machine: Machine): number | null {
  if (machine.arch === 'arm64') {
    const bytes = readBytes(machine, 'proc/device-tree/system/linux,revision');
    return bytes === null || bytes.length < 4 ? null : bytes.readUInt32BE(0);
  }
  const digits = /^Revision\s*: *([0-9a-f]+)$/im.exec(readText(machine, 'proc/cpuinfo') ?? '')?.[1];
  return digits === undefined ? null : Number.parseInt(digits, 16);
}

/** @returns null where there is no such file. */
function readBytes(machine: Machine, path: string): Buffer | null {
  try {
    return readFileSync(join(machine.root, path));
  } catch (cause) {
    if (cause instanceof Error) return null;
    throw cause;
  }
}

/** Device-tree texts end in a NUL. */
function readText(machine: Machine, path: string): string | null {
  return readBytes(machine, path)?.toString('utf8').replace(/\0+$/, '') ?? null;
}

function notAPi(what: string): OutputError {
  return new OutputError(
    'ws281x_not_a_pi',
    `the ws281x driver works on a Raspberry Pi 1 to 4 only; ${what}`,
    'Use the driver simulated, ddp or e131 here.',
  );
}

function pins(message: string, cure: string): OutputError {
  return new OutputError('ws281x_pins', message, cure);
}
