/** A knob that is being turned while the machine boots: the daemon starts amid its edges, and knows where it stands. */
import { expect, inject, it } from 'vitest';
import { afterwards } from '../../support/afterwards.ts';
import { until } from '../../support/until.ts';
import { allowKnobs, KnobEar } from '../diuna/knobs.ts';
import { Service } from '../diuna/service.ts';
import { Guest } from '../guest/guest.ts';
import { Hand, KNOB_PINS, type Move } from '../guest/hand.ts';
import { MAKING, Pins } from '../guest/pins.ts';
import { KnobTrial } from '../knob-trial.ts';
import { connect, machine } from '../stage.ts';

const HEARD_MS = 60_000;
/** To and fro, for longer than any boot takes; it stands at rest in the end. */
const STORM: readonly Move[] = Array.from({ length: 200 }, (_, index) => (index % 2 === 0 ? '+30' : '-30'));

it('a knob that is turned throughout the boot is read from the start, and each detent counts once it is quiet', async () => {
  const lab = inject('lab');
  const before = await machine({ knobs: { desk: { driver: 'gpio', ...KNOB_PINS, zone: 'floor', rotate: { step: 1 } } } });
  await allowKnobs(before.guest);
  const hand = await Hand.onPins(before.guest, await Pins.make(before.guest));
  const turning = hand.command(STORM, { rate: 50, bounces: 3 });
  await before.guest.copyIn(Buffer.from(`${MAKING}\nexec ${turning}\n`), '/usr/local/sbin/turning');
  await before.guest.copyIn(
    Buffer.from(
      '[Unit]\nBefore=diuna.service\n[Service]\nExecStart=/bin/bash /usr/local/sbin/turning\n[Install]\nWantedBy=multi-user.target\n',
    ),
    '/etc/systemd/system/turning.service',
  );
  await before.guest.must('systemctl enable turning && sync');
  await before.guest.cut();

  const guest = await Guest.boot(lab.base, before.guest.disk, lab.folder);
  afterwards(() => guest.cut());
  const service = new Service(guest);
  await service.start(); // joins the start of the boot
  const early = await connect(guest, 'early');
  const ear = await KnobEar.listen(early, 'desk');
  expect(await guest.must('systemctl is-active turning')).toBe('active');
  expect(await early.ask({ type: 'zone.set', zone: 'floor', state: 'ON' })).toMatchObject({ ok: true });
  await until(() => ear.moves().length > 0, 'a turn', HEARD_MS);
  await guest.must('systemctl stop turning');

  const again = await Hand.onPins(guest, await Pins.make(guest));
  const trial = await KnobTrial.begin('gpio', guest, again);
  await trial.turnSeen(['+30', '-40'], { rate: 50 });
  expect(await service.show('ActiveState', 'NRestarts')).toEqual({ ActiveState: 'active', NRestarts: '0' });
});
