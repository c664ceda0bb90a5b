/**
 * A knob on pins, by the package onoff over sysfs GPIO. The level is read when this process gets round to it: under load
 * fast edges merge, which the drivers gpio and evdev do not let happen. sysfs sets no pull resistors: config.txt does.
 */
import type { Clock } from '../base/clock.ts';
import type { PinLine } from './gpio-lines.ts';
import type { InputError, KnobDriver, KnobListener } from './knob-driver.ts';
import { lineFault, notSet } from './onoff-faults.ts';
import { loadOnoff, type OnoffGpio, type OnoffModule } from './onoff-module.ts';
import { exportLine, findSysfsChip, unexportLine } from './onoff-sysfs.ts';

export interface OnoffOptions {
  readonly clock: Clock;
  readonly lines: readonly PinLine[];
  /** Label of another chip than the header's. */
  readonly chip: string | null;
  readonly load?: () => OnoffModule;
  /** Where sysfs has GPIO; the package itself knows /sys/class/gpio alone. */
  readonly root?: string;
}

const CHECK_MS = 1000;

export class OnoffDriver implements KnobDriver {
  readonly #options: OnoffOptions;
  readonly #root: string;
  #taken: { readonly gpio: OnoffGpio; readonly check: () => void }[] = [];
  #checking: NodeJS.Timeout | undefined;
  /** Of this opening; what an earlier one still tells is not heard. */
  #listener: KnobListener | null = null;
  /** What failed before all lines were taken: opening throws it. */
  #early: InputError | null = null;
  #open = false;

  constructor(options: OnoffOptions) {
    this.#options = options;
    this.#root = options.root ?? '/sys/class/gpio';
  }

  async open(signal: AbortSignal, listener: KnobListener): Promise<void> {
    await this.close();
    this.#listener = listener;
    try {
      const { Gpio } = (this.#options.load ?? loadOnoff)();
      const chip = await findSysfsChip(this.#root, this.#options.chip);
      for (const line of this.#options.lines) {
        const number = await exportLine(this.#root, line.pin, chip, signal);
        try {
          signal.throwIfAborted();
          this.#take(Gpio, line, number);
        } catch (cause) {
          await unexportLine(this.#root, number);
          throw cause;
        }
      }
      if (this.#early !== null) throw this.#early;
      this.#open = true;
      this.#checking = setInterval(() => this.#check(), CHECK_MS);
    } catch (cause) {
      await this.close();
      throw cause;
    }
  }

  async close(): Promise<void> {
    this.#listener = null;
    this.#early = null;
    this.#open = false;
    clearInterval(this.#checking);
    for (const { gpio } of this.#taken.splice(0)) {
      try {
        gpio.unexport();
      } catch {
        // The line is gone already, which is what was wanted.
      }
    }
  }

  #take(Gpio: OnoffModule['Gpio'], { line, pin }: PinLine, number: number): void {
    const path = `${this.#root}/gpio${number}`;
    try {
      const gpio = new (readable(Gpio, (cause) => this.#fail(cause, pin, path)))(number, 'in', 'both', { activeLow: false });
      let last = -1;
      const told = (value: number) => {
        last = value;
        this.#tell(line, value);
      };
      const check = () => {
        const value = gpio.readSync();
        if (value !== last) told(value);
      };
      this.#taken.push({ gpio, check });
      checkSettings(gpio, pin);
      // What changes after this reading wakes the watch as soon as it begins.
      told(gpio.readSync());
      gpio.watch((error, value) => {
        if (error) this.#fail(error, pin, path);
        else told(value);
      });
    } catch (cause) {
      throw lineFault(cause, pin, path);
    }
  }

  /** The kernel does not tell when somebody unexports a line, but reading it fails then. */
  #check(): void {
    for (const { check } of [...this.#taken]) if (this.#open) check();
  }

  #tell(line: PinLine['line'], value: number): void {
    this.#listener?.hear({ kind: 'level', line, level: value === 0 ? 0 : 1, atUs: Math.round(this.#options.clock.monotonicUs()) });
  }

  #fail(cause: unknown, pin: number, path: string): void {
    const listener = this.#listener;
    const fault = lineFault(cause, pin, path);
    if (this.#open) {
      void this.close();
      listener?.failed(fault);
    } else this.#early ??= fault;
  }
}

/** Where a line was exported already, the package passes over what it could not set. */
function checkSettings(gpio: OnoffGpio, pin: number): void {
  const direction = gpio.direction();
  if (direction !== 'in') throw notSet(pin, `its direction is ${direction}`);
  const edge = gpio.edge();
  if (edge !== 'both') throw notSet(pin, `its edge is ${edge}`);
  if (gpio.activeLow()) throw notSet(pin, 'it is active low');
}

/**
 * The package reads the level as soon as the kernel wakes it, in a call that comes from native code: where that throws, as
 * when somebody unexports the line, the whole process would end.
 */
function readable(Gpio: OnoffModule['Gpio'], onFault: (cause: unknown) => void): OnoffModule['Gpio'] {
  let watched = false; // no field of the class: the package's constructor reads too
  return class extends Gpio {
    override readSync(): number {
      if (!watched) return super.readSync();
      try {
        return super.readSync();
      } catch (cause) {
        onFault(cause);
        return 0;
      }
    }

    override watch(callback: Parameters<OnoffGpio['watch']>[0]): void {
      watched = true;
      super.watch(callback);
    }
  };
}
