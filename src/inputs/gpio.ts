/**
 * A knob on pins, by the GPIO character device: one gpiomon of the package gpiod listens to all its lines, with the
 * kernel's times and pull resistors. Node has no ioctl, and this needs no compiler on the Pi.
 */
import type { Clock } from '../base/clock.ts';
import { EventTime, kernelMonotonicUs, OLDEST_MONOTONIC_US } from './event-time.ts';
import { noChip, noLine, strangeOutput, toolFault, toolUnknown } from './gpio-faults.ts';
import { HEADER_CHIPS, type PinLine } from './gpio-lines.ts';
import { type GpiodVersion, type GpioRequest, gpiodVersion, gpiogetArguments, listedChips, type Pull, readLevels } from './gpio-tools.ts';
import { GpioWatch } from './gpio-watch.ts';
import type { KnobDriver, KnobListener } from './knob-driver.ts';
import { runTool } from './reader-process.ts';

export interface GpioOptions {
  readonly clock: Clock;
  readonly lines: readonly PinLine[];
  readonly pull: Pull;
  /** Label, name or path of another chip than the header's. */
  readonly chip: string | null;
  readonly environment?: NodeJS.ProcessEnv;
}

export class GpioDriver implements KnobDriver {
  readonly #options: GpioOptions;
  readonly #environment: NodeJS.ProcessEnv;
  readonly #time: EventTime;
  #watch: GpioWatch | null = null;

  constructor(options: GpioOptions) {
    this.#options = options;
    this.#environment = options.environment ?? process.env;
    this.#time = new EventTime(options.clock, kernelMonotonicUs, OLDEST_MONOTONIC_US);
  }

  async open(signal: AbortSignal, listener: KnobListener): Promise<void> {
    await this.close();
    const version = await this.#version(signal);
    const { lines, pull } = this.#options;
    const request = { chip: await this.#chip(signal), pins: lines.map(({ pin }) => pin), pull };
    const levels = await this.#levels(version, request, signal);
    signal.throwIfAborted();
    const watch = new GpioWatch(lines, levels, version, this.#time, listener);
    this.#watch = watch;
    await watch.start(request, this.#environment, signal);
  }

  async close(): Promise<void> {
    const watch = this.#watch;
    this.#watch = null;
    await watch?.stop();
  }

  async #version(signal: AbortSignal): Promise<GpiodVersion> {
    const said = await this.#run('gpiomon', ['--version'], signal);
    const version = gpiodVersion(said);
    if (version === null) throw toolUnknown(said);
    return version;
  }

  async #chip(signal: AbortSignal): Promise<string> {
    const { chip, lines } = this.#options;
    if (chip !== null && /^(\/|gpiochip\d+$)/.test(chip)) return chip;
    const chips = listedChips(await this.#run('gpiodetect', [], signal));
    const wanted = chip === null ? HEADER_CHIPS : [chip];
    const found = chips.find(({ label }) => wanted.includes(label));
    if (found === undefined) throw noChip(wanted, chips);
    const beyond = lines.find(({ pin }) => pin >= found.lines);
    if (beyond !== undefined) throw noLine(beyond.pin, found);
    return found.name;
  }

  /** The lines are free again when gpiomon asks for them: what moves in between is known with its next edge. */
  async #levels(version: GpiodVersion, request: GpioRequest, signal: AbortSignal): Promise<readonly (0 | 1)[]> {
    const said = await this.#run('gpioget', gpiogetArguments(version, request), signal);
    const levels = readLevels(said, request.pins.length);
    if (levels === null) throw strangeOutput(said.slice(0, 200));
    return levels;
  }

  async #run(program: string, args: readonly string[], signal: AbortSignal): Promise<string> {
    const result = await runTool(program, args, this.#environment, signal);
    signal.throwIfAborted();
    if (result.code !== 0) throw toolFault(program, result);
    return result.stdout;
  }
}
