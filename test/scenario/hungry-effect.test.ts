/** An effect of the user's own that ends the whole renderer: the daemon lives, and the light goes on without it. */
import { afterAll, expect, it } from 'vitest';
import { effectsFolder, effectText } from '../support/effects-folder.ts';
import { until } from '../support/until.ts';
import { stage } from './stage.ts';

const folder = effectsFolder({
  'hungry.mjs': effectText('hungry', 'Array.from({ length: 1e9 });'),
  'calm.mjs': effectText('calm', 'tools.fill(pixels, input.length, 0, 65535, 0);'),
});
const scene = stage({ effects: { path: folder.path } });
afterAll(() => folder[Symbol.dispose]());

it('ends its renderer twice, which then goes on without own effects, until a reload', async () => {
  const client = await scene.watcher('feeder');
  const ids = () => client.on('diuna/info').at(-1)?.payload ?? '';
  const told = (type: string) =>
    client.heard.filter(({ payload }) => payload.includes(`"type":"${type}"`)).map(({ payload }) => JSON.parse(payload));
  expect(ids()).toContain('"hungry"');
  await client.ask({ type: 'zone.start_effect', zone: 'floor', effect: 'hungry', color: '#0000ff' });
  // V8 may end the effect's thread alone, or the renderer; either way the zone falls back and all else goes on.
  await until(() => client.state('floor')?.['effect'] === 'off', 'the zone to lose the effect', 30_000);
  const [failed, refused] = [told('system.effect_failed'), told('system.effect_refused')];
  expect([...failed, ...refused]).toHaveLength(1);
  if (refused.length > 0) {
    expect(refused[0].payload).toMatchObject({ file: folder.path, cure: expect.stringContaining('reload') });
    expect(ids()).not.toContain('"calm"');
  }
  const reply = await client.ask({ type: 'zone.set', zone: 'floor', color: '#00ff00', ack: 'rendered' });
  expect(reply).toMatchObject({ ok: true });
  folder.remove('hungry.mjs');
  await scene.running.daemon.reload();
  await until(() => ids().includes('"calm"') && !ids().includes('"hungry"'), 'the others after a reload');
});
