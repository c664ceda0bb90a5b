/** What the broker holds for others comes through a restart, and through a loss of power. */
import type { IPublishPacket } from 'mqtt';
import { describe, expect, it } from 'vitest';
import { everybody } from '../../../src/mqtt/guards/access.ts';
import { FakeDisk } from '../../store/support/fake-disk.ts';
import { FakeClock } from '../../support/fakes.ts';
import { until } from '../../support/until.ts';
import { keeping, type Listener } from './client.ts';
import { House, isGone, written } from './stage.ts';

function connect(house: House, id: string, options: Parameters<House['connect']>[1] = {}): Promise<Listener> {
  return house.connect(id, options);
}

/** What a client has heard, once it has heard all that was on its way to it. */
async function settled(client: Listener): Promise<string[]> {
  const topic = `behind/${client.mqtt.options.clientId}`;
  await client.mqtt.subscribeAsync(topic, { qos: 1 });
  await client.mqtt.publishAsync(topic, 'here', { qos: 1 });
  await until(() => client.heard.at(-1)?.topic === topic, 'what comes behind all else');
  return client.payloads.slice(0, -1);
}

/** The power goes; the next run begins with what was synced. */
async function afterCut(disk: FakeDisk, setup: Partial<Parameters<typeof House.open>[0]> = {}): Promise<{ house: House; disk: FakeDisk }> {
  await written(disk);
  const survivor = disk.afterPowerCut(() => 0);
  return { house: await House.open({ files: survivor, ...setup }), disk: survivor };
}

const properties = {
  payloadFormatIndicator: true,
  messageExpiryInterval: 1000,
  contentType: 'text/plain',
  responseTopic: 'answer/here',
  correlationData: Buffer.from([0, 1, 255]),
  userProperties: { b: 'one', a: ['two', 'three'] },
};

describe('retained messages', () => {
  it('come back byte for byte, with their properties, to clients of both versions; cleared ones stay cleared', async () => {
    const disk = new FakeDisk();
    const first = await House.open({ files: disk });
    const sender = await connect(first, 'sender', { protocolVersion: 5 });
    const bytes = Buffer.from([0, 255, 254, 0x22, 0x0a, 0x80]);
    await sender.mqtt.publishAsync('other/bytes', bytes, { retain: true, qos: 2, properties });
    await sender.mqtt.publishAsync('other/text', 'Grüße "\n\0', { retain: true, qos: 1 });
    await sender.mqtt.publishAsync('__proto__', 'x', { retain: true, qos: 1 });
    for (const payload of ['old', '']) await sender.mqtt.publishAsync('other/cleared', payload, { retain: true, qos: 1 });
    await written(disk);
    await sender.mqtt.publishAsync('other/text', 'Grüße "\n\0!', { retain: true, qos: 1 });
    const { house } = await afterCut(disk);
    for (const protocolVersion of [4, 5] as const) {
      const reader = await connect(house, `reader-${protocolVersion}`, { protocolVersion });
      await reader.mqtt.subscribeAsync('#', { qos: 2 });
      const heard = new Map((await reader.hears(3)).map((packet) => [packet.topic, packet]));
      expect([...heard.keys()].toSorted()).toEqual(['__proto__', 'other/bytes', 'other/text']);
      expect(heard.get('other/bytes')).toMatchObject({ payload: bytes, qos: 2, retain: true });
      expect(heard.get('other/text')).toMatchObject({ payload: Buffer.from('Grüße "\n\0!'), qos: 1, retain: true });
      if (protocolVersion === 5) {
        const { messageExpiryInterval, ...others } = properties;
        const got = heard.get('other/bytes')?.properties;
        expect({ ...got, userProperties: { ...got?.userProperties } }).toMatchObject(others);
        expect(got?.messageExpiryInterval).toBeGreaterThan(990);
        expect(got?.messageExpiryInterval).toBeLessThanOrEqual(messageExpiryInterval);
      }
    }
  });

  it('of our own topics are not written, for they are published anew', async () => {
    const disk = new FakeDisk();
    const house = await House.open({ files: disk });
    await house.broker.publish({ topic: 'diuna/zone/floor/state', payload: '{}', qos: 1, retain: true });
    await written(disk);
    expect(disk.text('/broker.jsonl')).not.toContain('diuna/');
  });

  it('that expired while nobody was there are gone', async () => {
    const disk = new FakeDisk();
    const first = await House.open({ files: disk, clock: at(Date.now()) });
    const sender = await connect(first, 'sender', { protocolVersion: 5 });
    await sender.mqtt.publishAsync('a', 'x', { retain: true, qos: 1, properties: { messageExpiryInterval: 10 } });
    const { house, disk: second } = await afterCut(disk, { clock: at(Date.now() + 11_000) });
    const reader = await connect(house, 'reader');
    await reader.mqtt.subscribeAsync('#');
    await reader.mqtt.publishAsync('b', 'marker', { qos: 1 });
    expect((await reader.hears(1)).map(({ topic }) => topic)).toEqual(['b']);
    await written(second);
    expect(isGone(second, 'r/a')).toBe(true);
  });

  it('beyond the quota: the newest stay', async () => {
    const disk = new FakeDisk();
    const first = await House.open({ files: disk });
    const sender = await connect(first, 'sender');
    for (let n = 0; n < 10; n += 1) await sender.mqtt.publishAsync(`t/${n}`, 'x', { retain: true, qos: 1 });
    await sender.mqtt.publishAsync('t/0', 'again', { retain: true, qos: 1 });
    const { house } = await afterCut(disk, { limits: { retained_topics: 3 } });
    const reader = await connect(house, 'reader');
    await reader.mqtt.subscribeAsync('#');
    expect((await reader.hears(3)).map(({ topic }) => topic).toSorted()).toEqual(['t/0', 't/8', 't/9']);
  });
});

