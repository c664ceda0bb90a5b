/** SUBSCRIBE and UNSUBSCRIBE: the options of version 5, identifiers, and the code for each filter. */
import type { ISubscription } from 'mqtt-packet';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../support/until.ts';
import { publishPacket } from './raw.ts';
import { aWhile, type Client5, Stage } from './stage.ts';

let stage: Stage;
beforeEach(async () => {
  stage = await Stage.open(
    { filtersPerPacketMaximum: 10, filtersPerSessionMaximum: 12 },
    { authorizeSubscribe: (_client, subscription, done) => done(null, subscription.topic === 'denied' ? null : subscription) },
  );
});
afterEach(() => stage[Symbol.asyncDispose]());

async function codes(...subscriptions: ISubscription[]): Promise<unknown> {
  const raw = await stage.raw();
  await raw.connect();
  raw.say({ cmd: 'subscribe', messageId: 1, subscriptions });
  return (await raw.hear('suback')).granted;
}

describe('the code of a filter', () => {
  it('is the QoS granted, or says why not, one by one', async () => {
    const filters = ['fine', '$share/group/a', 'denied', 'a/#/b', 'a+', '', 'also/#'];
    expect(await codes(...filters.map((topic) => ({ topic, qos: 1 as const })))).toEqual([1, 0x9e, 0x87, 0x8f, 0x8f, 0x8f, 1]);
  });

  it('is 0x97 beyond what a packet and a session may hold', async () => {
    const client = await stage.raw();
    await client.connect();
    const some = (count: number, from: number) =>
      Array.from({ length: count }, (_, at) => ({ topic: `many/${from + at}`, qos: 0 as const }));
    client.say({ cmd: 'subscribe', messageId: 1, subscriptions: some(12, 0) });
    expect((await client.hear('suback')).granted).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x97, 0x97]);
    client.say({ cmd: 'subscribe', messageId: 2, subscriptions: some(3, 20) });
    expect((await client.hear('suback', 2)).granted).toEqual([0, 0, 0x97]);
    client.say({ cmd: 'subscribe', messageId: 3, subscriptions: some(2, 0) });
    expect((await client.hear('suback', 3)).granted).toEqual([0, 0]); // it has these
  });

  it('of an UNSUBSCRIBE tells whether there was one', async () => {
    const raw = await stage.raw();
    await raw.connect();
    raw.say({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'a', qos: 0 }] });
    raw.say({ cmd: 'unsubscribe', messageId: 2, unsubscriptions: ['a', 'b', '#/wrong'] });
    expect((await raw.hear('unsuback')).granted).toEqual([0, 0x11, 0x11]);
    raw.say({ cmd: 'unsubscribe', messageId: 3, unsubscriptions: ['a'] });
    expect((await raw.hear('unsuback', 2)).granted).toEqual([0x11]);
  });

  it.each([
    ['an identifier of 0', { subscriptions: [{ topic: 'a', qos: 0 as const }], properties: { subscriptionIdentifier: 0 } }],
    ['No Local on a shared subscription', { subscriptions: [{ topic: '$share/g/a', qos: 0 as const, nl: true }] }],
  ])('there is none for %s: 0x82', async (_what, rest) => {
    const raw = await stage.raw();
    await raw.connect();
    raw.say({ cmd: 'subscribe', messageId: 1, ...rest });
    expect((await raw.hear('disconnect')).reasonCode).toBe(0x82);
  });
});

it('a denied filter is not stored either: the session comes back without it', async () => {
  const keep = { clientId: 'keeps', properties: { sessionExpiryInterval: 60 } };
  const first = await stage.raw();
  await first.connect({ ...keep, clean: true });
  first.say({
    cmd: 'subscribe',
    messageId: 1,
    subscriptions: [
      { topic: 'fine', qos: 1 },
      { topic: 'denied', qos: 1 },
    ],
  });
  await first.hear('suback');
  first.end();
  await until(() => stage.mqtt5.sessionsLeft === 1, 'the session to be left');
  const sender = await stage.connect();
  for (const topic of ['denied', 'fine']) await sender.mqtt.publishAsync(topic, topic, { qos: 1 });
  const again = await stage.connect({ ...keep, clean: false });
  await again.hears(1);
  await aWhile();
  expect(again.payloads()).toEqual(['fine']);
});

