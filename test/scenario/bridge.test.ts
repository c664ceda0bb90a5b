/** A Mosquitto that bridges to the embedded broker, with the lines of the README; and one that bridges too much. */
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { TestClient } from '../support/client.ts';
import { freePort, makeHome, type RunningDaemon, startInProcess } from '../support/daemon.ts';
import { MosquittoBroker } from '../support/mosquitto-broker.ts';
import { hasProgram } from '../support/programs.ts';
import { until } from '../support/until.ts';
import { eventsOf, wholeState } from './stage.ts';

const page = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
/** As the README has it. */
const topics = (/^connection diuna$[^`]*/m.exec(page('README.md'))?.[0] ?? '').split('\n').filter((line) => line.startsWith('topic '));
const bridge = (port: number, lines: readonly string[]) => [
  'connection diuna',
  `address 127.0.0.1:${port}`,
  'remote_clientid bridge',
  'notifications_local_only true',
  'restart_timeout 1',
  ...lines,
];

const things: AsyncDisposable[] = [];
afterEach(async () => {
  for (const thing of things.splice(0).reverse()) await thing[Symbol.asyncDispose]();
});
function own<T extends AsyncDisposable>(thing: T): T {
  things.push(thing);
  return thing;
}

async function bridged(lines: readonly string[]) {
  const home = await makeHome({ knobs: { desk: { driver: 'simulated', zone: 'floor' } } });
  own({ [Symbol.asyncDispose]: () => home.remove() });
  let running = await startInProcess(home);
  own({ [Symbol.asyncDispose]: () => running[Symbol.asyncDispose]() });
  const broker = own(await MosquittoBroker.start(await freePort(), { lines: bridge(home.port, lines) }));
  const there = async (id: string, filter: string) => {
    const client = own(await TestClient.connect(broker.port, id));
    await client.mqtt.subscribeAsync(filter, { qos: 1 });
    return client;
  };
  return {
    home,
    broker,
    /** A client of the Mosquitto. */
    there,
    /** A client of the daemon's own broker. */
    here: async (id: string) => own(await TestClient.connect(home.port, id)),
    running: (): RunningDaemon => running,
    restart: async () => {
      await running[Symbol.asyncDispose]();
      running = await startInProcess(home);
    },
  };
}

const wholeTopics = ['status', 'info', 'system/state', 'zone/floor/state', 'zone/shelf/state', 'zone/desk/state', 'zone/all/state'];

async function wholeAt(client: TestClient): Promise<void> {
  for (const topic of wholeTopics) await until(() => client.on(`diuna/${topic}`)[0], `${topic} beyond the bridge`);
}

it('the README bridges every topic that clients may publish on', () => {
  const rows = page('docs/protocol.md').matchAll(/^\| `(diuna\/[^`]+)` \| in \|/gm);
  const wanted = [...rows].map(([, topic = '']) => topic.replace('{client}', 'bridge').replace(/\{\w+\}/g, '+'));
  expect(wanted.length).toBeGreaterThan(4);
  expect(wanted.filter((topic) => !topics.includes(`topic ${topic} out 1`))).toEqual([]);
});

describe.runIf(hasProgram('mosquitto'))('a bridge with the lines of the README', () => {
  it('carries commands in, and states and events out', async () => {
    const house = await bridged(topics);
    const panel = await house.there('panel', 'diuna/#');
    await wholeAt(panel);
    await panel.mqtt.publishAsync('diuna/zone/floor/set', '{"state":"ON","brightness":42}', { qos: 1 });
    await until(() => panel.state('floor')?.['brightness'] === 42, 'the state');
    await panel.mqtt.publishAsync('diuna/zone/floor/set/brightness', '43', { qos: 1 });
    await until(() => panel.state('floor')?.['brightness'] === 43, 'the state');
    const events = await until(() => eventsOf(panel, 'floor').length >= 2 && eventsOf(panel, 'floor'), 'the events');
    expect(events.map(({ origin, payload }) => [origin, payload.state['brightness']])).toEqual([
      ['bridge', 42],
      ['bridge', 43],
    ]);
    expect(panel.heard.filter(({ topic, retain }) => topic.includes('/event/') && retain)).toEqual([]);
    await panel.mqtt.publishAsync('diuna/knob/desk/simulate', '+1', { qos: 1 });
    await until(() => panel.state('floor')?.['brightness'] === 51, 'a turn of the simulated knob');
  });

  it('carries envelopes of all clients beyond under its own id, and their replies', async () => {
    const house = await bridged(topics);
    const panel = await house.there('panel', 'diuna/client/bridge/response');
    const watcher = await house.there('watcher', 'diuna/status');
    await until(() => watcher.on('diuna/status')[0], 'the bridge');
    const body = { request_id: 'panel-1', type: 'zone.set_color', zone: 'shelf', color: '#112233' };
    await panel.mqtt.publishAsync('diuna/client/bridge/command', JSON.stringify(body), { qos: 1 });
    const reply = await until(() => panel.on('diuna/client/bridge/response')[0], 'the reply');
    expect(JSON.parse(reply.payload)).toMatchObject({ request_id: 'panel-1', ok: true, state: { origin: 'bridge' } });
  });

  it('keeps what is retained whole and new beyond it, whoever restarts', async () => {
    const house = await bridged(topics);
    const phone = await house.here('phone');
    const first = await house.there('first', 'diuna/#');
    await wholeAt(first);
    await phone.ask({ type: 'zone.set_brightness', zone: 'floor', brightness: 51 });
    await until(() => first.state('floor')?.['brightness'] === 51, 'the state');
    const late = await house.there('late', 'diuna/zone/+/state');
    await until(() => late.state('floor')?.['brightness'] === 51, 'the retained state');
    expect(late.on('diuna/zone/floor/state')[0]?.retain).toBe(true);
    await house.restart();
    await until(() => first.on('diuna/status').at(-1)?.payload === 'online' && first.on('diuna/status').length >= 2, 'the return', 15_000);
    const again = await house.here('again');
    await again.ask({ type: 'zone.set_brightness', zone: 'floor', brightness: 52 });
    await until(() => first.state('floor')?.['brightness'] === 52, 'the state');
    await house.broker.end('SIGKILL');
    await again.ask({ type: 'zone.set_brightness', zone: 'floor', brightness: 53 });
    await house.broker.run();
    const last = await house.there('last', 'diuna/#');
    await wholeAt(last);
    await until(() => last.state('floor')?.['brightness'] === 53, 'the newest state');
  });
});

describe.runIf(hasProgram('mosquitto'))('a bridge of everything both ways', () => {
  it.each(['mqttv311', 'mqttv50'])('does no harm and makes no loop (%s)', async (version) => {
    const house = await bridged(['topic # both 1', `bridge_protocol_version ${version}`]);
    const panel = await house.there('panel', '#');
    await wholeAt(panel);
    const phone = await house.here('phone');
    const watcher = await house.here('watcher');
    await watcher.mqtt.subscribeAsync('#', { qos: 1 });
    await panel.mqtt.publishAsync('garden/rain', 'yes', { qos: 1 });
    await phone.mqtt.publishAsync('garden/wind', 'no', { qos: 1, retain: true });
    await panel.mqtt.publishAsync('diuna/zone/floor/set', '61', { qos: 1 });
    await until(() => panel.state('floor')?.['brightness'] === 61, 'the state');
    await until(() => watcher.on('garden/rain')[0] && panel.on('garden/wind')[0], 'what others say');
    for (let index = 1; index <= 20; index += 1)
      expect(await phone.ask({ type: 'zone.set_brightness', zone: 'floor', brightness: index })).toMatchObject({ ok: true });
    await until(() => panel.state('floor')?.['brightness'] === 20, 'the last state');
    await panel.mqtt.publishAsync('end/of/it', 'there', { qos: 1 });
    await phone.mqtt.publishAsync('end/of/that', 'here', { qos: 1 });
    await until(() => watcher.on('end/of/it')[0] && panel.on('end/of/that')[0], 'the end');
    for (const [client, topic] of [
      [watcher, 'garden/rain'],
      [panel, 'garden/rain'],
      [panel, 'garden/wind'],
      [watcher, 'garden/wind'],
    ] as const)
      expect([client.id, topic, client.on(topic).length]).toEqual([client.id, topic, 1]);
    expect(eventsOf(watcher)).toHaveLength(21);
    expect((await wholeState(phone)).seq).toBe(21);
    expect(phone.replies().filter(({ ok }) => !ok)).toEqual([]);
    const events = eventsOf(panel).length;
    expect(events).toBe(version === 'mqttv311' ? 21 : 20); // version 5 does not say that it is a bridge: its own are held back
  });

  it('what is not theirs to say is refused, and fills no log', async () => {
    const house = await bridged(['topic # both 1']);
    const panel = await house.there('panel', 'diuna/#');
    await wholeAt(panel);
    const phone = await house.here('phone');
    await phone.mqtt.subscribeAsync('diuna/#', { qos: 1 });
    for (let index = 0; index < 200; index += 1) await panel.mqtt.publishAsync('diuna/zone/floor/state', 'mine', { qos: 1 });
    await panel.mqtt.publishAsync('diuna/status', 'offline', { qos: 1, retain: true });
    await panel.mqtt.publishAsync('diuna/zone/floor/set', '9', { qos: 1 });
    await until(() => phone.state('floor')?.['brightness'] === 9, 'the state');
    expect(phone.heard.filter(({ payload }) => payload === 'mine' || payload === 'offline')).toEqual([]);
    const refusals = house.running().log.filter(({ msg }) => msg === 'publish refused');
    expect(refusals.map(({ client, topic }) => [client, topic])).toEqual([
      ['bridge', 'diuna/zone/floor/state'],
      ['bridge', 'diuna/status'],
    ]);
  });
});
