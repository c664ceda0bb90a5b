/** Which devices the units open, as systemd and the kernel have it: of nodes of the right kind, with nothing behind them. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { machine } from '../stage.ts';

/** Nothing is there, which is found out only where the device may be opened. */
const MAY = 'No such device or address';
const MAY_NOT = 'Operation not permitted';
const SPI = 153;
/** No module has it. */
const UNKNOWN = 511;

it('the units open SPI devices, by a number that counts before there is a module for it', async () => {
  const { guest } = await machine();
  expect(await guest.must(`grep -w ${SPI} /proc/devices`)).toBe(`${SPI} spi`); // and not spidev, as one may think
  expect(await guest.must(`grep -cw ${UNKNOWN} /proc/devices || true`)).toBe('0');
  await guest.must(`for major in ${SPI} ${UNKNOWN}; do mknod -m 666 /dev/lab-$major c $major 31; done`);
  const open = (major: number, settings: readonly string[]) => {
    const words = settings.map((line) => `-p '${line}'`).join(' ');
    return guest.must(`systemd-run --wait --pipe --quiet ${words} sh -c 'cat /dev/lab-${major} 2>&1 || true'`);
  };
  for (const name of ['diuna.service', 'diuna-renderer.service']) {
    const unit = readFileSync(new URL(`../../../systemd/${name}`, import.meta.url), 'utf8');
    const settings = [...unit.matchAll(/^Device(?:Policy|Allow)=.*$/gm)].map(([line]) => line);
    expect(await open(SPI, settings)).toContain(MAY);
    expect(await open(UNKNOWN, settings)).toContain(MAY_NOT);
    const byName = settings.map((line) => line.replace(`char-${SPI}`, 'char-spidev'));
    expect(await open(SPI, byName)).toContain(MAY_NOT);
    const byNumber = settings.map((line) => line.replace(`char-${SPI}`, `char-${UNKNOWN}`));
    expect(await open(UNKNOWN, byNumber)).toContain(MAY);
  }
});