/** 30 messages on two topics by turns: in order on each [MQTT-4.6.0-6], and none repeated. */
function expectInOrder(heard: readonly IPublishPacket[]): void {
  for (const rest of [0, 1]) {
    const texts = heard.filter(({ topic }) => topic === `q/${rest}`).map(({ payload }) => Number(payload.toString()));
    expect(texts).toEqual(Array.from({ length: 15 }, (_, n) => 2 * n + 2 - rest));
  }
  expect(heard.every(({ dup }) => !dup)).toBe(true);
}

function expectProperties(packet: IPublishPacket | undefined): void {
  const { contentType, correlationData } = properties;
  expect(packet?.properties).toMatchObject({ contentType, correlationData, subscriptionIdentifier: 7 });
  expect(packet?.properties?.messageExpiryInterval).toBeGreaterThan(990);
}

function at(wall: number): FakeClock {
  return Object.assign(new FakeClock(), { wall });
}

describe.each([4, 5] as const)('a session of version %i', (version) => {
  it.each(['client', '__proto__', 'constructor', 'a/b\n"'])(
    'goes on with its filters and what waits: once, in order, with properties (%s)',
    async (id) => {
      const disk = new FakeDisk();
      const first = await House.open({ files: disk });
      const absent = await connect(first, id, keeping(version));
      const marked = version === 5 ? { properties: { subscriptionIdentifier: 7 } } : {};
      expect(await absent.mqtt.subscribeAsync('q/#', { qos: 2, ...marked })).toMatchObject([{ qos: 2 }]);
      await absent.vanish();
      const sender = await connect(first, 'sender', { protocolVersion: 5 });
      for (let n = 1; n <= 30; n += 1) await sender.mqtt.publishAsync(`q/${n % 2}`, `${n}`, { qos: n % 2 === 0 ? 1 : 2, properties });
      const { house, disk: second } = await afterCut(disk);
      const back = await connect(house, id, keeping(version));
      expect(back.connack.sessionPresent).toBe(true);
      expectInOrder(await back.hears(30));
      if (version === 5) expectProperties(back.heard[4]);
      const again = await connect(house, 'sender');
      await again.mqtt.publishAsync('q/other', 'live', { qos: 1 });
      await back.hears(31);
      expect(back.payloads.at(-1)).toBe('live');
      await back.vanish();
      const third = await afterCut(second);
      const once = await connect(third.house, id, keeping(version));
      expect(once.connack.sessionPresent).toBe(true);
      await (await connect(third.house, 'sender')).mqtt.publishAsync('q/last', 'last', { qos: 1 });
      await once.hears(1);
      expect(once.payloads).toEqual(['last']);
    },
  );

  it('that its client ended is not there again', async () => {
    const disk = new FakeDisk();
    const first = await House.open({ files: disk });
    for (const id of ['cleaned', 'unsubscribed']) {
      const absent = await connect(first, id, keeping(version));
      await absent.mqtt.subscribeAsync('q', { qos: 1 });
      await absent.end();
    }
    await (await connect(first, 'sender')).mqtt.publishAsync('q', 'x', { qos: 1 });
    await written(disk);
    await (await connect(first, 'cleaned', { protocolVersion: version, clean: true })).end();
    const unsubscribing = await connect(first, 'unsubscribed', keeping(version));
    await unsubscribing.hears(1);
    await unsubscribing.mqtt.unsubscribeAsync('q');
    await unsubscribing.end();
    const { house, disk: second } = await afterCut(disk);
    const cleaned = await connect(house, 'cleaned', keeping(version));
    expect(cleaned.connack.sessionPresent).toBe(false);
    const other = await connect(house, 'unsubscribed', keeping(version));
    await (await connect(house, 'sender')).mqtt.publishAsync('q', 'y', { qos: 1 });
    expect([await settled(cleaned), await settled(other)]).toEqual([[], []]);
    await written(second);
    expect(second.text('/broker.jsonl')).not.toContain('"y"');
  });

  it('has what many wait for written once, and shortened by each that has it', async () => {
    const disk = new FakeDisk();
    const first = await House.open({ files: disk });
    for (const id of ['a', 'b', 'c']) {
      const absent = await connect(first, id, keeping(version));
      await absent.mqtt.subscribeAsync('q', { qos: 1 });
      await absent.end();
    }
    await (await connect(first, 'sender')).mqtt.publishAsync('q', 'a long payload that stands there once', { qos: 1 });
    await written(disk);
    expect(disk.text('/broker.jsonl').split('stands there once')).toHaveLength(2);
    const b = await connect(first, 'b', keeping(version));
    await b.hears(1);
    await b.end();
    const { house } = await afterCut(disk);
    for (const [id, count] of [
      ['a', 1],
      ['b', 0],
      ['c', 1],
    ] as const) {
      const back = await connect(house, id, keeping(version));
      expect(await settled(back)).toHaveLength(count);
    }
  });

  it('is kept within its bounds', async () => {
    const disk = new FakeDisk();
    const first = await House.open({ files: disk });
    for (const id of ['old', 'new']) {
      const absent = await connect(first, id, keeping(version));
      await absent.mqtt.subscribeAsync('q', { qos: 1 });
      await absent.end();
      first.clock.monotonic += 1_000_000;
      first.clock.wall += 1000;
    }
    const sender = await connect(first, 'sender');
    for (let n = 1; n <= 20; n += 1) await sender.mqtt.publishAsync('q', `${n}`, { qos: 1 });
    const { house } = await afterCut(disk, { clock: at(first.clock.wall), limits: { stored_sessions: 1, session_messages: 10 } });
    await until(() => (house.guards.counts()['session_messages'] ?? 0) > 0, 'the oldest to go');
    await expect(connect(house, 'old', keeping(version))).rejects.toThrow();
    const back = await connect(house, 'new', keeping(version));
    await until(() => back.payloads.at(-1) === '20', 'the newest');
    expect(back.heard.length).toBeLessThanOrEqual(10);
  });

  it('does not take again a message of QoS 2 that it has not released', async () => {
    const disk = new FakeDisk();
    const first = await House.open({ files: disk });
    const sender = await connect(first, 'sender', { ...keeping(version), reconnectPeriod: 0 });
    sender.mqtt.on('packetreceive', ({ cmd }) => {
      if (cmd === 'pubrec') sender.mqtt.stream.destroy(); // before the release
    });
    sender.mqtt.publish('q', 'x', { qos: 2, messageId: 9 } as never);
    await until(() => !sender.mqtt.connected, 'the client to be gone');
    await written(disk);
    expect(disk.text('/broker.jsonl')).toContain('"ids":[');
  });
});

