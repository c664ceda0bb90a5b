/** A daemon that is told to restart ends without a failure, and systemd starts it again, as often as it is asked to. */
import { expect, it } from 'vitest';
import { connect, machine } from '../stage.ts';

/** RestartSec, and a start on an emulated processor. */
const RESTART_MS = 90_000;
const TIMES = 2;

it('by the word of a button', async () => {
  const { guest, service } = await machine();
  await service.start();
  const first = await connect(guest, 'phone');
  expect(await first.ask({ type: 'zone.set', zone: 'floor', state: 'ON', color: '#112233' })).toMatchObject({ ok: true });
  for (let time = 1; time <= TIMES; time += 1) {
    const phone = await connect(guest, `phone-${time}`);
    const pid = await service.mainPid();
    expect(await phone.say('diuna/system/set', 'RESTART')).toMatchObject({ ok: true, changed: false });
    await service.untilRestarted(pid, RESTART_MS);
    expect(await service.show('NRestarts', 'ActiveState')).toEqual({ NRestarts: String(time), ActiveState: 'active' });
  }
  const journal = await service.journal();
  expect(journal.match(/diuna has stopped/g)).toHaveLength(TIMES);
  expect(journal).not.toMatch(/Failed with result|Main process exited.*FAILURE/);
  const again = await connect(guest, 'again');
  expect(await again.ask({ type: 'state.get' })).toMatchObject({ ok: true, state: { zones: { floor: { version: 1 } } } });
});
