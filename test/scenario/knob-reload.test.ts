/** Knobs that fail, that are reloaded while they are held, and that not everybody may move. */
import { describe, expect, it } from 'vitest';
import type { TestClient } from '../support/client.ts';
import { until } from '../support/until.ts';
import { as, usersOf } from './access-users.ts';
import { plainZone, stage } from './stage.ts';

const users = await usersOf({
  root: { role: 'admin' },
  ann: { role: 'controller' },
  kid: { role: 'controller', zones: ['floor'] },
  eve: { role: 'viewer' },
});
const broken = { driver: 'evdev', device: '/dev/input/diuna-has-none' };
const desk = { driver: 'simulated', zone: 'floor' };
const house = stage({ users, knobs: { desk, wall: broken } });

interface Told {
  readonly type: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

const told = (client: TestClient, filter: string): Told[] =>
  client.heard.filter(({ topic }) => topic.startsWith(filter)).map(({ payload }) => JSON.parse(payload));
const health = (client: TestClient) => JSON.parse(client.on('diuna/system/state').at(-1)?.payload ?? '{}');

async function watcherAs(user: string): Promise<TestClient> {
  const watcher = await house.client(`watcher-${user}`, as(user));
  await watcher.mqtt.subscribeAsync('diuna/#', { qos: 2 });
  return watcher;
}

async function reload(knobs: object): Promise<void> {
  await house.home.configure({ users, knobs });
  await house.running.daemon.reload();
}

describe('a knob that cannot be opened', () => {
  it('is told of, tried again, and stops nothing', async () => {
    const root = await watcherAs('root');
    await until(() => health(root)['failing_inputs']?.[0] === 'wall', 'its failure');
    expect(health(root)).toMatchObject({ healthy: false, failing_inputs: ['wall'] });
    const line = house.running.log.find(({ msg }) => msg === 'system.input_failed');
    expect(line).toMatchObject({ knob: 'wall', code: expect.any(String), cure: expect.any(String) });
    expect(await root.say('diuna/knob/wall/simulate', '+1')).toMatchObject({ ok: false, error: { code: 'unsupported', path: 'knob' } });
    expect(await root.ask({ type: 'zone.toggle', zone: 'floor' })).toMatchObject({ ok: true });
  });

  it('is told of no more once the configuration has it right', async () => {
    const root = await watcherAs('root');
    await reload({ desk, wall: { ...broken, driver: 'simulated', zone: 'shelf' } });
    await until(() => told(root, 'diuna/event/system/input_recovered')[0], 'the recovery');
    await until(() => health(root)['healthy'] === true, 'health');
    await root.say('diuna/knob/wall/simulate', '+2');
    await until(() => root.state('shelf')?.['trigger'] === 'knob:wall', 'it to work');
  });
});

describe('a reload while a knob is held', () => {
  it('leaves one that did not change in the hand that holds it', async () => {
    const root = await watcherAs('root');
    await root.ask(plainZone('floor', { color: '#ff0000' }));
    await root.say('diuna/knob/desk/simulate', 'hold +120');
    await until(() => told(root, 'diuna/event/knob/desk/').length > 2, 'it to turn');
    await reload({ desk, other: { driver: 'simulated' } });
    await until(() => told(root, 'diuna/event/knob/desk/released')[0], 'it to be let go', 15_000);
    const events = told(root, 'diuna/event/knob/desk/');
    expect(events.slice(0, -1).every(({ type, payload }) => type === 'knob.rotated' && payload['held'] === true)).toBe(true);
    expect(events.reduce((sum, { payload }) => sum + Number(payload['detents'] ?? 0), 0)).toBe(120);
    await until(() => JSON.stringify(root.state('floor')?.['color']) === '{"r":0,"g":255,"b":0}', 'three circles and a third');
  });

  it('takes one that did change at once, and what the hand had begun is over', async () => {
    const root = await watcherAs('root');
    await root.ask(plainZone('floor', { brightness: 100 }));
    await root.say('diuna/knob/desk/simulate', 'hold +1000');
    await until(() => told(root, 'diuna/event/knob/desk/').length > 2, 'it to turn');
    await reload({ desk: { ...desk, rotate: { step: 3 } } });
    expect(await root.say('diuna/knob/desk/simulate', '+4')).toMatchObject({ ok: true });
    await until(() => root.state('floor')?.['brightness'] === 112, 'the new step');
    await settled(root);
    expect(told(root, 'diuna/event/knob/desk/').some(({ type }) => type !== 'knob.rotated')).toBe(false);
  });
});

/** What was told before has been heard once a later answer has. */
async function settled(client: TestClient): Promise<void> {
  await client.ask({ type: 'system.ping' });
}

describe('who may move a simulated knob', () => {
  it('is whoever may command all zones: what a knob does is not theirs to say', async () => {
    await reload({ desk });
    for (const [user, code] of [
      ['root', 'ok'],
      ['ann', 'ok'],
      ['kid', 'forbidden'],
      ['eve', 'forbidden'],
    ] as const) {
      const client = await house.client(`mover-${user}`, as(user));
      const reply = await client.say('diuna/knob/desk/simulate', '+1');
      expect(reply.ok ? 'ok' : reply.error.code).toBe(code);
      const asked = await client.ask({ type: 'knob.simulate', knob: 'desk', moves: '-1', request_id: `move-${user}` });
      expect(asked.ok ? 'ok' : asked.error.code).toBe(code);
    }
  });

  it('and nobody may tell what only a knob tells', async () => {
    const root = await house.client('liar', as('root'));
    for (const topic of ['diuna/event/knob/desk/pressed', 'diuna/knob/desk', 'diuna/knob/desk/simulate/more']) {
      expect(await root.say(topic, '+1')).toMatchObject({ ok: false, error: { code: 'forbidden' } });
    }
  });
});
