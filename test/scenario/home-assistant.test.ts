/** What Home Assistant, or anybody who listens as it does, hears of a whole daemon: who there is, and how that changes. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { TestClient } from '../support/client.ts';
import { until } from '../support/until.ts';
import { allHeard, stage } from './stage.ts';

const TOPIC = 'homeassistant/device/diuna/config';
const on = { home_assistant: { enabled: true } };
const knobs = { dial: { driver: 'simulated', zone: 'floor' } };
const fewer = { zones: { floor: { strip: 'main', range: [0, 9] } }, strips: { main: { length: 30 } } };
const house = stage({ ...on, knobs });

interface Document {
  readonly components: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const documents = (client: TestClient): (Document | null)[] =>
  client.on(TOPIC).map(({ payload }) => (payload === '' ? null : JSON.parse(payload)));
const newest = (client: TestClient) => documents(client).at(-1);

/** As it does: a filter a packet, with wildcards. */
async function homeAssistant(id: string): Promise<TestClient> {
  const client = await house.client(id, { clean: true, keepalive: 60 });
  for (const filter of ['homeassistant/+/+/config', 'homeassistant/device/+/config', 'homeassistant/status'])
    await client.mqtt.subscribeAsync(filter, { qos: 0 });
  await until(() => client.on(TOPIC)[0], 'the discovery message');
  return client;
}

async function configure(sections: object): Promise<void> {
  await house.home.configure({ ...on, knobs, ...sections });
  await house.running.daemon.reload();
}

afterEach(async () => {
  await configure({});
});

describe('a Home Assistant that connects', () => {
  it('is given the whole device as one retained message', async () => {
    const client = await homeAssistant('ha1');
    const [message] = client.on(TOPIC);
    expect(message?.retain).toBe(true);
    const { components } = newest(client) ?? { components: {} };
    expect(Object.keys(components)).toEqual(
      expect.arrayContaining([
        'light_floor',
        'light_shelf',
        'light_desk',
        'light_all',
        'palette_floor',
        'event_dial',
        'system_fps',
        'strip_main',
      ]),
    );
    expect(components['light_desk']).toMatchObject({ supported_color_modes: ['rgbw', 'color_temp'] });
    expect(Object.keys(components)).not.toContain('system_restart'); // nobody would start this one again
  });

  it('finds on each topic that it is told of what stands there', async () => {
    const client = await homeAssistant('ha2');
    const { components } = newest(client) ?? { components: {} };
    const topics = new Set(Object.values(components).flatMap(({ state_topic }) => (typeof state_topic === 'string' ? [state_topic] : [])));
    topics.delete('diuna/event/knob/dial/+');
    for (const topic of [...topics, 'diuna/status']) await client.mqtt.subscribeAsync(topic, { qos: 1 });
    await until(() => [...topics].every((topic) => client.on(topic).length > 0), 'all of them');
    for (const topic of topics) expect([topic, client.on(topic).map(({ retain }) => retain)]).toEqual([topic, [true]]);
  });

  it('is answered, once it says that it is there: what there is, that we are here, how zones are', async () => {
    const client = await homeAssistant('ha3');
    await client.mqtt.subscribeAsync(['diuna/status', 'diuna/zone/floor/state'], { qos: 1 });
    await until(() => client.state('floor'), 'what stands there');
    const before = client.heard.length;
    await client.mqtt.publishAsync('homeassistant/status', 'online', { qos: 0 });
    const since = () => client.heard.slice(before).filter(({ topic }) => topic !== 'homeassistant/status');
    await until(() => since().some(({ topic }) => topic === 'diuna/zone/floor/state'), 'the answer', 6000);
    const order = [TOPIC, 'diuna/status', 'diuna/zone/floor/state'];
    const firsts = order.map((topic) => since().findIndex((message) => message.topic === topic));
    expect(firsts).toEqual([...firsts].sort((one, other) => one - other));
    expect(firsts).not.toContain(-1);
    expect(since().every(({ retain }) => !retain)).toBe(true);
  });
});

