/**
 * Asks the drivers what they would say of this machine and configuration, by the very checks that they make before they
 * start. Opens no device, and loads no driver that touches the hardware.
 */
import { join } from 'node:path';
import type { DriverFacts, MachineFacts, StripFacts } from '../../core/doctor/facts.ts';
import type { Trouble } from '../../core/doctor/finding.ts';
import { outputLayout } from '../../core/output-layout.ts';
import { InputError } from '../../inputs/knob-driver.ts';
import { findSysfsChip } from '../../inputs/onoff-sysfs.ts';
import type { Config } from '../../model/config.ts';
import type { StripConfig } from '../../model/config-strip.ts';
import { orderOf } from '../../model/led-types.ts';
import { chooseOutput } from '../../renderer/outputs/auto.ts';
import { readFacts } from '../../renderer/outputs/auto-facts.ts';
import type { Machine } from '../../renderer/outputs/machine.ts';
import { OutputError } from '../../renderer/outputs/output-error.ts';
import { checkSpi, cut } from '../../renderer/outputs/spi-checks.ts';
import { spiWire } from '../../renderer/outputs/spi-wire.ts';
import { checkBoard, checkWs281x } from '../../renderer/outputs/ws281x-checks.ts';
import type { PackageCheck } from './packages.ts';

export interface Asking {
  readonly config: Config;
  readonly facts: MachineFacts;
  readonly root: string;
  readonly arch: string;
  readonly checkPackage: PackageCheck;
  /** Whether root may obey a configuration. */
  readonly distrustOf: (path: string) => Trouble | null;
  /** Of the configuration. */
  readonly path: string;
}

export async function readDrivers(asking: Asking): Promise<DriverFacts> {
  const { config, facts, root, arch, checkPackage } = asking;
  const hasRoot = facts.account.uid === 0 || facts.unit?.startsAsRoot === true;
  const machine: Machine = { platform: facts.platform, arch, root, uid: hasRoot ? 0 : facts.account.uid };
  const strips = Object.entries(config.strips).map(([id, strip]) => readStrip(id, strip, machine, asking));
  const board = trouble('', () => checkBoard(machine));
  const wired = strips.some(({ output }) => output.driver === 'ws281x');
  return {
    strips,
    board,
    trust: wired && facts.hasRenderer && !hasRoot ? asking.distrustOf(asking.path) : null,
    pins: wired && board === null ? checkPins(config, strips, machine) : null,
    chips: await readChips(config, root),
    packages: new Map(neededPackages(config, strips).map((name) => [name, checkPackage(name)])),
  };
}

function readStrip(id: string, strip: StripConfig, machine: Machine, { facts, checkPackage }: Asking): StripFacts {
  const { length: leds, type, output } = strip;
  if (output.driver === 'auto') {
    const installed = (name: string) => checkPackage(name) === null;
    const choose = (served: boolean) => chooseOutput(readFacts(machine, { devices: [output.device], served, installed }), type, output);
    const { output: decided, why, fails } = choose(facts.hasRenderer);
    const wantsService = decided.driver !== 'ws281x' && choose(true).output.driver === 'ws281x';
    return { id, leds, output: decided, auto: { why, fails, wantsService }, ...checkFrames(id, { ...strip, output: decided }, machine) };
  }
  return { id, leds, output, auto: null, ...checkFrames(id, strip, machine) };
}

function checkFrames(id: string, strip: StripConfig, machine: Machine): Pick<StripFacts, 'device' | 'frame'> {
  const output = outputLayout(id, strip);
  if (output.driver !== 'spi') return { device: null, frame: null };
  return {
    device: trouble(`strip ${id}: `, () => checkSpi(output.device, machine)),
    frame: trouble(`strip ${id}: `, () => cut(spiWire(output.encoding, output.speedHz, strip.length, componentsOf(strip)), machine)),
  };
}

/** As root would find them: who it runs as, and /dev/mem, are findings of their own. */
function checkPins(config: Config, strips: readonly StripFacts[], machine: Machine): Trouble | null {
  const configs = new Map<string, StripConfig>(Object.entries(config.strips));
  const wired = strips.flatMap(({ id, leds, output }) => {
    const strip = configs.get(id);
    if (output.driver !== 'ws281x' || strip === undefined) return [];
    return [{ id, leds, componentsPerLed: componentsOf(strip), gpio: output.gpio, dma: output.dma }];
  });
  try {
    checkWs281x(wired, { ...machine, uid: 0 });
    return null;
  } catch (cause) {
    if (!(cause instanceof OutputError)) throw cause;
    return cause.code === 'ws281x_no_memory_device' ? null : { message: cause.message, cure: cause.cure };
  }
}

async function readChips(config: Config, root: string): Promise<DriverFacts['chips']> {
  const chips = new Map<string, Trouble | null>();
  for (const [id, knob] of Object.entries(config.knobs)) {
    if (knob.driver !== 'onoff') continue;
    try {
      await findSysfsChip(join(root, 'sys/class/gpio'), knob.chip ?? null);
      chips.set(id, null);
    } catch (cause) {
      if (!(cause instanceof InputError)) throw cause;
      chips.set(id, { message: `knob ${id}: ${cause.message}`, cure: cause.cure });
    }
  }
  return chips;
}

function neededPackages(config: Config, strips: readonly StripFacts[]): string[] {
  const drivers = new Set<string>([
    ...strips.map(({ output }) => output.driver),
    ...Object.values(config.knobs).map(({ driver }) => driver),
  ]);
  const packages = { ws281x: 'rpi-ws281x-native', spi: 'spi-device', onoff: 'onoff' };
  return Object.entries(packages).flatMap(([driver, name]) => (drivers.has(driver) ? [name] : []));
}

/** What a knob reads by evdev. */
export function inputNames(config: Config): string[] {
  return Object.values(config.knobs).flatMap(({ driver, device, switch_device }) =>
    driver === 'evdev' ? [device, switch_device].filter((name) => name !== undefined) : [],
  );
}

function componentsOf(strip: StripConfig): 3 | 4 {
  return orderOf(strip).length === 4 ? 4 : 3;
}

/** @param before stands before what is wrong: whom it is about. */
function trouble(before: string, check: () => unknown): Trouble | null {
  try {
    check();
    return null;
  } catch (cause) {
    if (!(cause instanceof OutputError)) throw cause;
    return { message: `${before}${cause.message}`, cure: cause.cure };
  }
}
