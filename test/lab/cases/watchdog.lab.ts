/** A daemon that hangs is restarted by systemd, and is back with its state. */
import { expect, it } from 'vitest';
import { connect, type Machine, machine } from '../stage.ts';

/** WatchdogSec, the unit's time to die, and a start on an emulated processor. */
const RESTART_MS = 90_000;

it('that stands still as a whole', async () => {
  const lab = await machine();
  await lab.service.start();
  await setColor(lab);
  const pid = await lab.service.mainPid();
  await lab.guest.must(`kill -STOP ${pid}`);
  await lab.service.untilRestarted(pid, RESTART_MS);
  await expectBack(lab);
});

it('whose frame loop stands still, while everything else goes on', async () => {
  const lab = await machine({ renderer: { transition: 0, isolation: 'process' } });
  await lab.service.start();
  await setColor(lab);
  const pid = await lab.service.mainPid();
  const renderers = [...(await lab.service.processes())].filter(([, command]) => command.includes('renderer.js'));
  expect(renderers.length, JSON.stringify(renderers)).toBeGreaterThan(0);
  // The last that was started lights the strips; one before it only keeps the rights to do so.
  const renderer = Math.max(...renderers.map(([each]) => each));
  await lab.guest.must(`kill -STOP ${renderer}`);
  const phone = await connect(lab.guest, 'meanwhile');
  expect(await phone.ask({ type: 'zone.set', zone: 'shelf', state: 'ON', color: '#445566' })).toMatchObject({ ok: true });
  await lab.service.untilRestarted(pid, RESTART_MS);
  await expectBack(lab);
  expect([...(await lab.service.processes()).keys()]).not.toContain(renderer);
  const again = await connect(lab.guest, 'shelf');
  expect(await again.ask({ type: 'zone.toggle', zone: 'shelf', ack: 'rendered' })).toMatchObject({ ok: true, version: 2 });
});

async function setColor({ guest }: Machine): Promise<void> {
  const phone = await connect(guest, 'phone');
  expect(await phone.ask({ type: 'zone.set', zone: 'floor', state: 'ON', color: '#112233' })).toMatchObject({ ok: true, version: 1 });
}

async function expectBack({ guest, service }: Machine): Promise<void> {
  expect(await service.show('NRestarts', 'ActiveState')).toEqual({ NRestarts: '1', ActiveState: 'active' });
  expect(await service.journal()).toMatch(/Watchdog timeout/);
  const phone = await connect(guest, 'phone');
  const state = { zones: { floor: { version: 1, color: { r: 0x11, g: 0x22, b: 0x33 } } } };
  expect(await phone.ask({ type: 'state.get' })).toMatchObject({ ok: true, state });
}
