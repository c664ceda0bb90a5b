/** Either side goes and comes back, and what there is changes meanwhile: Home Assistant shows what there is, and nothing else. */
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { isContent, lightIs, type Pair, sections, settled, turnOn } from '../behaviour/pair.ts';
import { House, newHomeAssistant } from '../stage.ts';

const zones = {
  floor: { strip: 'main', range: [0, 9] },
  desk: { strip: 'white', range: [0, 9] },
};
const { groups: _groups, knobs: _knobs, ...others } = sections;
const fewer = { ...others, zones };
let pair: Pair;

const light = async (zone: string) => (await pair.home.state(`light.diuna_${zone}`))?.state ?? null;
const registered = async () => (await pair.home.entities()).map(({ entity_id }) => entity_id);

/** Of what has left nothing is there: neither an entity, nor a place kept for one, nor a trigger. */
async function withoutTrace(): Promise<void> {
  await pair.home.until(async () => !(await registered()).some((id) => /shelf|seats|dial/.test(id)), 'it to leave the registry', 60_000);
  expect((await pair.home.states()).filter(({ entity_id }) => /diuna_(shelf|seats|dial)/.test(entity_id))).toEqual([]);
  const [device] = await pair.home.devices();
  expect(await pair.home.triggers(device?.id ?? '')).toEqual([]);
}

/** All of it is there and alive. */
async function whole(): Promise<void> {
  await pair.home.until(
    async () => {
      const alive = await Promise.all(['floor', 'shelf', 'desk', 'seats', 'all'].map(light));
      return alive.every((state) => state !== null && state !== 'unavailable');
    },
    'everything to be there',
    60_000,
  );
  const dead = (await pair.home.states()).filter(({ entity_id, state }) => entity_id.includes('.diuna_') && state === 'unavailable');
  expect(dead).toEqual([]);
}

beforeAll(async () => {
  const [house, home] = await Promise.all([House.open(sections), newHomeAssistant()]);
  pair = { house, home };
  await home.addMqtt({ port: house.port });
  await settled(pair);
});

describe('nothing is lost', () => {
  afterEach(whole);

  it('where Home Assistant is restarted', async () => {
    await turnOn(pair, 'floor', { brightness: 11, rgb_color: [1, 2, 3] });
    await lightIs(pair, 'floor', { brightness: 11 });
    await pair.home.restart();
    await settled(pair);
    await lightIs(pair, 'floor', { state: 'on', brightness: 11, rgb_color: [1, 2, 3] });
    await isContent(pair);
  });

  it('where the daemon is restarted', async () => {
    await turnOn(pair, 'floor', { brightness: 12, effect: 'rainbow' });
    await lightIs(pair, 'floor', { brightness: 12 });
    await pair.house.stop();
    await pair.home.until(async () => (await light('floor')) === 'unavailable', 'the light to be gone');
    await pair.house.start();
    await settled(pair);
    await lightIs(pair, 'floor', { state: 'on', brightness: 12, effect: 'rainbow' });
    pair.home.log.forget(); // it has said that nobody was there, as it should
  });

  it('where the daemon is killed', async () => {
    await turnOn(pair, 'floor', { brightness: 13 });
    await lightIs(pair, 'floor', { brightness: 13 });
    await pair.house.daemon.kill();
    await pair.house.start();
    await pair.home.until(async () => (await light('floor')) === 'on', 'the light to be back');
    await lightIs(pair, 'floor', { state: 'on', brightness: 13 });
    pair.home.log.forget();
  });

  it('where both are restarted, in either order', async () => {
    for (const first of ['daemon', 'home'] as const) {
      await pair.house.stop();
      await pair.home.stop();
      if (first === 'daemon') await pair.house.start();
      await pair.home.run();
      if (first === 'home') await pair.house.start();
      await settled(pair);
      await lightIs(pair, 'floor', { state: 'on', brightness: 13 });
    }
    pair.home.log.forget();
  });
});

describe('what leaves the configuration leaves Home Assistant without a trace', () => {
  afterEach(async () => {
    await lightIs(pair, 'floor', { state: 'on' });
    await isContent(pair);
    await pair.house.reconfigure(sections);
    await whole();
  });

  it('at a reload', async () => {
    await pair.house.reconfigure(fewer);
    await withoutTrace();
  });

  it('between two starts of the daemon', async () => {
    await pair.house.stop();
    await pair.house.home.configure({ home_assistant: { enabled: true }, ...fewer });
    await pair.house.start();
    await withoutTrace();
    pair.home.log.forget();
  });

  it('while Home Assistant is away', async () => {
    await pair.home.stop();
    await pair.house.reconfigure(fewer);
    await pair.home.run();
    await withoutTrace();
  });

  it('while both are away', async () => {
    await pair.home.stop();
    await pair.house.stop();
    await pair.house.home.configure({ home_assistant: { enabled: true }, ...fewer });
    await pair.house.start();
    await pair.home.run();
    await withoutTrace();
    pair.home.log.forget();
  });
});

it('renamed, everything keeps its place', async () => {
  const before = await registered();
  const named = { ...zones, floor: { ...zones.floor, name: 'Carpet' }, shelf: { strip: 'main', range: [10, 29] } };
  await pair.house.reconfigure({ ...sections, zones: named, home_assistant: { enabled: true, name: 'Attic' } });
  await pair.home.until(
    async () => (await pair.home.state('light.diuna_floor'))?.attributes['friendly_name'] === 'Attic Carpet',
    'the new name',
  );
  expect((await registered()).sort()).toEqual(before.sort());
  await isContent(pair);
});

it('turned off, the device is gone, and back when it is turned on again', async () => {
  await pair.house.reconfigure({ ...sections, home_assistant: { enabled: false } });
  await pair.home.until(async () => (await pair.home.devices()).length === 0, 'the device to go');
  expect(await registered()).toEqual([]);
  await isContent(pair);
  await pair.house.reconfigure(sections);
  await whole();
});

it('turned off while Home Assistant was away, the device is gone once it is back', async () => {
  await pair.home.stop();
  await pair.house.reconfigure({ ...sections, home_assistant: { enabled: false } });
  await pair.home.run();
  await pair.home.until(async () => (await pair.home.devices()).length === 0, 'the device to go', 60_000);
  expect(await registered()).toEqual([]);
  await isContent(pair);
});
