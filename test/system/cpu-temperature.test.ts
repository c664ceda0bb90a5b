/** How hot the processor is, as folders tell it that look like those of the kernel. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { CpuTemperature } from '../../src/system/cpu-temperature.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'diuna-thermal-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function zone(name: string, type: string | null, temp: string): void {
  mkdirSync(join(folder, name), { recursive: true });
  if (type !== null) writeFileSync(join(folder, name, 'type'), `${type}\n`);
  writeFileSync(join(folder, name, 'temp'), `${temp}\n`);
}

async function celsius(temperature = new CpuTemperature(folder)): Promise<number | null> {
  await temperature.refresh();
  return temperature.celsius;
}

it.each([
  ['cpu-thermal', '48312', 48.3],
  ['cpu_thermal', '85000', 85],
  ['soc_thermal', '9960', 10],
  ['soc-thermal', '-3249', -3.2],
  ['x86_pkg_temp', '61050', 61.1],
])('%s is the processor: %s is %d °C', async (type, temp, expected) => {
  zone('thermal_zone0', 'acpitz', '27800');
  zone('thermal_zone2', 'nvme', '33000');
  zone('thermal_zone10', type, temp);
  expect(await celsius()).toBe(expected);
});

it('the first zone does where none is a processor by name', async () => {
  zone('thermal_zone10', 'b', '20000');
  zone('thermal_zone9', null, '19000');
  zone('cooling_device0', 'cpu-thermal', '1');
  expect(await celsius()).toBe(19);
});

it.each(['', 'hot', '48.3', '99999999', '0x10'])('%j is no temperature', async (text) => {
  zone('thermal_zone0', 'cpu-thermal', text);
  expect(await celsius()).toBeNull();
});

it('a machine without any has none', async () => {
  expect(await celsius()).toBeNull();
  rmSync(folder, { recursive: true });
  expect(await celsius()).toBeNull();
  mkdirSync(folder);
});

it('is not known before it was read, changes, and comes back after a sensor was away', async () => {
  zone('thermal_zone0', 'cpu-thermal', '40000');
  const temperature = new CpuTemperature(folder);
  expect(temperature.celsius).toBeNull();
  expect(await celsius(temperature)).toBe(40);
  zone('thermal_zone0', 'cpu-thermal', '41000');
  expect(temperature.celsius).toBe(40);
  expect(await celsius(temperature)).toBe(41);
  rmSync(join(folder, 'thermal_zone0'), { recursive: true });
  expect(await celsius(temperature)).toBeNull();
  zone('thermal_zone1', 'cpu-thermal', '42000');
  expect(await celsius(temperature)).toBe(42);
});

it('is read once at a time, however often it is asked for', async () => {
  zone('thermal_zone0', 'cpu-thermal', '40000');
  const temperature = new CpuTemperature(folder);
  const first = temperature.refresh();
  expect(temperature.refresh()).toBe(first);
  await first;
  expect(temperature.refresh()).not.toBe(first);
  await temperature.refresh();
});