describe('No Local', () => {
  for (const sessionExpiryInterval of [0, 60])
    it(`keeps a client's own messages from it, and no others, with a session of ${sessionExpiryInterval} s`, async () => {
      const keep = { clientId: 'local', properties: { sessionExpiryInterval } };
      const client = await stage.connect({ ...keep, clean: true });
      const other = await stage.connect();
      await client.mqtt.subscribeAsync('talk', { qos: 1, nl: true });
      const said = Array.from({ length: 30 }, (_, at) => `${at}`);
      await Promise.all(
        said.flatMap((payload) => [
          client.mqtt.publishAsync('talk', `own ${payload}`, { qos: 1 }),
          other.mqtt.publishAsync('talk', payload, { qos: 1 }),
        ]),
      );
      await client.hears(30);
      await aWhile();
      expect(client.payloads().toSorted()).toEqual(said.toSorted());
      await client.end();
      const again = await stage.connect({ ...keep, clean: false });
      await aWhile();
      expect(again.heard).toEqual([]);
    });

  it('does not keep them from another filter of the same client', async () => {
    const client = await stage.connect({ properties: { sessionExpiryInterval: 60 } });
    await client.mqtt.subscribeAsync('talk', { qos: 1, nl: true });
    await client.mqtt.subscribeAsync('+', { qos: 1 });
    await client.mqtt.publishAsync('talk', 'own', { qos: 1 });
    await client.hears(1);
    await client.mqtt.publishAsync('talk', 'more', { qos: 1 });
    await client.hears(2);
    expect(client.payloads()).toEqual(['own', 'more']);
    expect(stage.log.filter(({ level }) => level === 'debug')).toEqual([]); // it was in the session all the time
  });
});

describe('Retain As Published', () => {
  for (const sessionExpiryInterval of [0, 60])
    it(`keeps the flag, which is cleared otherwise, with a session of ${sessionExpiryInterval} s`, async () => {
      const keep = { clientId: 'keeps', properties: { sessionExpiryInterval } };
      const asPublished = await stage.connect({ ...keep, clean: true });
      const plain = await stage.connect();
      await asPublished.mqtt.subscribeAsync('flag', { qos: 1, rap: true });
      await plain.mqtt.subscribeAsync('flag', { qos: 1 });
      const sender = await stage.connect();
      for (const retain of [true, false]) await sender.mqtt.publishAsync('flag', 'x', { retain, qos: 1 });
      const flags = async (client: Client5) => (await client.hears(2)).map(({ retain }) => retain);
      expect([await flags(asPublished), await flags(plain)]).toEqual([
        [true, false],
        [false, false],
      ]);
      if (sessionExpiryInterval === 0) return;
      await aWhile();
      await asPublished.end();
      const again = await stage.connect({ ...keep, clean: false });
      await aWhile();
      expect(again.heard).toEqual([]); // all were acknowledged
    });

  it('holds for messages that waited', async () => {
    const keep = (clientId: string) => ({ clientId, properties: { sessionExpiryInterval: 60 } });
    for (const rap of [true, false]) {
      const client = await stage.connect({ ...keep(String(rap)), clean: true });
      await client.mqtt.subscribeAsync('flag', { qos: 1, rap });
      await client.end();
    }
    await (await stage.connect()).mqtt.publishAsync('flag', 'x', { retain: true, qos: 1 });
    for (const rap of [true, false]) {
      const client = await stage.connect({ ...keep(String(rap)), clean: false });
      expect((await client.hears(1))[0]?.retain).toBe(rap);
    }
  });
});

it('Retain Handling: always, once, never', async () => {
  const sender = await stage.connect();
  await sender.mqtt.publishAsync('kept', 'x', { retain: true, qos: 1 });
  const counts: number[][] = [];
  for (const rh of [0, 1, 2]) {
    const client = await stage.connect();
    const heard: number[] = [];
    for (let time = 0; time < 2; time += 1) {
      await client.mqtt.subscribeAsync('kept', { qos: 0, rh });
      await aWhile(60);
      heard.push(client.heard.length);
    }
    counts.push(heard);
  }
  expect(counts).toEqual([
    [1, 2],
    [1, 1],
    [0, 0],
  ]);
});

it('a filter of wildcards does not mean retained topics that begin with $', async () => {
  const sender = await stage.connect();
  await sender.mqtt.publishAsync('$hidden/x', 'x', { retain: true, qos: 1 });
  await sender.mqtt.publishAsync('open/x', 'x', { retain: true, qos: 1 });
  const client = await stage.connect();
  await client.mqtt.subscribeAsync(['#', '+/x']);
  await client.hears(2);
  await aWhile(60);
  expect(client.heard.map(({ topic }) => topic)).toEqual(['open/x', 'open/x']);
});

