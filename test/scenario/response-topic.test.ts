/** Protocol §4, MQTT 5: a reply goes where its command wants it, bears its correlation data, and can forge nothing of ours. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { IPublishPacket } from 'mqtt-packet';
import { describe, expect, it } from 'vitest';
import type { TestClient } from '../support/client.ts';
import { hasProgram } from '../support/programs.ts';
import { until } from '../support/until.ts';
import { allHeard, eventsOf, stage } from './stage.ts';

const house = stage();
const run = promisify(execFile);

/** A client of version 5 that keeps whole packets. */
async function newClient(id: string): Promise<{ client: TestClient; packets: IPublishPacket[] }> {
  const client = await house.client(id, { protocolVersion: 5 });
  const packets: IPublishPacket[] = [];
  client.mqtt.on('message', (_topic, _payload, packet) => void packets.push(packet));
  return { client, packets };
}

async function send(client: TestClient, body: object, properties: NonNullable<IPublishPacket['properties']>): Promise<void> {
  await client.mqtt
    .publishAsync(`${client.topic}/command`, JSON.stringify(body), { qos: 1, properties })
    .catch((cause: unknown) => expect(String(cause)).toContain('Not authorized'));
}

const ping = { request_id: 'P1', type: 'system.ping' };

describe('a response topic', () => {
  it('gets the reply, with the correlation data of the command, and the usual topic does not', async () => {
    const { client, packets } = await newClient('phone');
    await client.mqtt.subscribeAsync('answers/phone', { qos: 1 });
    const correlationData = Buffer.from([0, 255, 1, 128]);
    await send(client, ping, { responseTopic: 'answers/phone', correlationData });
    const reply = await until(() => packets.find(({ topic }) => topic === 'answers/phone'), 'the reply');
    expect(JSON.parse(String(reply.payload))).toMatchObject({ request_id: 'P1', ok: true });
    expect(reply.properties?.correlationData).toEqual(correlationData);
    expect(reply.properties?.contentType).toBe('application/json');
    expect(reply.retain).toBe(false);
    await allHeard(await house.watcher('later'));
    expect(client.replies()).toEqual([]);
  });

  it("may be the client's own, and set topics take one too", async () => {
    const { client, packets } = await newClient('phone');
    const properties = { responseTopic: `${client.topic}/response`, correlationData: Buffer.from('mine') };
    await client.mqtt.publishAsync('diuna/zone/floor/set', 'TOGGLE', { qos: 1, properties });
    const reply = await until(() => packets.find(({ topic }) => topic.endsWith('/response')), 'the reply');
    expect(String(reply.properties?.correlationData)).toBe('mine');
  });

  it.each([
    'diuna/zone/floor/state',
    'diuna/status',
    'diuna/event/zone/floor/state_changed',
    'diuna/client/tablet/response',
    'diuna/client/phone/presence',
    'diuna/zone/shelf/set',
    '$SYS/x',
    `deep${'/er'.repeat(40)}`,
  ])('%s is refused, on the usual topic, and nothing is said or changed there', async (responseTopic) => {
    const watcher = await house.watcher('watcher');
    const { client } = await newClient('phone');
    const before = watcher.on(responseTopic).length;
    await send(client, { request_id: `R${responseTopic.length}`, type: 'zone.toggle', zone: 'desk' }, { responseTopic });
    const [reply] = await client.untilReplies(1);
    expect(reply).toMatchObject({ ok: false, error: { code: 'forbidden' } });
    await allHeard(watcher);
    expect(watcher.on(responseTopic).length).toBe(before);
    expect(eventsOf(watcher, 'desk')).toEqual([]);
  });

  it.each(['answers/+', 'answers/#'])('%s, with a wildcard, is a mistake of the protocol [MQTT-3.3.2-14]', async (responseTopic) => {
    const { client } = await newClient('clumsy');
    const closed = new Promise<void>((resolve) => void client.mqtt.once('close', () => resolve()));
    const reasons: (number | undefined)[] = [];
    client.mqtt.on('disconnect', ({ reasonCode }) => reasons.push(reasonCode));
    void client.mqtt.publishAsync(`${client.topic}/command`, '{}', { properties: { responseTopic } }).catch(() => undefined);
    await closed;
    expect(reasons).toEqual([0x90]); // topic name invalid
  });

  it('is told to a client that asks for response information', async () => {
    const { client } = await newClient('phone');
    expect(client.mqtt.connected).toBe(true);
    const asked = await house.client('asker', { protocolVersion: 5, properties: { requestResponseInformation: true } });
    const information: unknown = await new Promise((resolve) => {
      asked.mqtt.once('connect', (packet) => resolve(packet.properties?.responseInformation));
      asked.mqtt.reconnect();
    });
    expect(information).toBe('diuna/client/asker/response');
  });

  it.skipIf(!hasProgram('mosquitto_rr'))('works with mosquitto_rr', async () => {
    const command = JSON.stringify({ request_id: 'RR1', type: 'zone.set_brightness', zone: 'floor', brightness: 77 });
    const options = ['-h', '127.0.0.1', '-p', String(house.home.port), '-V', '5', '-i', 'rr', '-q', '1', '-W', '10'];
    const { stdout } = await run('mosquitto_rr', [...options, '-t', 'diuna/client/rr/command', '-e', 'rr/answer', '-m', command]);
    expect(JSON.parse(stdout)).toMatchObject({ request_id: 'RR1', ok: true, state: { brightness: 77, origin: 'rr' } });
  });
});

describe('what we publish', () => {
  it('is JSON and says so, but for the bare words of status', async () => {
    const { client, packets } = await newClient('reader');
    await client.mqtt.subscribeAsync('diuna/#', { qos: 1 });
    await client.ask({ type: 'zone.toggle', zone: 'floor' });
    await (await house.client('other')).ask({ type: 'zone.toggle', zone: 'floor' });
    await until(() => packets.some(({ topic }) => topic === 'diuna/event/zone/floor/state_changed'), 'an event');
    const types = new Map(packets.map(({ topic, properties }) => [topic, properties?.contentType]));
    for (const topic of ['diuna/info', 'diuna/system/state', 'diuna/zone/floor/state', 'diuna/event/zone/floor/state_changed'])
      expect(types.get(topic), topic).toBe('application/json');
    expect(types.has('diuna/status')).toBe(true);
    expect(types.get('diuna/status')).toBeUndefined();
  });
});
