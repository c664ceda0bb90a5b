/** A knob is turned while somebody else changes the same brightness: both count from where the other is, and nothing is lost. */
import { expect, it } from 'vitest';
import { allowKnobs, type ZoneChange } from '../diuna/knobs.ts';
import { Hand, KNOB_PINS } from '../guest/hand.ts';
import { Pins } from '../guest/pins.ts';
import { KnobTrial, START } from '../knob-trial.ts';
import { connect, machine } from '../stage.ts';

/** Up and down by one, four down for three up. */
const CLIENTS_CHANGES = Array.from({ length: 70 }, (_, index) => (index % 7 < 3 ? 1 : -1));

it('a knob and a client change a brightness at the same time, and each change counts', async () => {
  const { guest, service } = await machine({ knobs: { desk: { driver: 'gpio', ...KNOB_PINS, zone: 'floor', rotate: { step: 1 } } } });
  await allowKnobs(guest);
  const hand = await Hand.onPins(guest, await Pins.make(guest));
  await service.start();
  const trial = await KnobTrial.begin('gpio', guest, hand);
  const tablet = await connect(guest, 'tablet');
  await trial.reset();

  const turning = hand.move(['+50', '-40', '+30', '-60'], { rate: 20, bounces: 2 });
  for (const delta of CLIENTS_CHANGES) {
    expect(await tablet.ask({ type: 'zone.adjust_brightness', zone: 'floor', delta })).toMatchObject({ ok: true, changed: true });
  }
  await turning;
  await trial.ear.untilSum(-20);
  const changes = await trial.ear.untilChanges('floor', CLIENTS_CHANGES.length + trial.ear.moves().length);

  const own = changes.filter(({ source }) => source === 'command').map(delta);
  const knobs = changes.filter(({ trigger }) => trigger === 'knob:desk').map(delta);
  expect(own).toEqual(CLIENTS_CHANGES);
  expect(knobs).toEqual(trial.ear.moves());
  expect(own.length + knobs.length).toBe(changes.length);
  const mixed = changes.filter(({ source }, index) => index > 0 && changes[index - 1]?.source !== source).length;
  console.log(`${own.length} changes of a client amid ${knobs.length} of a knob: the one followed on the other ${mixed} times`);
  expect(mixed).toBeGreaterThan(1);
  const torn = changes.filter(({ from }, index) => index > 0 && from['brightness'] !== changes[index - 1]?.to['brightness']);
  expect(torn).toEqual([]);
  const sum = [...own, ...knobs].reduce((all, each) => all + each, 0);
  expect(await tablet.ask({ type: 'state.get' })).toMatchObject({ state: { zones: { floor: { brightness: START + sum } } } });
});

function delta({ from, to }: ZoneChange): number {
  return Number(to['brightness']) - Number(from['brightness']);
}
