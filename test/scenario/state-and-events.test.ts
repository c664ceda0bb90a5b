/** Protocol §2 (no echo) and §6: what is told of every change, and to whom. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { ifEmbedded } from '../support/carrier.ts';
import { TestClient } from '../support/client.ts';
import { makeHome, startInProcess } from '../support/daemon.ts';
import { until } from '../support/until.ts';
import { mosquitto, mosquittoPub, mosquittoSub } from './mosquitto.ts';
import { allHeard, eventsOf, stage, wholeState } from './stage.ts';

const house = stage();
let phone: TestClient;

beforeEach(async () => {
  phone = await house.client('phone');
});

describe('a state', () => {
  it('is the target and where it came from', async () => {
    const watcher = await house.watcher('watcher');
    await phone.ask({
      type: 'zone.set',
      zone: 'floor',
      brightness: 128,
      color: '#ff0000',
      effect: 'rainbow',
      palette: 'party',
      speed: 100,
      intensity: 90,
    });
    const reply = await phone.ask({ request_id: 'REQ123', type: 'zone.set_color', zone: 'floor', color: '#00ff00' });
    const state = await until(() => watcher.state('floor')?.['request_id'] === 'REQ123' && watcher.state('floor'), 'the state');
    expect(state).toEqual({
      state: 'ON',
      brightness: 128,
      color_mode: 'rgb',
      color: { r: 0, g: 255, b: 0 },
      effect: 'off',
      palette: 'party',
      speed: 100,
      intensity: 90,
      colors: [{ r: 0, g: 255, b: 0 }],
      reverse: false,
      mirror: false,
      version: reply.version,
      seq: reply.ok ? reply.seq : null,
      event_id: reply.ok ? reply.event_id : null,
      source: 'command',
      origin: 'phone',
      trigger: null,
      request_id: 'REQ123',
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    });
    expect(state).toEqual(reply.state);
  });

  it('is retained for every zone and for all', async () => {
    const late = await house.watcher('late');
    const { zones } = await wholeState(late);
    for (const zone of ['floor', 'shelf', 'desk', 'all'])
      expect(late.on(`diuna/zone/${zone}/state`), zone).toMatchObject([{ retain: true }]);
    await until(() => late.state('floor')?.['seq'] === zones['floor']?.['seq'], 'the newest');
    expect(late.state('floor')).toEqual(zones['floor']);
  });

  it('does not crawl during a transition', async () => {
    await phone.ask({ type: 'zone.set_color', zone: 'shelf', color: '#000000' });
    const watcher = await house.watcher('watcher');
    await phone.ask({ type: 'zone.set_color', zone: 'shelf', color: '#ffffff', transition: 0.2, ack: 'rendered' });
    await phone.ask({ type: 'zone.set_color', zone: 'shelf', color: '#ffffff', ack: 'rendered' });
    const frames = () => JSON.parse(watcher.on('diuna/system/state').at(-1)?.payload ?? '{}');
    expect(frames()).toHaveProperty('frames');
    await phone.ask({ type: 'zone.set_color', zone: 'shelf', color: '#ff0000', ack: 'rendered' });
    await until(() => JSON.stringify(watcher.state('shelf')?.['color']) === '{"r":255,"g":0,"b":0}', 'the last state');
    const colors = watcher.on('diuna/zone/shelf/state').map(({ payload }) => JSON.stringify(JSON.parse(payload).color));
    const targets = ['{"r":0,"g":0,"b":0}', '{"r":255,"g":255,"b":255}', '{"r":255,"g":0,"b":0}'];
    expect(colors.filter((color) => !targets.includes(color))).toEqual([]);
    expect(eventsOf(watcher, 'shelf')).toHaveLength(2);
  });

  it('is delivered to everyone, its origin too', async () => {
    await phone.mqtt.subscribeAsync('diuna/zone/+/state', { qos: 1 });
    await phone.ask({ request_id: 'own-state', type: 'zone.toggle', zone: 'floor' });
    await until(() => phone.state('floor')?.['request_id'] === 'own-state', 'its own state');
  });
});

describe('the state of all', () => {
  it('is ON when any zone is, and holds what all zones share', async () => {
    const watcher = await house.watcher('watcher');
    const all = (field: string, value: unknown) =>
      until(() => watcher.state('all')?.[field] === value, `all with ${field} ${String(value)}`);
    await phone.ask({ type: 'zone.set', zone: 'all', state: 'OFF', effect: 'off', color_temp: 3000, palette: 'default', speed: 50 });
    await all('speed', 50);
    await all('state', 'OFF');
    await phone.ask({ type: 'zone.set', zone: 'floor', state: 'ON', brightness: 10, palette: 'party' });
    await phone.ask({ type: 'zone.set', zone: 'shelf', state: 'OFF', intensity: 7 });
    const { seq } = await phone
      .ask({ type: 'zone.set', zone: 'desk', state: 'OFF', intensity: 8 })
      .then((reply) => (reply.ok ? reply : { seq: -1 }));
    await all('seq', seq);
    const state = watcher.state('all');
    expect(state).toMatchObject({ state: 'ON', color_mode: 'color_temp', color_temp: 3000, effect: 'off', speed: 50, origin: 'phone' });
    expect(state).not.toHaveProperty('palette');
    expect(state).not.toHaveProperty('intensity');
    expect(state).not.toHaveProperty('version');
  });
});

describe('an event', () => {
  it('says what changed, from what to what, who asked and when', async () => {
    const watcher = await house.watcher('watcher');
    const before = (await phone.ask({ type: 'zone.set', zone: 'floor', state: 'ON', color: '#000001', brightness: 5 })).state;
    const reply = await phone.ask({ request_id: 'E1', type: 'zone.set', zone: 'floor', color: '#000002', brightness: 5 });
    await allHeard(watcher);
    const heard = watcher.on('diuna/event/zone/floor/state_changed').at(-1);
    expect(heard?.retain).toBe(false);
    expect(JSON.parse(heard?.payload ?? '')).toEqual({
      id: reply.ok ? reply.event_id : null,
      seq: reply.ok ? reply.seq : null,
      type: 'zone.state_changed',
      timestamp: reply.state?.['timestamp'],
      source: 'command',
      origin: 'phone',
      trigger: null,
      request_id: 'E1',
      zone: 'floor',
      version: reply.version,
      payload: { changed: ['color', 'colors'], state: reply.state, previous: before },
    });
  });

  it('has a UUID version 7 that sorts as its seq does, a seq without gaps and a version that counts', async () => {
    const watcher = await house.watcher('watcher');
    const { seq, zones } = await wholeState(phone);
    for (let count = 0; count < 5; count += 1) await phone.ask({ type: 'zone.toggle', zone: 'all' });
    await allHeard(watcher);
    const events = eventsOf(watcher);
    expect(events.map((event) => event.seq)).toEqual(events.map((_, index) => seq + 1 + index));
    const ids = events.map(({ id }) => id);
    expect(ids.every((id) => /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id))).toBe(true);
    expect(ids.toSorted()).toEqual(ids);
    const versions = events.filter(({ zone }) => zone === 'floor').map(({ version }) => version);
    expect(versions).toEqual(versions.map((_, index) => Number(zones['floor']?.['version']) + 1 + index));
  });

  it('is durable before anybody is told of it', async () => {
    const watcher = await house.client('watcher');
    const seen: Promise<boolean>[] = [];
    const folder = join(house.home.folder, 'data', 'journal');
    const stands = async (text: string) => {
      const files = await readdir(folder);
      const contents = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
      return contents.some((content) => content.includes(text));
    };
    watcher.mqtt.on('message', (topic, payload) => {
      if (topic.startsWith('diuna/event/zone/')) seen.push(stands(`"id":"${String(JSON.parse(payload.toString()).id)}"`));
    });
    await watcher.mqtt.subscribeAsync('diuna/event/#', { qos: 0 });
    for (let count = 0; count < 20; count += 1) await phone.ask({ type: 'zone.toggle', zone: 'floor' });
    await until(() => seen.length === 20, 'the events');
    expect(await Promise.all(seen)).toEqual(Array.from({ length: 20 }, () => true));
  });
});

ifEmbedded(describe)('no echo', () => {
  it('an event is told to all but its origin, whatever way the command came', async () => {
    const watcher = await house.watcher('watcher');
    const tablet = await house.client('tablet');
    for (const client of [phone, tablet])
      await client.mqtt.subscribeAsync(['diuna/event/#', 'diuna/event/zone/+/state_changed'], { qos: 1 });
    await phone.ask({ type: 'zone.toggle', zone: 'floor' });
    await phone.say('diuna/zone/floor/set', 'TOGGLE');
    await phone.say('diuna/zone/floor/set/power', 'TOGGLE');
    await phone.ask({
      type: 'batch',
      commands: [
        { type: 'zone.toggle', zone: 'floor' },
        { type: 'zone.toggle', zone: 'shelf' },
      ],
    });
    await tablet.ask({ type: 'zone.toggle', zone: 'desk' });
    await allHeard(watcher);
    await until(() => eventsOf(phone).length > 0 && new Set(eventsOf(tablet).map(({ seq }) => seq)).size === 5, 'the events');
    expect(new Set(eventsOf(phone).map(({ origin, zone }) => `${String(origin)} ${zone}`))).toEqual(new Set(['tablet desk']));
    expect(new Set(eventsOf(tablet).map(({ origin }) => origin))).toEqual(new Set(['phone']));
    expect(eventsOf(watcher)).toHaveLength(6);
  });

  it('holds for client ids of any kind', async () => {
    const watcher = await house.watcher('watcher');
    for (const id of ['living room/ä', '__proto__', 'constructor']) {
      const client = await house.client(id);
      await client.mqtt.subscribeAsync('diuna/event/#', { qos: 0 });
      await client.ask({ type: 'zone.toggle', zone: 'floor' }, 0);
      await phone.ask({ type: 'zone.toggle', zone: 'floor' }, 0);
      await until(() => eventsOf(client).length > 0, `an event at ${id}`);
      expect(eventsOf(client).map(({ origin }) => origin)).toEqual(['phone']);
    }
    await allHeard(watcher);
    expect(eventsOf(watcher)).toHaveLength(6);
  });

  it('is switched off by mqtt.echo_events, at a reload too', async () => {
    const home = await makeHome();
    const mqtt = { listen: [`127.0.0.1:${home.port}`] };
    await home.configure({ mqtt: { ...mqtt, echo_events: true } });
    const running = await startInProcess(home);
    const client = await TestClient.connect(home.port, 'phone');
    await client.mqtt.subscribeAsync('diuna/event/#', { qos: 1 });
    await client.ask({ type: 'zone.toggle', zone: 'floor' });
    await until(() => eventsOf(client).length === 1, 'its own event');
    await home.configure({ mqtt: { ...mqtt, echo_events: false } });
    await running.daemon.reload();
    await client.ask({ type: 'zone.toggle', zone: 'floor' });
    await allHeardAlone(client);
    expect(eventsOf(client)).toHaveLength(1);
    await client[Symbol.asyncDispose]();
    await running[Symbol.asyncDispose]();
    await home.remove();
  });
});

async function allHeardAlone(client: TestClient): Promise<void> {
  await client.mqtt.subscribeAsync('marker/#', { qos: 1 });
  await allHeard(client);
}

describe('every listener hears everything once', () => {
  ifEmbedded(it)('also where messages of QoS 0 and retained ones overtake others on their way', async () => {
    const watcher = await house.watcher('watcher');
    await watcher.mqtt.subscribeAsync(['diuna/event/#', 'diuna/event/zone/+/state_changed', 'noise/#'], { qos: 1 });
    await phone.ask({ type: 'zone.set_power', zone: 'all', state: 'ON' });
    await allHeard(watcher);
    watcher.heard.length = 0;
    const { seq } = await wholeState(phone);
    const noise = await house.client('noise');
    const sent = Array.from({ length: 300 }, async (_, index) => {
      await noise.mqtt.publishAsync('noise/light', String(index), { qos: 0 });
      await noise.mqtt.publishAsync('noise/kept', String(index), { qos: index % 2 === 0 ? 0 : 1, retain: true });
      await phone.mqtt.publishAsync('diuna/zone/all/set', 'TOGGLE', { qos: index % 2 === 0 ? 0 : 1 });
    });
    await Promise.all(sent);
    await phone.untilReplies(302);
    await until(() => eventsOf(watcher).length >= 900, 'every event');
    await allHeard(watcher);
    expect(eventsOf(watcher).map((event) => event.seq)).toEqual(Array.from({ length: 900 }, (_, index) => seq + 1 + index));
    for (const topic of ['noise/light', 'noise/kept']) expect(new Set(watcher.on(topic).map(({ payload }) => payload)).size).toBe(300);
    expect(watcher.on('noise/light')).toHaveLength(300);
    expect(watcher.on('noise/kept')).toHaveLength(300);
  });

  it('where its filters overlap, and a new subscription brings what is retained again', async () => {
    await phone.mqtt.subscribeAsync(['diuna/status', 'diuna/+', '#'], { qos: 1 });
    await until(() => phone.on('diuna/info')[0], 'what is retained');
    const other = await house.client('other');
    await other.mqtt.publishAsync('once/only', 'x', { qos: 1, retain: true });
    await until(() => phone.on('once/only')[0], 'it');
    await phone.mqtt.subscribeAsync('once/only', { qos: 1 });
    await until(() => phone.on('once/only').length === 2, 'it again, retained');
    expect(phone.on('once/only').map(({ retain }) => retain)).toEqual([false, true]);
  });
});

describe('nothing that is delivered causes a command', () => {
  it('three clients that write back every state they read make no loop', async () => {
    const watcher = await house.watcher('watcher');
    await phone.ask({ type: 'zone.set', zone: 'floor', state: 'ON', brightness: 1 });
    const { seq } = await wholeState(phone);
    await until(
      () => watcher.state('all')?.['seq'] === seq && watcher.state('floor')?.['brightness'] === 1,
      'what is retained to be the newest',
    );
    const light = (payload: Buffer) => {
      const { state, brightness, color_mode, color, color_temp, effect } = JSON.parse(payload.toString());
      if (color_mode === 'color_temp') return JSON.stringify({ state, brightness, color_temp, effect });
      return JSON.stringify({ state, brightness, color, effect });
    };
    const mirrors = await Promise.all(['mirror-1', 'mirror-2', 'mirror-3'].map((id) => house.client(id)));
    for (const mirror of mirrors) {
      mirror.mqtt.on('message', (topic, payload) => {
        if (/^diuna\/zone\/(floor|shelf|desk)\/state$/.test(topic))
          void mirror.mqtt.publishAsync(topic.replace(/state$/, 'set'), light(payload), { qos: 1 });
      });
      await mirror.mqtt.subscribeAsync('diuna/zone/+/state', { qos: 1 });
    }
    const quiet = async () => {
      await until(
        () =>
          mirrors.every(
            (mirror) => mirror.replies().length >= mirror.heard.filter(({ topic }) => /\/(floor|shelf|desk)\/state$/.test(topic)).length,
          ),
        'the mirrors',
      );
      await allHeard(watcher);
    };
    await until(
      () => mirrors.every((mirror) => ['floor', 'shelf', 'desk'].every((zone) => mirror.state(zone) !== undefined)),
      'what is retained',
    );
    await quiet();
    for (let change = 0; change < 10; change += 1) {
      const { version } = await phone.ask({ type: 'zone.set', zone: 'floor', brightness: 10 + change, color: { r: change, g: 2, b: 3 } });
      await until(() => mirrors.every((mirror) => mirror.state('floor')?.['version'] === version), 'the state at each mirror');
      await quiet();
    }
    expect(eventsOf(watcher).filter(({ origin }) => origin !== 'phone')).toEqual([]);
    expect(eventsOf(watcher).filter((event) => event.seq > seq)).toHaveLength(10);
    for (const mirror of mirrors) expect(mirror.replies().every((reply) => reply.ok && !reply.changed)).toBe(true);
  });
});

describe('under a flood', () => {
  it('every event is told, the retained state at most 20 times a second and zone, and the last always', async () => {
    const watcher = await house.watcher('watcher');
    const tablet = await house.client('tablet');
    await phone.ask({ type: 'zone.set_brightness', zone: 'floor', brightness: 255 });
    await allHeard(watcher);
    const told = watcher.on('diuna/event/zone/floor/state_changed').length;
    const published = watcher.on('diuna/zone/floor/state').length;
    const start = performance.now();
    const flood = (client: TestClient, offset: number) =>
      Array.from({ length: 500 }, (_, index) =>
        client.tell({
          request_id: `flood-${index}`,
          type: 'zone.set_brightness',
          zone: 'floor',
          brightness: 1 + ((index * 2 + offset) % 250),
        }),
      );
    await Promise.all([...flood(phone, 0), ...flood(tablet, 1)]);
    const last = await phone.ask({ type: 'zone.set_brightness', zone: 'floor', brightness: 254 });
    await until(() => watcher.state('floor')?.['version'] === last.version, 'the last state');
    await until(() => watcher.state('all')?.['seq'] === (last.ok ? last.seq : null), 'the last state of all');
    const elapsedMs = performance.now() - start;
    const most = Math.ceil(elapsedMs / 49) + 2; // timers may fire a millisecond early
    expect(watcher.on('diuna/zone/floor/state').length - published).toBeLessThanOrEqual(most);
    expect(watcher.on('diuna/zone/all/state').length).toBeLessThanOrEqual(most + 5);
    await until(() => eventsOf(watcher, 'floor').at(-1)?.version === last.version, 'the last event');
    const changes = watcher.on('diuna/event/zone/floor/state_changed').length - told;
    expect(changes).toBe(Number(last.version) - Number(eventsOf(watcher, 'floor')[told - 1]?.version ?? 0));
    expect(watcher.state('floor')).toEqual(last.state);
    const late = await house.watcher('late');
    expect(late.state('floor')).toEqual(last.state);
  });
});

ifEmbedded(describe.runIf(mosquitto))('with mosquitto_sub', () => {
  it('hears events of others and not its own', async () => {
    await using sub = await mosquittoSub(house.home.port, '-i', 'sub', '-q', '1', '-t', 'diuna/event/zone/#', '-t', 'diuna/status');
    await mosquittoPub(house.home.port, '-i', 'pub', '-q', '1', '-t', 'diuna/zone/floor/set', '-m', 'TOGGLE');
    const line = await until(() => sub.lines()[1], 'the event');
    expect(JSON.parse(line)).toMatchObject({ type: 'zone.state_changed', origin: 'pub', zone: 'floor' });
  });
});
