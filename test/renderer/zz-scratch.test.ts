import { it } from 'vitest';
import { UserEffects } from '../../src/renderer/user-effects/user-effects.ts';
import { SystemLoopClock } from '../../src/renderer/loop-clock.ts';
import { layoutOf } from './support/scenes.ts';
import { until } from './support/until.ts';
import { EffectRun } from '../../src/light/effect-run.ts';
import { Library } from '../../src/light/library.ts';
import { defaultTarget } from '../../src/model/state.ts';
it('x', async () => {
  const told: any[] = [];
  const clock = new SystemLoopClock();
  const t0 = performance.now();
  const own = new UserEffects({ clock, entry: new URL('../../dist/effects.js', import.meta.url), post: (m) => told.push(m), changed: () => undefined });
  own.load(layoutOf([{ driver: 'simulated' }], 300, { effectsPath: process.env.EP ?? '/opt/none' }));
  await until(() => told.length > 0);
  console.log(performance.now() - t0, JSON.stringify(told));
  const library = new Library(own.effects, []);
  const run = new EffectRun(7);
  run.start({ ...defaultTarget, state: 'ON', effect: 'my-comet' }, 300, 0, null, library);
  const pixels = new Uint16Array(900);
  const times: number[] = [];
  for (let frame = 0; frame < 3000; frame += 1) {
    own.beginFrame();
    const s = performance.now();
    run.draw(pixels, frame * 16);
    times.push(performance.now() - s);
    if (frame % 100 === 0) await new Promise((r) => setTimeout(r, 2));
  }
  const first = times[0];
  times.sort((a, b) => a - b);
  console.log('first', first, 'p50', times[1500], 'p99', times[2970], 'max', times[2999]);
  await own.stop();
});
