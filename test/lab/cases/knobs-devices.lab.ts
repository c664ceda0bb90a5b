/** A knob that the kernel has decoded, made by uinput: an encoder and a key as Raspberry Pi's overlays make them. */
import { beforeAll, describe, expect, it } from 'vitest';
import { until } from '../../support/until.ts';
import { allowKnobs } from '../diuna/knobs.ts';
import { Hand, KNOB_DEVICES, plugIn, unplug } from '../guest/hand.ts';
import { KnobTrial } from '../knob-trial.ts';
import { type Machine, machine } from '../stage.ts';

const GONE_MS = 30_000;
/** A pause between two tries is as long at most. */
const BACK_MS = 60_000;

describe('an encoder and a key as input devices', () => {
  let lab: Machine;
  let trial: KnobTrial;

  beforeAll(async () => {
    lab = await machine({ knobs: { desk: { driver: 'evdev', ...KNOB_DEVICES, zone: 'floor', rotate: { step: 1 } } } });
    await allowKnobs(lab.guest);
    const hand = await Hand.onDevices(lab.guest);
    await lab.service.start();
    trial = await KnobTrial.begin('evdev', lab.guest, hand);
  });

  it('tells each detent, both ways', () => trial.turnSeen(['+100', '-160', '+90', '-30'], { rate: 200 }));

  it('tells them also where nobody waits for the daemon', () => trial.turnSeen(['+100', '-100'], { rate: 200, urgent: true }));

  it('tells a press', () => trial.press());
  it('tells a double press', () => trial.doublePress());
  it('tells a long press', () => trial.longPress());
  it('tells what is turned while held', () => trial.turnHeld());

  it('that goes away is told, and that comes back too: it is read again', async () => {
    await trial.reset();
    await unplug(lab.guest);
    await until(() => trial.ear.system('input_failed')[0], 'the failure', GONE_MS);
    expect(trial.ear.system('input_failed')[0]).toMatchObject({ knob: 'desk', code: 'evdev_gone' });
    const turning = await trial.phone.ask({ type: 'zone.toggle', zone: 'floor' });
    expect(turning).toMatchObject({ ok: true });
    await plugIn(lab.guest);
    await until(() => trial.ear.system('input_recovered')[0], 'the recovery', BACK_MS);
    expect(trial.ear.system('input_recovered')).toMatchObject([{ knob: 'desk' }]);
    await trial.turnSeen(['+20', '-30']);
    await trial.press();
  });
});