describe('sessions and time', () => {
  async function left(clock: FakeClock, expiry = 3600): Promise<FakeDisk> {
    const disk = new FakeDisk();
    const house = await House.open({ files: disk, clock });
    for (const version of [4, 5] as const) {
      const absent = await connect(house, `v${version}`, keeping(version, expiry));
      await absent.mqtt.subscribeAsync('q', { qos: 1 });
      await absent.end();
    }
    await written(disk);
    return disk;
  }

  async function present(house: House): Promise<boolean[]> {
    const answers: boolean[] = [];
    for (const version of [4, 5] as const) answers.push((await connect(house, `v${version}`, keeping(version))).connack.sessionPresent);
    return answers;
  }

  it('time that passes while nobody is there counts', async () => {
    const clock = at(1_800_000_000_000);
    const disk = await left(clock, 100);
    const limits = { session_expiry: 200 };
    expect(await present((await afterCut(disk, { clock: at(clock.wall + 50_000), limits })).house)).toEqual([true, true]);
    expect(await present((await afterCut(disk, { clock: at(clock.wall + 150_000), limits })).house)).toEqual([true, false]);
    expect(await present((await afterCut(disk, { clock: at(clock.wall + 250_000), limits })).house)).toEqual([false, false]);
  });

  it('a time of day that cannot be ends nothing', async () => {
    const clock = at(1_800_000_000_000);
    const disk = await left(clock, 100);
    for (const wall of [0, clock.wall - 1, clock.wall + 400 * 86_400_000])
      expect(await present((await afterCut(disk, { clock: at(wall), limits: { session_expiry: 200 } })).house)).toEqual([true, true]);
  });

  it('a time of day that is set while the client is away ends nothing early', async () => {
    const clock = at(0);
    const disk = new FakeDisk();
    const first = await House.open({ files: disk, clock });
    const absent = await connect(first, 'v4', keeping(4));
    await absent.mqtt.subscribeAsync('q', { qos: 1 });
    await absent.end();
    await written(disk);
    clock.monotonic += 20_000_000;
    clock.wall = 86_400_000; // the network told it
    first.look();
    const { house } = await afterCut(disk, { clock: at(86_400_000 + 50_000), limits: { session_expiry: 100 } });
    expect((await connect(house, 'v4', keeping(4))).connack.sessionPresent).toBe(true);
  });

  it('a session of version 5 that ends with its connection is not kept, nor counted', async () => {
    const disk = new FakeDisk();
    const house = await House.open({ files: disk, limits: { stored_sessions: 1 } });
    const passing = await connect(house, 'passing', keeping(5, 0));
    await passing.mqtt.subscribeAsync('q', { qos: 1 });
    await connect(house, 'kept', keeping(5, 100));
    const short = await connect(house, 'kept', keeping(5, 1));
    await short.end();
    await until(() => house.guards.counts()['sessions'] === undefined, 'nobody to be refused');
    await until(() => isGone(disk, 's/kept'), 'the session to end');
    await connect(house, 'another', keeping(5, 100)); // the place is free again
    await written(disk);
    expect(disk.text('/broker.jsonl')).not.toContain('passing');
  });
});

