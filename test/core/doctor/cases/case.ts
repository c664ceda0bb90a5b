/** What findings are tried with: facts of a healthy machine and what is wrong about it, and what is to be said of that. */
import type { ConfiguredFacts, Facts, MachineFacts, StoreFacts, UnitFacts } from '../../../../src/core/doctor/facts.ts';
import type { Level } from '../../../../src/core/doctor/finding.ts';
import { clocked, configured, facts, file, simulated, wired } from '../healthy.ts';

/** What is wrong; the id and level that say so; what the finding and the cure name. */
export type Case = readonly [what: string, id: string, level: Level, facts: Facts, found: string, cure: string];

const { machine, configured: well } = facts(simulated);
export const trouble = { message: 'it is broken', cure: 'Run "sudo mend".' };
export const onoff = 'driver: onoff, clk: 17, dt: 27, switch: 22';
export const byGpio = onoff.replace('onoff', 'gpio');
export const closedStore = {
  path: '/home/pi/data',
  chain: [file('/'), file('/home'), file('/home/pi', 0o700, 1000, 1000)],
  exists: false,
};

export function boot(text: string): Partial<MachineFacts> {
  return { boot: { path: '/boot/firmware/config.txt', text } };
}

export function gpio(more: Partial<MachineFacts['gpio']>): Partial<MachineFacts> {
  return { gpio: { ...machine.gpio, ...more } };
}

export function onPort(host: string): Partial<MachineFacts> {
  return { listening: [{ host, port: 1883 }] };
}

export function drivers(more: Partial<ConfiguredFacts['drivers']>, text = wired): Pick<ConfiguredFacts, 'drivers'> {
  return { drivers: { ...configured(text).drivers, ...more } };
}

/** @param more about the strip on SPI. */
export function strip(more: object): Pick<ConfiguredFacts, 'drivers'> {
  return drivers({ strips: configured(clocked).drivers.strips.map((one) => ({ ...one, ...more })) }, clocked);
}

export function store(more: Partial<StoreFacts>): Partial<Pick<ConfiguredFacts, 'store'>> {
  return 'config' in well ? { store: { ...well.store, ...more } } : {};
}

export function unit(settings: Record<string, string[]>): UnitFacts {
  return { user: 'diuna', startsAsRoot: false, settings: new Map(Object.entries(settings)) };
}
