/** Makes the driver that a knob's configuration names, of those that read hardware. */
import type { Clock } from '../base/clock.ts';
import { EvdevDriver } from './evdev.ts';
import { GpioDriver } from './gpio.ts';
import { type Pins, pinLines } from './gpio-lines.ts';
import type { Pull } from './gpio-tools.ts';
import type { KnobDriver } from './knob-driver.ts';
import { OnoffDriver } from './onoff.ts';

export interface DriverOptions extends Pins {
  readonly driver: 'onoff' | 'gpio' | 'evdev';
  readonly pull?: Pull | undefined;
  readonly chip?: string | undefined;
  readonly device?: string | undefined;
  readonly switch_device?: string | undefined;
}

/** Touches nothing yet. */
export function makeDriver(options: DriverOptions, clock: Clock): KnobDriver {
  const { driver, pull = 'up', chip = null, device, switch_device } = options;
  switch (driver) {
    case 'onoff':
      return new OnoffDriver({ clock, lines: pinLines(options), chip });
    case 'gpio':
      return new GpioDriver({ clock, lines: pinLines(options), pull, chip });
    case 'evdev':
      return new EvdevDriver({ clock, devices: [device, switch_device].filter((name) => name !== undefined) });
  }
}