describe('wills', () => {
  const mortal = (willDelayInterval: number, sessionExpiryInterval: number) => ({
    ...keeping(5, sessionExpiryInterval),
    will: {
      topic: 'will/here',
      payload: Buffer.from('gone'),
      qos: 1 as const,
      retain: true,
      properties: { willDelayInterval, contentType: 'text' },
    },
  });

  /** Clients that die at the same time, one after the other. */
  async function died(delay: number, expiry: number, ids = ['mortal']): Promise<FakeDisk> {
    const disk = new FakeDisk();
    const house = await House.open({ files: disk, clock: at(1_800_000_000_000) });
    for (const id of ids) await (await connect(house, id, mortal(delay, expiry))).vanish();
    await written(disk);
    return disk;
  }

  it.each([
    { what: 'delay', delay: 60, expiry: 3600 },
    { what: 'session', delay: 3600, expiry: 60 },
  ])('whose $what passed while nobody was there are spoken at the start, through the gate and once', async ({ delay, expiry }) => {
    const disk = await died(delay, expiry);
    const { house, disk: second } = await afterCut(disk, { clock: at(1_800_000_061_000) });
    const reader = await connect(house, 'reader', { protocolVersion: 5 });
    await reader.mqtt.subscribeAsync('will/#', { qos: 1 });
    const [will] = await reader.hears(1);
    expect(will).toMatchObject({ payload: Buffer.from('gone'), retain: true, properties: { contentType: 'text' } });
    expect(house.admitted).toEqual([['mortal', 'will/here']]);
    const { house: third } = await afterCut(second, { clock: at(1_800_000_062_000) });
    expect(third.admitted).toEqual([]);
  });

  it('wait for what is left of their delay, and are off when the client comes back', async () => {
    const disk = await died(2, 3600, ['returning', 'mortal']);
    const { house, disk: second } = await afterCut(disk, { clock: at(1_800_000_001_000) });
    expect(house.admitted).toEqual([]);
    await connect(house, 'returning', keeping(5));
    await until(() => house.admitted.length > 0, 'the will of the other, which is due after it');
    expect(house.admitted).toEqual([['mortal', 'will/here']]);
    await written(second);
    expect(isGone(second, 'a/returning')).toBe(true);
  });

  it('are not spoken where the client may not', async () => {
    const disk = await died(1, 3600);
    const access = { ...everybody, mayWrite: () => false };
    const { house } = await afterCut(disk, { clock: at(1_800_000_061_000), access });
    await until(() => house.guards.counts()['access'] === 1, 'the will to be refused');
  });
});

