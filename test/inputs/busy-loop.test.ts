/** A press while the process is busy: by gpiomon's own times, through a real pipe, with a loop that really stands still. */
import { expect, it } from 'vitest';
import { kernelMonotonicUs } from '../../src/inputs/event-time.ts';
import { GpioDriver } from '../../src/inputs/gpio.ts';
import { pinLines } from '../../src/inputs/gpio-lines.ts';
import { KnobSet } from '../../src/inputs/knob-set.ts';
import { knobSchema } from '../../src/model/config-knobs.ts';
import { realClock } from '../../src/system/real-clock.ts';
import { until } from '../support/until.ts';
import { GpiodTools } from './gpiod-tools.ts';

const BUSY_MS = 650;

function standStill(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

it('a short press stays one while the loop stands still for longer than a long one', async () => {
  const programs = new GpiodTools('2.2.1', '1');
  const told: string[] = [];
  const silent = () => undefined;
  const knobs = new KnobSet(
    {
      clock: realClock,
      logger: { debug: silent, info: silent, warn: silent, error: silent },
      report: (type) => void told.push(type),
      submit: silent,
    },
    () => new GpioDriver({ clock: realClock, lines: pinLines({ switch: 22 }), pull: 'up', chip: null, environment: programs.environment }),
  );
  const edge = (level: 'falling' | 'rising', us: number) => {
    programs.write(`22 ${level} ${Math.floor(us / 1e6)}.${String(Math.floor(us % 1e6) * 1000).padStart(9, '0')}\n`);
  };
  const knob = knobSchema.parse({ driver: 'gpio', switch: 22, zone: 'floor', double_press: null });
  try {
    await knobs.take({ desk: knob });
    await until(() => programs.calls('gpiomon').length === 1, 'gpiomon');
    const pressed = kernelMonotonicUs() + 1000;
    edge('falling', pressed);
    await until(() => kernelMonotonicUs() > pressed + 30_000, 'the press to be heard');
    edge('rising', pressed + 20_000);
    standStill(BUSY_MS);
    await until(() => told.length >= 2, 'the press');
    expect(told).toEqual(['knob.released', 'knob.pressed']);
  } finally {
    await knobs.close();
    programs.remove();
  }
});
