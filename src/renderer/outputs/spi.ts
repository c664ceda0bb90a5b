/**
 * LEDs at an SPI bus of this machine: WS281x with their data line at MOSI (GPIO 10 of a Pi), or APA102 with their clock
 * line at SCLK (GPIO 11), too. Works on every Pi and without root. The kernel sends while the thread goes on.
 */
import type { StripFrame } from '../../light/stage.ts';
import type { SpiEncoding } from '../../model/config-outputs.ts';
import type { LoopClock } from '../loop-clock.ts';
import { type Machine, thisMachine } from './machine.ts';
import type { Output, Taken } from './output.ts';
import { OutputError, toOutputError } from './output-error.ts';
import { loadSpi, type SpiAddon, type SpiDevice, type SpiTransfer } from './spi-addon.ts';
import { checkSpi, cut, spiFault } from './spi-checks.ts';
import { type SpiWire, spiTimeMs, spiWire } from './spi-wire.ts';

/** Longest that a close waits for the frame under way; the longest one takes 0.7 s. */
const LAST_FRAME_MS = 2000;

export interface SpiOptions {
  readonly strip: string;
  readonly leds: number;
  readonly componentsPerLed: 3 | 4;
  /** `/dev/spidev<bus>.<chip>` */
  readonly device: string;
  readonly encoding: SpiEncoding;
  readonly speedHz: number;
}

export class SpiOutput implements Output {
  readonly strips: readonly string[];
  readonly wireMs: number;
  readonly gapMs = 0;
  readonly refreshMs = 0;
  readonly settleMs = 1000;
  readonly #options: SpiOptions;
  readonly #clock: LoopClock;
  readonly #machine: Machine;
  readonly #load: () => SpiAddon;
  readonly #wire: SpiWire;
  #device: SpiDevice | null = null;
  /** A frame, cut as the kernel takes it. */
  #messages: readonly (readonly SpiTransfer[])[] = [];
  /** Of the message that is sent next. */
  #next = 0;
  #busy = false;
  #taken: Taken = () => undefined;
  #onTransfer: (error: Error | null | undefined) => void = () => undefined;
  #idle: () => void = () => undefined;

  constructor(options: SpiOptions, clock: LoopClock, machine: Machine = thisMachine(), load: () => SpiAddon = loadSpi) {
    this.#options = options;
    this.#clock = clock;
    this.#machine = machine;
    this.#load = load;
    this.strips = [options.strip];
    this.#wire = spiWire(options.encoding, options.speedHz, options.leds, options.componentsPerLed);
    this.wireMs = spiTimeMs(this.#wire.bytes.length, options.speedHz);
  }

  async open(signal: AbortSignal): Promise<void> {
    checkSpi(this.#options.device, this.#machine);
    this.#messages = cut(this.#wire, this.#machine);
    const device = await this.#openDevice();
    if (signal.aborted) await closed(device);
    signal.throwIfAborted();
    this.#device = device;
    this.#busy = false;
    // Made once a device: what an older one still had under way does not count for this one.
    this.#onTransfer = (error) => {
      if (this.#device === device || this.#device === null) this.#transferred(device, error ?? null);
    };
  }

  /** Returns at once; taken when the last byte has left. */
  send(frames: readonly StripFrame[], taken: Taken): void {
    const [frame] = frames;
    const device = this.#device;
    if (frame === undefined || device === null) {
      taken(new OutputError('spi_closed', 'the device is closed', 'It is opened again by itself.'));
      return;
    }
    this.#wire.fill(frame.bytes);
    this.#begin(device, taken);
  }

  /** Waits for the frame under way: a thread that ended before would take the process with it. */
  async close({ off }: { readonly off: boolean }): Promise<void> {
    const device = this.#device;
    if (device === null) return;
    this.#device = null;
    await this.#untilIdle();
    if (off && !this.#busy) {
      this.#wire.fill(new Uint8Array(this.#options.leds * this.#options.componentsPerLed));
      this.#begin(device, () => undefined);
      await this.#untilIdle();
    }
    await closed(device);
  }

  #begin(device: SpiDevice, taken: Taken): void {
    this.#taken = taken;
    this.#next = 0;
    this.#busy = true;
    this.#transfer(device);
  }

  #transfer(device: SpiDevice): void {
    const message = this.#messages[this.#next];
    this.#next += 1;
    if (message === undefined) return this.#end(null);
    try {
      device.transfer(message, this.#onTransfer);
    } catch (cause) {
      this.#end(cause instanceof Error ? this.#fault('transfer', cause) : toOutputError(cause));
    }
  }

  #transferred(device: SpiDevice, error: Error | null): void {
    if (error === null) this.#transfer(device);
    else this.#end(this.#fault('transfer', error));
  }

  #end(fault: OutputError | null): void {
    this.#busy = false;
    this.#idle();
    this.#taken(fault);
  }

  async #openDevice(): Promise<SpiDevice> {
    const addon = this.#load();
    const { device: path, speedHz } = this.#options;
    const [bus = 0, chip = 0] = (path.match(/\d+/g) ?? []).map(Number);
    return await new Promise((resolve, reject) => {
      const device = addon.open(bus, chip, { maxSpeedHz: speedHz }, (error) => {
        if (error) reject(this.#fault('open', error));
        else resolve(device);
      });
    });
  }

  async #untilIdle(): Promise<void> {
    if (!this.#busy) return;
    await new Promise<void>((resolve) => {
      const cancel = this.#clock.after(LAST_FRAME_MS, resolve);
      this.#idle = () => {
        cancel();
        resolve();
      };
    });
  }

  #fault(doing: 'open' | 'transfer', cause: Error): OutputError {
    return spiFault(doing, this.#options.device, this.#machine, cause);
  }
}

async function closed(device: SpiDevice): Promise<void> {
  // What closing fails with leaves nothing to do: the next open tells.
  await new Promise<void>((resolve) => device.close(() => resolve()));
}