describe('a command as Home Assistant gives it', () => {
  const fixed: readonly (readonly [component: string, key: string, more: object])[] = [
    ['palette_floor', 'ocean', { palette: 'ocean' }],
    ['speed_floor', '7', { speed: 7 }],
    ['intensity_floor', '250', { intensity: 250 }],
    ['light_floor', '{"state":"ON","brightness":3,"color":{"r":1,"g":2,"b":3},"transition":0.0}', { brightness: 3 }],
  ];
  it.each(fixed)('to %s, %s, does what it says', async (component, payload, state) => {
    const client = await homeAssistant(`ha-${component}`);
    await client.mqtt.subscribeAsync('diuna/zone/floor/state', { qos: 1 });
    const topic = String(newest(client)?.components[component]?.['command_topic']);
    expect(await client.say(topic, payload)).toMatchObject({ ok: true });
    await until(() => client.state('floor')?.[Object.keys(state)[0] ?? ''] === Object.values(state)[0], 'its echo');
  });

  it('to undo takes the last change back, and to identify changes nothing', async () => {
    const client = await homeAssistant('ha-buttons');
    const press = (component: string) => {
      const { command_topic, payload_press } = newest(client)?.components[component] ?? {};
      return client.say(String(command_topic), String(payload_press));
    };
    await client.say('diuna/zone/floor/set', '40');
    await client.say('diuna/zone/floor/set', '50');
    expect(await press('undo_floor')).toMatchObject({ ok: true, state: { brightness: 40 } });
    expect(await press('identify_floor')).toMatchObject({ ok: true, changed: false });
  });
});

describe('what leaves the configuration', () => {
  it('is dismissed by name at a reload, and is there again when it comes back', async () => {
    const client = await homeAssistant('ha4');
    await configure({ ...fewer, knobs: {} });
    await until(() => newest(client)?.components['light_shelf']?.['name'] === undefined, 'the shelf to go');
    const { components } = newest(client) ?? { components: {} };
    expect(components['light_shelf']).toEqual({ platform: 'light' });
    expect(components['press_dial']).toEqual({ platform: 'device_automation' });
    expect(components['light_floor']).toMatchObject({ name: 'Floor' });
    await configure({});
    await until(() => newest(client)?.components['light_shelf']?.['name'] === 'Shelf', 'it to come back');
  });

  it('is dismissed too where it left between two starts', async () => {
    await house.home.configure({ ...on, ...fewer, knobs: {} });
    await house.restart();
    const client = await homeAssistant('ha5');
    await until(() => newest(client)?.components['light_shelf']?.['name'] === undefined, 'what is told now');
    expect(newest(client)?.components['light_shelf']).toEqual({ platform: 'light' });
  });
});

describe('turned off', () => {
  it('leaves nothing on its topic, at once or at the next start', async () => {
    const client = await homeAssistant('ha6');
    await configure({ home_assistant: { enabled: false } });
    await until(() => newest(client) === null, 'it to be emptied');
    await configure({});
    await until(() => newest(client) !== null, 'it to be told again');
    await house.home.configure({ home_assistant: { enabled: false } });
    await house.restart();
    const watcher = await house.watcher('watcher');
    await allHeard(watcher);
    expect(watcher.heard.filter(({ topic, payload }) => topic.startsWith('homeassistant/') && payload !== '')).toEqual([]);
    await house.home.configure({ ...on, knobs });
    await house.restart();
  });
});

it('what stands there anew at each start is written once, where it is kept what was told', async () => {
  await house.restart();
  const folder = join(house.home.folder, 'data');
  const files = (await readdir(folder)).filter((file) => file.endsWith('.jsonl'));
  const holding = [];
  for (const file of files) if ((await readFile(join(folder, file), 'utf8')).includes('light_floor')) holding.push(file);
  expect(holding).toEqual(['told.jsonl']);
});