it('what cannot be read is left out, logged and gone; the rest is there', async () => {
  const disk = new FakeDisk();
  const first = await House.open({ files: disk });
  await (await connect(first, 'sender')).mqtt.publishAsync('good', 'x', { retain: true, qos: 1 });
  for (const key of ['?', 'r/bad', 's/bad', 'a/bad', 'i/bad', 'm/1', 'm/x', 'x/1/bad']) first.kept.put(key, { nonsense: true });
  const { house } = await afterCut(disk);
  expect(house.log.find(({ unread }) => unread !== undefined)).toMatchObject({ unread: 8 });
  const reader = await connect(house, 'reader');
  await reader.mqtt.subscribeAsync('#');
  expect((await reader.hears(1)).map(({ topic }) => topic)).toEqual(['good']);
});

it('a stop and a start without anything in between write nothing', async () => {
  const disk = new FakeDisk();
  const first = await House.open({ files: disk });
  const absent = await connect(first, 'absent', keeping(5));
  await absent.mqtt.subscribeAsync('q', { qos: 1 });
  await absent.end();
  await (await connect(first, 'sender')).mqtt.publishAsync('q', 'x', { retain: true, qos: 1 });
  await first.stop();
  let changes = 0;
  disk.before = ({ name }) => {
    if (!['read', 'open read', 'fstat', 'close'].includes(name)) changes += 1;
    return undefined;
  };
  const second = await House.open({ files: disk });
  await second.stop(); // writes what waits
  expect(changes).toBe(0);
});
