/** A start that meets what is not as it should be: a port that somebody has, a disk that nobody may write to. */
import { expect, it } from 'vitest';
import { until } from '../../support/until.ts';
import { untilAsked } from '../diuna/service.ts';
import { connect, machine } from '../stage.ts';

const RETRY_MS = 60_000;
/** More than a service manager lets pass unless it is told to. */
const MANY_TRIES = 11;
const MANY_TRIES_MS = 180_000;

it('with the port taken fails with a clear word and its own code, is tried again, and comes up once the port is free', async () => {
  const { guest, service } = await machine();
  await guest.must('systemd-run --quiet --unit squatter systemd-socket-activate -l 0.0.0.0:1883 /bin/true');
  await guest.must('systemctl start --no-block diuna');
  await untilAsked(async () => Number((await service.show('NRestarts')).NRestarts) >= 2, 'two more tries', RETRY_MS);
  const said = await service.journal();
  expect(said).toMatch(/Main process exited, code=exited, status=75/);
  expect(said).toMatch(/^diuna: .*1883.*: .+$/m);
  await guest.must('systemctl stop squatter');
  await untilAsked(async () => (await service.show('ActiveState')).ActiveState === 'active', 'the start', RETRY_MS);
  const phone = await connect(guest, 'phone');
  expect(await phone.ask({ type: 'zone.toggle', zone: 'floor' })).toMatchObject({ ok: true });
});

it(
  'is tried for as long as the port is taken',
  async () => {
    const { guest, service } = await machine();
    await guest.must('systemd-run --quiet --unit squatter systemd-socket-activate -l 0.0.0.0:1883 /bin/true');
    await guest.must('systemctl start --no-block diuna');
    await untilAsked(
      async () => {
        const { NRestarts, ActiveState } = await service.show('NRestarts', 'ActiveState');
        expect(ActiveState, `after ${NRestarts} restarts`).not.toBe('failed');
        return Number(NRestarts) > MANY_TRIES;
      },
      `${MANY_TRIES} tries`,
      MANY_TRIES_MS,
    );
  },
  MANY_TRIES_MS + 60_000,
);

it('lights and serves while the disk may not be written to, says so, and starts on such a disk too', async () => {
  const { guest, service } = await machine();
  await service.start();
  const phone = await connect(guest, 'phone');
  expect(await phone.ask({ type: 'zone.set', zone: 'floor', state: 'ON', color: '#112233' })).toMatchObject({ ok: true, version: 1 });
  // As the kernel does where a card fails, whoever has files open.
  await guest.must('echo u >/proc/sysrq-trigger');
  await untilAsked(async () => (await guest.must("grep ' / ' /proc/mounts")).includes(' ro,'), 'the disk to be read-only', 10_000);
  const failing = await phone.ask({ type: 'zone.set', zone: 'shelf', state: 'ON', color: '#445566', ack: 'rendered' });
  expect(failing).toMatchObject({ ok: true, changed: true, durable: false });
  expect(failing).not.toHaveProperty('rendered');
  await phone.mqtt.subscribeAsync('diuna/system/state', { qos: 1 });
  await until(() => phone.on('diuna/system/state').some(({ payload }) => JSON.parse(payload).healthy === false), 'the health');

  await guest.must('systemctl restart diuna', { seconds: 60 });
  const again = await connect(guest, 'phone-again');
  const state = { zones: { floor: { version: 1, color: { r: 0x11, g: 0x22, b: 0x33 } } } };
  expect(await again.ask({ type: 'state.get' })).toMatchObject({ ok: true, state });
  expect(await again.ask({ type: 'zone.toggle', zone: 'shelf', ack: 'rendered' })).toMatchObject({ ok: true, durable: false });
  expect((await service.logged('system.store_failed')).length).toBeGreaterThan(1);
});
