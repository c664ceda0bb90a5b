/** The Nodes that the daemon meets: that of the distribution, and the one that its addons were built with. */
import { expect, it } from 'vitest';
import { connect, machine } from '../stage.ts';

it("the unit starts with Debian 13's own Node, and the daemon becomes its user there too", async () => {
  const { guest, service } = await machine();
  await guest.copyIn(
    Buffer.from('[Service]\nEnvironment=PATH=/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/bin\n'),
    '/etc/systemd/system/diuna.service.d/node.conf',
  );
  await guest.must('systemctl daemon-reload');
  await service.start().catch(async (cause: unknown) => {
    throw new Error(`the unit did not start:\n${await service.journal()}`, { cause });
  });
  expect(await guest.must(`readlink /proc/${await service.mainPid()}/exe`)).toBe('/usr/bin/node');
  expect(await guest.must(`stat -c %U /proc/${await service.mainPid()}`)).toBe('diuna');
  const phone = await connect(guest, 'phone');
  expect(await phone.ask({ type: 'zone.toggle', zone: 'floor' })).toMatchObject({ ok: true });
});

it('the addons that knobs and SPI strips use load on the guest', async () => {
  const { guest } = await machine();
  const load = "cd /usr/local/lib/node_modules/diuna && node -e \"require('onoff'); require('spi-device'); console.log('loaded')\"";
  expect(await guest.must(load)).toBe('loaded');
});
