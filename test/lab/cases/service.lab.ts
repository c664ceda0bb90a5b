/** The unit as the repository has it, under the real systemd: started, told what to do, reloaded and stopped. */
import { beforeAll, expect, it } from 'vitest';
import type { TestClient } from '../../support/client.ts';
import { until } from '../../support/until.ts';
import { connect, type Machine, machine } from '../stage.ts';

/** TimeoutStopSec of the unit. */
const STOP_US = 5_000_000;

let lab: Machine;
let phone: TestClient;

beforeAll(async () => {
  lab = await machine();
});

it('starts: systemd hears READY and watches over it, and it has become its user', async () => {
  const { guest, service } = lab;
  await service.start();
  const shown = await service.show('Type', 'ActiveState', 'SubState', 'NotifyAccess', 'NRestarts', 'WatchdogTimestampMonotonic', 'MainPID');
  expect(shown).toMatchObject({ Type: 'notify', ActiveState: 'active', SubState: 'running', NotifyAccess: 'all', NRestarts: '0' });
  expect(Number(shown.WatchdogTimestampMonotonic)).toBeGreaterThan(0);
  expect(await guest.must(`stat -c %U:%G /proc/${shown.MainPID}`)).toBe('diuna:diuna');
  const faults = (await service.logged()).filter(({ level }) => level === 'error');
  expect(faults).toEqual([]);
});

it('answers commands from outside, and has them on disk before it does', async () => {
  phone = await connect(lab.guest, 'phone');
  await phone.mqtt.subscribeAsync('diuna/#', { qos: 1 });
  const reply = await phone.ask({ type: 'zone.set', zone: 'floor', state: 'ON', color: '#112233', ack: 'rendered' });
  expect(reply).toMatchObject({ ok: true, changed: true, version: 1, state: { color: { r: 0x11, g: 0x22, b: 0x33 } } });
  expect(reply).not.toHaveProperty('durable');
  expect(reply).not.toHaveProperty('rendered');
  expect(await lab.guest.must("stat -c '%U %a' /var/lib/diuna")).toBe('diuna 750');
});

it('takes a new configuration at a reload, and goes on serving meanwhile', async () => {
  const { service } = lab;
  const pid = await service.mainPid();
  const zones = {
    floor: { strip: 'main', range: [0, 29] },
    shelf: { strip: 'main', range: [30, 44] },
    desk: { strip: 'main', range: [45, 59] },
  };
  await service.configure({ zones });
  await Promise.all([service.reload(), until(() => phone.state('desk'), 'the new zone')]);
  expect(await phone.ask({ type: 'zone.toggle', zone: 'desk' })).toMatchObject({ ok: true });
  expect(phone.mqtt.connected).toBe(true);
  expect(await service.show('ActiveState', 'MainPID', 'NRestarts')).toEqual({
    ActiveState: 'active',
    MainPID: String(pid),
    NRestarts: '0',
  });
  expect(await phone.ask({ type: 'zone.toggle', zone: 'floor' })).toMatchObject({ ok: true, version: 2 });
});

it('reports a broken configuration at a reload, and goes on with the old one', async () => {
  const { service } = lab;
  await service.configure({ zones: { floor: { strip: 'none', range: [0, 29] } } });
  await Promise.all([service.reload(), until(() => phone.on('diuna/event/system/config_rejected')[0], 'the report')]);
  expect(await phone.ask({ type: 'zone.toggle', zone: 'floor' })).toMatchObject({ ok: true, version: 3 });
  expect((await service.show('ActiveState')).ActiveState).toBe('active');
  await service.configure({});
});

it('stops orderly and within its time, after it told its clients', async () => {
  const { service } = lab;
  await service.stop();
  expect(phone.on('diuna/status').at(-1)?.payload).toBe('offline');
  const names = [
    'ActiveState',
    'Result',
    'ExecMainCode',
    'ExecMainStatus',
    'ActiveExitTimestampMonotonic',
    'InactiveEnterTimestampMonotonic',
  ] as const;
  const shown = await service.show(...names);
  expect(shown).toMatchObject({ ActiveState: 'inactive', Result: 'success', ExecMainCode: '1', ExecMainStatus: '0' });
  const tookUs = Number(shown.InactiveEnterTimestampMonotonic) - Number(shown.ActiveExitTimestampMonotonic);
  expect(tookUs).toBeLessThan(STOP_US);
  expect(await service.logged('diuna has stopped')).toHaveLength(1);
});

it('is back as it was at the next start', async () => {
  await lab.service.start();
  const again = await connect(lab.guest, 'phone-again');
  expect(await again.ask({ type: 'state.get' })).toMatchObject({
    ok: true,
    state: { zones: { floor: { version: 3, color: { r: 0x11, g: 0x22, b: 0x33 } } } },
  });
});
