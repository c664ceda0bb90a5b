/** Groups of zones over real sockets: what stands retained of them, what they are told, who may tell them, and a reload. */
import { describe, expect, it } from 'vitest';
import type { TestClient } from '../support/client.ts';
import { until } from '../support/until.ts';
import { as, usersOf } from './access-users.ts';
import { eventsOf, plainZone, stage } from './stage.ts';

const users = await usersOf({
  root: { role: 'admin' },
  kid: { role: 'controller', zones: ['floor', 'shelf'] },
  dad: { role: 'controller', zones: ['floor', 'shelf', 'desk'] },
});
const groups = { downstairs: { name: 'Downstairs', zones: ['shelf', 'floor'] }, corner: { zones: ['desk'] } };
const knobs = { dial: { driver: 'simulated', zone: 'downstairs', double_press: null } };
const house = stage({ users, groups, knobs });

/** An admin who hears everything of diuna's, and has heard what is retained. */
async function watcher(id: string): Promise<TestClient> {
  const client = await house.client(id, as('root'));
  await client.mqtt.subscribeAsync('diuna/#', { qos: 2 });
  await until(() => client.on('diuna/info')[0] && client.state('all') && client.state('floor'), 'what is retained');
  return client;
}

async function reload(sections: Readonly<Record<string, unknown>>): Promise<void> {
  await house.home.configure({ users, ...sections });
  await house.running.daemon.reload();
}

/** Puts each zone where a test begins. */
async function begin(client: TestClient, brightness: Readonly<Record<string, number>>): Promise<void> {
  const commands = ['floor', 'shelf', 'desk'].map((zone) => plainZone(zone, { color: '#ff0000', brightness: brightness[zone] ?? 100 }));
  await client.ask({ type: 'batch', commands });
}

describe('a group', () => {
  it('has the state of its zones on a topic of its own, and stands in diuna/info', async () => {
    const root = await watcher('first');
    await begin(root, { floor: 100, shelf: 50, desk: 100 });
    await until(() => root.state('downstairs')?.['state'] === 'ON' && root.state('corner')?.['brightness'] === 100, 'their states');
    const late = await watcher('second');
    await until(() => late.state('downstairs') && late.on('diuna/info')[0], 'what is retained'); // in no order
    const state = late.state('downstairs');
    expect(late.on('diuna/zone/downstairs/state')[0]).toMatchObject({ retain: true });
    expect(state).toMatchObject({ state: 'ON', color: { r: 255, g: 0, b: 0 }, effect: 'off', origin: 'first' });
    for (const missing of ['brightness', 'version']) expect(state).not.toHaveProperty(missing);
    expect(JSON.parse(late.on('diuna/info').at(-1)?.payload ?? '').groups).toEqual({
      downstairs: { name: 'Downstairs', zones: ['shelf', 'floor'] },
      corner: { name: 'corner', zones: ['desk'] },
    });
  });

  it('is commanded as its zones are: one reply, an event of each, and no state in between', async () => {
    const root = await watcher('teller');
    await begin(root, { floor: 100, shelf: 100 });
    await until(() => root.state('downstairs')?.['brightness'] === 100, 'the beginning');
    const before = root.on('diuna/zone/downstairs/state').length;
    const listener = await house.client('ear', as('root'));
    await listener.mqtt.subscribeAsync('diuna/event/#', { qos: 2 });
    const reply = await root.ask({ type: 'zone.set', zone: 'downstairs', brightness: 7, color: '#00ff00' });
    expect(reply).toMatchObject({ ok: true, changed: true, state: { state: 'ON', brightness: 7, color: { r: 0, g: 255, b: 0 } } });
    expect(reply.version).toBeUndefined();
    await until(
      () => root.state('downstairs')?.['brightness'] === 7 && root.state('all')?.['seq'] === root.state('floor')?.['seq'],
      'the end',
    );
    const told = root.on('diuna/zone/downstairs/state').slice(before);
    for (const { payload } of told) expect(JSON.parse(payload)).toMatchObject({ brightness: expect.any(Number), color: expect.anything() });
    await until(() => eventsOf(listener).length === 2, 'both events');
    expect(eventsOf(listener).map(({ zone, payload }) => [zone, payload.changed.includes('brightness')])).toEqual([
      ['shelf', true],
      ['floor', true],
    ]);
  });

  it('takes words on its set topic, and is undone, and a refusal says how it is', async () => {
    const root = await watcher('writer');
    await begin(root, { floor: 30, shelf: 30 });
    expect(await root.say('diuna/zone/downstairs/set', 'TOGGLE')).toMatchObject({ ok: true, state: { state: 'OFF' } });
    expect(await root.say('diuna/zone/downstairs/set/brightness', '+10')).toMatchObject({
      ok: true,
      state: { state: 'ON', brightness: 10 },
    });
    expect(await root.ask({ type: 'history.undo', zone: 'downstairs' })).toMatchObject({
      ok: true,
      state: { state: 'OFF', brightness: 30 },
    });
    expect(await root.say('diuna/zone/downstairs/set', 'nonsense!')).toMatchObject({
      ok: false,
      error: { code: 'invalid_command' },
      state: { state: 'OFF', brightness: 30 },
    });
    const guarded = await root.ask({ type: 'zone.toggle', zone: 'downstairs', if_version: 3 });
    expect(guarded).toMatchObject({ ok: false, error: { code: 'invalid_command', path: 'if_version' }, state: { state: 'OFF' } });
  });

  it('filters a replay by its zones', async () => {
    const root = await watcher('reader');
    await begin(root, {});
    const mark = await root.ask({ type: 'system.ping' });
    if (!mark.ok) throw new Error('no pong');
    for (const zone of ['desk', 'floor', 'shelf', 'desk']) await root.ask({ type: 'zone.adjust_brightness', zone, delta: 3 });
    const reply = await root.ask({ type: 'events.replay', after: mark.seq, zone: 'downstairs' });
    expect(reply).toMatchObject({ ok: true, count: 2, complete: true });
    expect(root.on(`${root.topic}/replay`).map(({ payload }) => JSON.parse(payload).zone)).toEqual(['floor', 'shelf']);
    expect(await root.ask({ type: 'events.replay', after: mark.seq, zone: 'cellar' })).toMatchObject({ error: { code: 'unknown_zone' } });
  });

  it('is turned by a knob, each zone from where it is', async () => {
    const root = await watcher('turner');
    await begin(root, { floor: 100, shelf: 50 });
    await root.say('diuna/knob/dial/simulate', '+2');
    await until(() => root.state('floor')?.['brightness'] === 116 && root.state('shelf')?.['brightness'] === 66, 'both to be brighter');
    await root.say('diuna/knob/dial/simulate', 'press');
    await until(() => root.state('downstairs')?.['state'] === 'OFF', 'both to be off');
    expect(root.state('desk')).toMatchObject({ state: 'ON', brightness: 100 });
  });
});

