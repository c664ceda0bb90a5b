/** Effects of the user's own in a whole daemon: what clients see of them, what is lit, and what happens when they fail. */
import { afterAll, describe, expect, it } from 'vitest';
import type { PreviewStrip } from '../../src/renderer/messages.ts';
import type { TestClient } from '../support/client.ts';
import { effectsFolder, effectText } from '../support/effects-folder.ts';
import { until } from '../support/until.ts';
import { stage } from './stage.ts';

const steady = (id: string, level: number) => effectText(id, `tools.fill(pixels, input.length, ${level}, 0, 0);`);
const GREEN = 'tools.fill(pixels, input.length, 0, 65535, 0);';
/** Fails at full intensity, and is green at any other. */
const failing = (id: string, what: string) => effectText(id, `${GREEN} if (input.intensity === 255) { ${what} }`);

const files = {
  'red.mjs': `export default {
    declaration: { id: 'my-red', name: 'My Red', aliases: ['Rot'], parameters: { intensity: 'nothing' } },
    draw(pixels, input, tools) { tools.fill(pixels, input.length, 65535, 0, 0); },
  };`,
  'loop.mjs': failing('endless', 'for (;;);'),
  'throw.mjs': failing('thrower', 'throw new Error("no more");'),
  'exit.mjs': failing('leaver', 'process.exit(1);'),
  'count.mjs': effectText('counter', 'input.state.step += 1; pixels[1] = input.state.step % 2 === 0 ? 65535 : 0; pixels[0] = 65535;'),
  'broken.mjs': 'export default {',
};
const folder = effectsFolder(files);
const scene = stage({ effects: { path: folder.path } });
afterAll(() => folder[Symbol.dispose]());

const infoOf = (client: TestClient) => JSON.parse(client.on('diuna/info').at(-1)?.payload ?? '{}');
const idsIn = (client: TestClient): string[] => (infoOf(client).effects ?? []).map(({ id }: { id: string }) => id);
const eventsOf = (client: TestClient, type: string) =>
  client.heard
    .filter(({ topic }) => topic.startsWith('diuna/'))
    .flatMap(({ payload }) => (payload.includes(`"type":"${type}"`) ? [JSON.parse(payload)] : []));

/** What the strips show now: r, g, b of a LED of `main`. */
function pictures() {
  let seen: readonly PreviewStrip[] = [];
  const told: string[] = [];
  scene.running.daemon.onPreview(60, (strips) => {
    seen = strips;
    told.push([...(strips[0]?.rgb ?? [])].join());
  });
  return { told, led: (index: number) => [...(seen.find(({ id }) => id === 'main')?.rgb.subarray(index * 3, index * 3 + 3) ?? [])] };
}

const RED = [255, 0, 0];
const set = (client: TestClient, zone: string, more: Readonly<Record<string, unknown>>) =>
  client.ask({ type: 'zone.set', zone, state: 'ON', brightness: 255, intensity: 128, color: { r: 0, g: 0, b: 255 }, ...more });

