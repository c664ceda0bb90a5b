/** The daemon is killed and started again: what its broker held for others is there, without the daemon's own topics. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { keeping, Listener } from '../mqtt/durable/client.ts';
import { TestClient } from '../support/client.ts';
import { type Home, makeHome, type SpawnedDaemon, spawnDaemon } from '../support/daemon.ts';
import { until } from '../support/until.ts';

let home: Home;
let daemon: SpawnedDaemon;
const clients: Listener[] = [];

beforeAll(async () => {
  home = await makeHome({ mqtt: { limits: { session_messages: 10 } } });
  daemon = await spawnDaemon(home);
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map(({ mqtt }) => mqtt.endAsync(true)));
});
afterAll(async () => {
  await daemon.kill();
  await home.remove();
});

async function connect(id: string, options: Parameters<typeof Listener.connect>[2] = {}): Promise<Listener> {
  const client = await Listener.connect(home.port, id, options);
  clients.push(client);
  return client;
}

let markers = 0;

/** Returns once all that was done so far is written: changes are written in their order, and one is made behind them. */
async function written(): Promise<void> {
  markers += 1;
  const topic = `written/${markers}`;
  const witness = await Listener.connect(home.port, 'witness');
  await witness.mqtt.publishAsync(topic, 'here', { retain: true, qos: 1 });
  await until(() => kept().includes(`"r/${topic}"`), 'what was changed to be written');
  await witness.end();
}

async function killed(): Promise<void> {
  await written();
  await daemon.kill();
  daemon = await spawnDaemon(home);
}

function kept(): string {
  const path = join(home.folder, 'data', 'broker.jsonl');
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

/** The keys that were written, oldest first. */
function keysOf(lines: string): string[] {
  return records(lines).map(({ k }) => k);
}

function isGone(key: string): boolean {
  const newest = records(kept()).findLast(({ k }) => k === key);
  return newest !== undefined && newest.v === undefined;
}

function records(lines: string): { readonly k: string; readonly v?: unknown }[] {
  const whole = lines.slice(0, lines.lastIndexOf('\n') + 1);
  return whole
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line).record);
}

const properties = {
  messageExpiryInterval: 1000,
  contentType: 'text',
  correlationData: Buffer.from([0, 255]),
  userProperties: { key: 'value' },
};

it.each(['killed', 'stopped'])('retained messages of other devices come through when it is %s', async (how) => {
  const sender = await connect('sender', { protocolVersion: 5 });
  const payload = Buffer.from([0, 255, 10, 34, 128]);
  await sender.mqtt.publishAsync(`device/${how}`, payload, { retain: true, qos: 2, properties });
  for (const text of ['old', '']) await sender.mqtt.publishAsync(`device/cleared/${how}`, text, { retain: true, qos: 1 });
  if (how === 'killed') await killed();
  else {
    expect(await daemon.terminate()).toBe(0);
    daemon = await spawnDaemon(home);
  }
  for (const protocolVersion of [4, 5] as const) {
    const reader = await connect('reader', { protocolVersion });
    await reader.mqtt.subscribeAsync([`device/${how}`, `device/cleared/${how}`, 'diuna/status'], { qos: 2 });
    const heard = await reader.hears(2);
    const device = heard.find(({ topic }) => topic === `device/${how}`);
    expect(device).toMatchObject({ payload, qos: 2, retain: true });
    if (protocolVersion === 5)
      expect(device?.properties).toMatchObject({ contentType: 'text', correlationData: properties.correlationData });
    expect(heard.map(({ topic }) => topic).toSorted()).toEqual([`device/${how}`, 'diuna/status']);
    await reader.end();
  }
  expect(kept()).not.toContain('diuna/');
});

it.each([
  [4, 'plain'],
  [5, 'plain'],
  [4, '__proto__'],
  [5, 'constructor'],
] as const)('a session of version %i comes through with what waits for it (%s)', async (version, name) => {
  const [id, topic] = [name === 'plain' ? `${name}-${version}` : name, `q/${version}/${name}`];
  const absent = await connect(id, keeping(version));
  await absent.mqtt.subscribeAsync(topic, { qos: 2 });
  await absent.end();
  const sender = await connect('sender', { protocolVersion: 5 });
  for (let n = 1; n <= 8; n += 1) await sender.mqtt.publishAsync(topic, `${n}`, { qos: n <= 4 ? 1 : 2, properties });
  await killed();
  const back = await connect(id, keeping(version));
  expect(back.connack.sessionPresent).toBe(true);
  const heard = await back.hears(8);
  const texts = (qos: number) => heard.filter((packet) => packet.qos === qos).map(({ payload }) => payload.toString());
  expect([texts(1), texts(2)]).toEqual([
    ['1', '2', '3', '4'],
    ['5', '6', '7', '8'],
  ]);
  if (version === 5) {
    expect(heard[0]?.properties).toMatchObject({ contentType: 'text', userProperties: { key: 'value' } });
    expect(heard[0]?.properties?.messageExpiryInterval).toBeGreaterThan(900);
  }
  await killed();
  const once = await connect(id, keeping(version));
  await (await connect('sender')).mqtt.publishAsync(topic, 'last', { qos: 1 });
  await once.hears(1);
  expect(once.payloads).toEqual(['last']);
});

it('a session ends in its time, also while nobody counts', async () => {
  for (const [id, expiry] of [
    ['short', 1],
    ['long', 3600],
  ] as const) {
    const absent = await connect(id, keeping(5, expiry));
    await absent.mqtt.subscribeAsync('q', { qos: 1 });
    await absent.end();
  }
  await killed();
  await until(() => isGone('s/short'), 'the session to end');
  expect((await connect('short', keeping(5))).connack.sessionPresent).toBe(false);
  expect((await connect('long', keeping(5))).connack.sessionPresent).toBe(true);
});

it('what may wait for a session is bounded after a restart as before', async () => {
  const absent = await connect('bounded', keeping(4));
  await absent.mqtt.subscribeAsync('many', { qos: 1 });
  await absent.end();
  const sender = await connect('sender');
  for (let n = 1; n <= 8; n += 1) await sender.mqtt.publishAsync('many', `${n}`, { qos: 1 });
  await killed();
  const again = await connect('sender');
  for (let n = 9; n <= 16; n += 1) await again.mqtt.publishAsync('many', `${n}`, { qos: 1 });
  const back = await connect('bounded', keeping(4));
  await until(() => back.payloads.at(-1) === '16', 'the newest');
  expect(back.heard.length).toBeLessThanOrEqual(10);
});

it('commands go on as before, and are not written down for the broker', async () => {
  await written(); // those before have left
  const before = kept();
  const client = await TestClient.connect(home.port, 'commander');
  expect(await client.ask({ type: 'zone.toggle', zone: 'floor' })).toMatchObject({ ok: true });
  await client[Symbol.asyncDispose]();
  await written();
  expect(keysOf(kept().slice(before.length))).toEqual([`r/written/${markers}`]);
});
