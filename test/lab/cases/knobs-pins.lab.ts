/**
 * A rotary encoder on pins as of a Pi 4, turned at speed with contacts that bounce: whatever is done is heard and seen, by
 * both drivers that read pins, under the unit as the repository has it.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { allowKnobs } from '../diuna/knobs.ts';
import { Hand, KNOB_PINS } from '../guest/hand.ts';
import { Pins } from '../guest/pins.ts';
import { KnobTrial } from '../knob-trial.ts';
import { type Machine, machine } from '../stage.ts';

/** A hand turns 25 detents a second, a drill more; how fast the emulated machine lets it be is told. */
const rates = { onoff: 25, gpio: 100 } as const;

for (const driver of ['onoff', 'gpio'] as const) {
  describe(`an encoder on pins, read by ${driver}`, () => {
    const knobs = (fields = {}) => ({ desk: { driver, ...KNOB_PINS, zone: 'floor', rotate: { step: 1 }, ...fields } });
    let lab: Machine;
    let trial: KnobTrial;

    beforeAll(async () => {
      lab = await machine({ knobs: knobs() });
      await allowKnobs(lab.guest);
      const hand = await Hand.onPins(lab.guest, await Pins.make(lab.guest));
      await lab.service.start();
      trial = await KnobTrial.begin(driver, lab.guest, hand);
    });

    it('tells each detent, both ways, whatever the contacts bounce', () =>
      trial.turnSeen(['+40', '-60', '+35', '-10'], { rate: rates[driver] }));

    // onoff would lose edges that do not wait for it: it reads levels when the daemon gets round to it.
    if (driver === 'gpio') {
      it('tells each detent also where nobody waits for the daemon', () =>
        trial.turnSeen(['+60', '-100', '+70', '-30'], { rate: 200, bounces: 1, urgent: true }));
    }

    it('tells a press', () => trial.press());
    it('tells a double press', () => trial.doublePress());
    it('tells a long press', () => trial.longPress());
    it('tells what is turned while held', () => trial.turnHeld());

    it.each([2, 1] as const)('knows encoders whose detents are %i steps apart', async (steps) => {
      await lab.service.configure({ knobs: knobs({ steps_per_detent: steps }) });
      await lab.service.reload();
      await trial.ear.untilOpen(trial.hand, { steps, rate: 10 });
      await trial.turnSeen(['+30', '-50', '+21', '-1'], { rate: rates[driver], steps });
    });

    it('is as well at the end as it was at the beginning', async () => {
      const [failed, recovered] = [await lab.service.logged('system.input_failed'), await lab.service.logged('system.input_recovered')];
      expect(failed).toHaveLength(recovered.length);
      expect(await lab.service.show('ActiveState', 'NRestarts')).toEqual({ ActiveState: 'active', NRestarts: '0' });
    });
  });
}