describe('the QoS of a message', () => {
  it.each([
    ['wide first', ['q/#', 'q/a'], [2, 0], 2],
    ['exact first', ['q/a', 'q/#'], [0, 2], 2],
    ['none above', ['q/#', 'q/+'], [1, 0], 1],
  ] as const)('is the highest that any filter grants: %s', async (_what, filters, granted, expected) => {
    const client = await stage.connect({ properties: { sessionExpiryInterval: 60 } });
    for (const [at, filter] of filters.entries()) await client.mqtt.subscribeAsync(filter, { qos: granted[at] ?? 0 });
    await (await stage.connect()).mqtt.publishAsync('q/a', 'x', { qos: 2 });
    await client.hears(1);
    await aWhile();
    expect(client.heard.map(({ qos }) => qos)).toEqual([expected]);
    expect(stage.log.filter(({ level }) => level === 'debug')).toEqual([]); // it was in the session all the time
  });

  it('is not above the grant for a retained message', async () => {
    await (await stage.connect()).mqtt.publishAsync('q/a', 'x', { qos: 2, retain: true });
    const client = await stage.connect();
    await client.mqtt.subscribeAsync('q/#', { qos: 0 });
    expect((await client.hears(1))[0]?.qos).toBe(0);
  });

  it('2 of a retained message works for a client with a session', async () => {
    await (await stage.connect()).mqtt.publishAsync('q/a', 'x', { qos: 2, retain: true });
    const client = await stage.connect({ clientId: 'two', clean: false, properties: { sessionExpiryInterval: 60 } });
    await client.mqtt.subscribeAsync('q/#', { qos: 2 });
    await client.hears(1);
    await aWhile();
    expect(client.mqtt.connected).toBe(true);
  });
});

describe('subscription identifiers', () => {
  it('come with a message, of all filters that match', async () => {
    const client = await stage.connect();
    await client.mqtt.subscribeAsync('id/a', { qos: 0, properties: { subscriptionIdentifier: 1 } });
    await client.mqtt.subscribeAsync('id/#', { qos: 0, properties: { subscriptionIdentifier: 268_435_455 } });
    await client.mqtt.subscribeAsync('#', { qos: 0 });
    const sender = await stage.connect();
    for (const topic of ['id/a', 'id/b', 'none']) await sender.mqtt.publishAsync(topic, 'x', { qos: 1 });
    await client.hears(3);
    expect(client.heard.map(({ properties }) => properties?.subscriptionIdentifier)).toEqual([[1, 268_435_455], 268_435_455, undefined]);
  });

  it('of a retained message are those of the SUBSCRIBE that asked', async () => {
    await (await stage.connect()).mqtt.publishAsync('id/a', 'x', { retain: true, qos: 1 });
    const client = await stage.connect();
    await client.mqtt.subscribeAsync('id/#', { qos: 0, rh: 2, properties: { subscriptionIdentifier: 1 } });
    await client.mqtt.subscribeAsync('id/a', { qos: 0, properties: { subscriptionIdentifier: 2 } });
    expect((await client.hears(1))[0]?.properties?.subscriptionIdentifier).toBe(2);
  });

  it('are replaced, dropped, and kept with the session', async () => {
    const keep = { clientId: 'keeps', properties: { sessionExpiryInterval: 60 } };
    const first = await stage.connect({ ...keep, clean: true });
    for (const subscriptionIdentifier of [1, 2])
      await first.mqtt.subscribeAsync('id/a', { qos: 1, properties: { subscriptionIdentifier } });
    await first.mqtt.subscribeAsync('id/b', { qos: 1, properties: { subscriptionIdentifier: 3 } });
    await first.mqtt.subscribeAsync('id/b', { qos: 1 });
    await first.end();
    const sender = await stage.connect();
    for (const topic of ['id/a', 'id/b']) await sender.mqtt.publishAsync(topic, 'queued', { qos: 1 });
    const again = await stage.connect({ ...keep, clean: false });
    await sender.mqtt.publishAsync('id/a', 'live', { qos: 1 });
    await again.hears(3);
    const heard = again.heard.map(({ topic, properties }) => `${topic} ${String(properties?.subscriptionIdentifier)}`);
    expect(heard.toSorted()).toEqual(['id/a 2', 'id/a 2', 'id/b undefined']);
  });
});

it('who subscribes and publishes in one breath hears itself', async () => {
  const raw = await stage.raw();
  await raw.connect();
  raw.say({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'a', qos: 0 }] }, publishPacket());
  await raw.hear('publish');
});
