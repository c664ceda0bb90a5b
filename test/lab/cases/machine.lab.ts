/** The laboratory itself: that its machine is what the other cases take it for. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, inject, it } from 'vitest';
import { afterwards } from '../../support/afterwards.ts';
import { freePort } from '../../support/daemon.ts';
import { DATA_DEVICE, Guest } from '../guest/guest.ts';
import { Pins } from '../guest/pins.ts';
import { machine } from '../stage.ts';

it('a power cut takes what was not flushed to the disk, and leaves what was', async () => {
  const lab = inject('lab');
  const { guest } = await machine();
  await guest.must(`mount ${DATA_DEVICE} /mnt && echo kept >/mnt/flushed && sync && echo lost >/mnt/not-flushed && cat /mnt/not-flushed`);
  await guest.cut();
  const again = await Guest.restore(lab.base, lab.installed, lab.folder, guest.data);
  afterwards(() => again.cut());
  await again.must(`mount ${DATA_DEVICE} /mnt`);
  expect((await again.copyOut('/mnt/flushed')).toString()).toBe('kept\n');
  expect(await again.must('cat /mnt/not-flushed 2>/dev/null || true')).toBe('');
});

it('has pins as a Pi 4 numbers them, which follow what is done to them', async () => {
  const { guest } = await machine();
  const pins = await Pins.make(guest);
  expect(await guest.must('cat /sys/class/gpio/gpiochip512/label')).toBe('pinctrl-bcm2711');
  await guest.must('echo 529 >/sys/class/gpio/export'); // GPIO 17
  await pins.move([[17, 1]]);
  expect(await guest.must('cat /sys/class/gpio/gpio529/value')).toBe('1');
  await pins.move([[17, 0]]);
  expect(await guest.must('cat /sys/class/gpio/gpio529/value')).toBe('0');
});

it('lets programs make input devices', async () => {
  const { guest } = await machine();
  expect(await guest.must('modprobe -a uinput evdev && stat -c %F /dev/uinput')).toBe('character special file');
});

it('reaches nobody, not even the host', async () => {
  const server = createServer((socket) => socket.end('reached')).listen(await freePort(), '127.0.0.1');
  afterwards(async () => server.close());
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const { guest } = await machine();
  await guest.must('ip route replace default via 10.0.2.2');
  expect(await guest.must(`timeout 3 cat </dev/tcp/10.0.2.2/${address.port} 2>/dev/null || true`)).toBe('');
});
