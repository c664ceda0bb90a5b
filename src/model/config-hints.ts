/** What in a configuration is no mistake, and yet does not do what its writer may think. Pure. */
import type { Config } from './config.ts';
import type { KnobConfig } from './config-knobs.ts';
import type { Mistake } from './config-mistake.ts';

/** As config.txt writes them (raspberrypi.com, "The config.txt file", gpio). */
const bootPulls = { up: 'pu', down: 'pd', none: 'pn' } as const;

export function hintsOf({ knobs }: Pick<Config, 'knobs'>): Mistake[] {
  return Object.entries(knobs).flatMap(([id, knob]) => {
    const line = pullLine(knob);
    if (line === null) return [];
    const does = knob.pull === 'down' ? 'says where the lines rest, and sets no resistors' : 'sets no resistors';
    const message = `${does}: the driver onoff works by sysfs, which cannot. Use "driver: gpio", or put "${line}" into /boot/firmware/config.txt and restart the Pi, or solder resistors`;
    return [{ path: ['knobs', id, 'pull'], message }];
  });
}

/** @returns the line of config.txt that sets the resistors a knob asks for, where its driver cannot; null where nothing is asked. */
export function pullLine({ driver, pull, clk, dt, switch: button }: KnobConfig): string | null {
  const pins = [clk, dt, button].filter((pin) => pin !== undefined);
  if (driver !== 'onoff' || pull === undefined || pins.length === 0) return null;
  return `gpio=${pins.join(',')}=ip,${bootPulls[pull]}`;
}
