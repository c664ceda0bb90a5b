/** The unmodified gpiomon of Debian 12, which speaks otherwise than that of Debian 13. The guest's kernel is too new for it: what it asks is translated (guest/tools/gpio-v1.c). */
import { expect, it } from 'vitest';
import { allowKnobs } from '../diuna/knobs.ts';
import { Hand, KNOB_PINS } from '../guest/hand.ts';
import { Pins } from '../guest/pins.ts';
import { KnobTrial } from '../knob-trial.ts';
import { copyOldGpiod } from '../prepare/old-gpiod.ts';
import { machine } from '../stage.ts';

it('an encoder read by gpiomon 1.6 tells each detent and each press', async () => {
  const { guest, service } = await machine({ knobs: { desk: { driver: 'gpio', ...KNOB_PINS, zone: 'floor', rotate: { step: 1 } } } });
  await allowKnobs(guest);
  const programs = await copyOldGpiod(guest);
  const path = `[Service]\nEnvironment=PATH=${programs}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n`;
  await guest.copyIn(Buffer.from(path), '/etc/systemd/system/diuna.service.d/gpiod.conf');
  await guest.must('systemctl daemon-reload');
  const hand = await Hand.onPins(guest, await Pins.make(guest));
  await service.start();
  const trial = await KnobTrial.begin('gpiomon 1.6', guest, hand);
  expect([...(await service.processes()).values()].join('\n')).toMatch(/gpiod-1\.6\/real\/gpiomon --line-buffered/);
  await trial.turnSeen(['+40', '-60', '+35', '-10'], { rate: 50 });
  await trial.press();
  await trial.turnHeld();
  expect(await service.logged('system.input_failed')).toEqual([]);
});