it('a controller commands a group, or all, where it has every zone of it', async () => {
  const code = async (client: TestClient, zone: string) => {
    const reply = await client.ask({ type: 'zone.set_power', zone, state: 'ON' });
    return reply.ok ? 'ok' : reply.error.code;
  };
  const [kid, dad] = [await house.client('kid', as('kid')), await house.client('dad', as('dad'))];
  expect([await code(kid, 'downstairs'), await code(kid, 'corner'), await code(kid, 'all')]).toEqual(['ok', 'forbidden', 'forbidden']);
  expect([await code(dad, 'downstairs'), await code(dad, 'corner'), await code(dad, 'all')]).toEqual(['ok', 'ok', 'ok']);
  await reload({ groups: { ...groups, downstairs: { zones: ['floor', 'desk'] } } });
  expect([await code(kid, 'downstairs'), await code(dad, 'downstairs')]).toEqual(['forbidden', 'ok']);
  await reload({ groups, knobs });
});

describe('a reload', () => {
  const names = (client: TestClient) => Object.keys(JSON.parse(client.on('diuna/info').at(-1)?.payload ?? '').groups);

  it('clears the state of a group that is gone, tells that of one that has come, and takes other zones for one that stayed', async () => {
    const root = await watcher('reloader');
    await begin(root, { floor: 10, shelf: 20, desk: 20 });
    await reload({ groups: { corner: { zones: ['desk', 'shelf'] }, ground: { zones: ['floor'] } } });
    await until(() => root.state('ground')?.['brightness'] === 10 && root.state('corner')?.['brightness'] === 20, 'the new states');
    expect(names(root)).toEqual(['corner', 'ground']);
    expect(root.on('diuna/zone/downstairs/state').at(-1)?.payload).toBe('');
    expect(await root.ask({ type: 'zone.toggle', zone: 'downstairs' })).toMatchObject({ ok: false, error: { code: 'unknown_zone' } });
    await root.ask({ type: 'zone.set_brightness', zone: 'shelf', brightness: 30 });
    await until(() => root.state('corner')?.['seq'] === root.state('shelf')?.['seq'], 'the group to follow');
    const late = await watcher('late');
    expect(late.on('diuna/zone/downstairs/state')).toEqual([]);
  });

  it('may make a group of what was a zone, and a zone of it again', async () => {
    const root = await watcher('renamer');
    const [floor, desk] = [
      { strip: 'main', range: [0, 9] },
      { strip: 'white', range: [0, 9] },
    ];
    await begin(root, { floor: 44, shelf: 55, desk: 66 });
    await reload({ users: { root: users['root'] }, zones: { floor, desk }, groups: { shelf: { zones: ['floor'] } } });
    await until(() => root.state('shelf')?.['brightness'] === 44, 'the state of the group');
    expect(root.state('shelf')).not.toHaveProperty('version');
    expect(await root.ask({ type: 'zone.set_brightness', zone: 'shelf', brightness: 45 })).toMatchObject({
      ok: true,
      state: { brightness: 45 },
    });
    await until(() => root.state('shelf')?.['brightness'] === 45, 'its zone to be told');
    await reload({});
    await until(() => root.state('shelf')?.['brightness'] === 55, 'the zone as it was');
    expect(root.state('shelf')).toHaveProperty('version');
  });

  it('and a start without a group leaves nothing of it', async () => {
    await reload({ groups });
    const before = await watcher('before');
    await until(() => before.state('downstairs'), 'the group');
    await house.home.configure({ users });
    await house.restart();
    const after = await watcher('after');
    expect([after.on('diuna/zone/downstairs/state'), names(after)]).toEqual([[], []]);
  });
});