describe('effects of the user’s own', () => {
  it('are listed, found by id, name and alias, and lit', async () => {
    const client = await scene.watcher('lister');
    expect(idsIn(client)).toEqual(expect.arrayContaining(['rainbow', 'my-red', 'endless', 'thrower', 'leaver', 'counter']));
    const show = pictures();
    for (const effect of ['my-red', 'My Red', 'rot', 'MY_RED']) {
      expect(await set(client, 'floor', { effect })).toMatchObject({ ok: true, state: { effect: 'my-red' } });
      await until(() => show.led(0).join() === RED.join(), `${effect} on the strip`);
      await set(client, 'floor', { effect: 'off' });
      await until(() => show.led(0).join() === '0,0,255', 'the colour on the strip');
    }
  });

  it('a file that is none was told, and the start went on', () => {
    const told = scene.running.log.filter(({ msg }) => msg === 'system.effect_refused');
    expect(told).toMatchObject([
      { file: 'broken.mjs', message: expect.stringContaining('SyntaxError'), cure: expect.stringContaining('node --check') },
    ]);
  });

  it.each([
    ['endless', 'overtime', 'make it draw'],
    ['thrower', 'threw', 'correct its file'],
    ['leaver', 'died', 'neither end its thread'],
  ])('%s fails: it is told, solid and off in its zones, while other zones go on', async (effect, code, cure) => {
    const client = await scene.watcher(`watcher-${effect}`);
    const show = pictures();
    await set(client, 'shelf', { effect: 'rainbow', speed: 255 });
    await set(client, 'floor', { effect, intensity: 255 });
    const frames = () => new Set(show.told).size;
    const before = frames();
    const [told] = await until(() => {
      const events = eventsOf(client, 'system.effect_failed');
      return events.length > 0 && events;
    }, 'the failure to be told');
    if (code === 'overtime') expect(frames()).toBeGreaterThan(before + 3);
    expect(told).toMatchObject({ source: 'system', payload: { effect, code, cure: expect.stringContaining(cure) } });
    await until(() => client.state('floor')?.['effect'] === 'off', 'the zone to lose it');
    expect(client.state('floor')).toMatchObject({ source: 'system', effect: 'off' });
    await until(() => show.led(0).join() === '0,0,255', 'the colour of the zone');
    await until(() => frames() > before + 3, 'other zones to go on');
    await until(() => !idsIn(client).includes(effect), 'it to leave the list');
    expect(await set(client, 'floor', { effect })).toMatchObject({ ok: false, error: { code: 'unknown_effect' } });
    expect(await set(client, 'floor', { effect: 'my-red' })).toMatchObject({ ok: true });
    await until(() => show.led(0).join() === RED.join(), 'another effect of the folder');
    expect(eventsOf(client, 'system.effect_failed')).toHaveLength(1);
  });

  it('a reload brings those that failed back, takes changes while a zone runs them, and drops what went', async () => {
    const client = await scene.watcher('reloader');
    const show = pictures();
    await set(client, 'floor', { effect: 'my-red' });
    await set(client, 'shelf', { effect: 'counter' });
    folder.write('red.mjs', effectText('my-red', GREEN));
    folder.write('new.mjs', steady('new-one', 1));
    folder.remove('count.mjs');
    await scene.running.daemon.reload();
    await until(() => idsIn(client).includes('new-one') && idsIn(client).includes('endless'), 'the new list');
    await until(() => show.led(0).join() === '0,255,0', 'the changed effect');
    expect(client.state('floor')).toMatchObject({ effect: 'my-red' });
    await until(() => client.state('shelf')?.['effect'] === 'off', 'a zone to lose what went');
    expect(idsIn(client)).not.toContain('counter');
  });

  it('a restart goes on with them', async () => {
    const before = await scene.client('before');
    await set(before, 'floor', { effect: 'my-red' });
    await before.mqtt.endAsync();
    await scene.restart();
    const client = await scene.watcher('after');
    const show = pictures();
    expect(client.state('floor')).toMatchObject({ effect: 'my-red', state: 'ON' });
    await until(() => show.led(0).join() === '0,255,0', 'the effect on the strip');
  });

  it('without the folder in the configuration there are none, and a folder that is not there is told', async () => {
    const client = await scene.watcher('last');
    await scene.home.configure({ effects: { path: null } });
    await scene.running.daemon.reload();
    await until(() => !idsIn(client).includes('my-red'), 'them to go');
    await until(() => client.state('floor')?.['effect'] === 'off', 'the zone to lose it');
    await scene.home.configure({ effects: { path: '/nowhere/at/all' } });
    await scene.running.daemon.reload();
    const refused = await until(() => eventsOf(client, 'system.effect_refused').at(-1), 'the folder to be missed');
    expect(refused).toMatchObject({ payload: { file: '/nowhere/at/all', cure: expect.stringContaining('effects.path') } });
  });
});
