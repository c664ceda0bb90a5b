/** PUBLISH both ways: what a message carries, how it ends, and what is no message. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { refusePublish } from '../../../src/mqtt/mqtt5/refusals.ts';
import { until } from '../../support/until.ts';
import { publishPacket } from './raw.ts';
import { aWhile, Stage } from './stage.ts';

let stage: Stage;
let now_ms = Date.parse('2026-11-20T13:00:00.000Z');
beforeEach(async () => {
  stage = await Stage.open(
    { maximumPacketSize: 2000, topicAliasMaximum: 2, receiveMaximum: 3, linger_ms: 50, wallMs: () => now_ms },
    {
      authorizePublish: (_client, packet, done) => {
        if (packet.topic === 'refused') return done(new Error('not yours'));
        if (packet.topic === 'sunk') {
          refusePublish(packet, 'sunk by the gate');
          packet.topic = 'sink';
        }
        done(null);
      },
    },
  );
});
afterEach(() => stage[Symbol.asyncDispose]());

const properties = {
  payloadFormatIndicator: true,
  contentType: 'text/plain',
  responseTopic: 'answers/here',
  correlationData: Buffer.from([0, 1, 255]),
  userProperties: { one: '1', many: ['2', '3'], ['__proto__']: 'no harm' },
};

describe('what a message carries', () => {
  for (const qos of [0, 1, 2] as const)
    it(`arrives whole, at QoS ${qos}, and as plain as ever at a client of 3.1.1`, async () => {
      const five = await stage.connect();
      const four = await stage.connect({ protocolVersion: 4 });
      for (const client of [five, four]) await client.mqtt.subscribeAsync('whole/#', { qos });
      await (await stage.connect()).mqtt.publishAsync('whole/one', 'x', { qos, properties });
      const [[atFive], [atFour]] = [await five.hears(1), await four.hears(1)];
      expect(atFive).toMatchObject({ qos, properties });
      expect(atFour?.properties).toBeUndefined();
    });

  it('arrives whole when it was retained', async () => {
    const sender = await stage.connect();
    await sender.mqtt.publishAsync('kept', 'x', { qos: 1, retain: true, properties });
    const client = await stage.connect();
    await client.mqtt.subscribeAsync('kept', { qos: 1 });
    expect((await client.hears(1))[0]).toMatchObject({ qos: 1, retain: true, properties });
  });

  it('arrives whole when it waited for its receiver', async () => {
    const keep = { clientId: 'absent', properties: { sessionExpiryInterval: 60 } };
    const before = await stage.connect({ ...keep, clean: true });
    await before.mqtt.subscribeAsync('queued', { qos: 1 });
    await before.end();
    await (await stage.connect()).mqtt.publishAsync('queued', 'x', { qos: 2, properties });
    const client = await stage.connect({ ...keep, clean: false });
    expect((await client.hears(1))[0]).toMatchObject({ qos: 1, retain: false, properties });
    await aWhile();
    await client.end();
    const again = await stage.connect({ ...keep, clean: false });
    await aWhile();
    expect(again.heard).toEqual([]); // acknowledged, and so no longer there
  });
});

describe('message expiry', () => {
  it('counts down for a retained message, which is gone in the end for every version', async () => {
    const sender = await stage.connect();
    await sender.mqtt.publishAsync('brief', 'x', { qos: 1, retain: true, properties: { messageExpiryInterval: 10 } });
    now_ms += 4000;
    const early = await stage.connect();
    await early.mqtt.subscribeAsync('brief');
    expect((await early.hears(1))[0]?.properties?.messageExpiryInterval).toBe(6);
    now_ms += 7000;
    const five = await stage.connect();
    const four = await stage.connect({ protocolVersion: 4 });
    for (const client of [five, four]) await client.mqtt.subscribeAsync('#');
    await aWhile();
    expect([five.heard, four.heard]).toEqual([[], []]);
  });

  it('counts down for a message that waits, which is not delivered after', async () => {
    const keep = { clientId: 'absent', properties: { sessionExpiryInterval: 60 } };
    const before = await stage.connect({ ...keep, clean: true });
    await before.mqtt.subscribeAsync('queued', { qos: 1 });
    await before.end();
    const sender = await stage.connect();
    await sender.mqtt.publishAsync('queued', 'gone', { qos: 1, properties: { messageExpiryInterval: 5 } });
    await sender.mqtt.publishAsync('queued', 'kept', { qos: 1, properties: { messageExpiryInterval: 50 } });
    now_ms += 20_000;
    const client = await stage.connect({ ...keep, clean: false });
    await client.hears(1);
    await aWhile();
    expect(client.heard.map(({ payload, properties: own }) => [payload.toString(), own?.messageExpiryInterval])).toEqual([['kept', 30]]);
  });
});

describe('refused by the gate', () => {
  for (const topic of ['refused', 'sunk'])
    for (const qos of [1, 2] as const)
      it(`a publish on ${topic} at QoS ${qos} is answered 0x87, and the connection goes on`, async () => {
        const raw = await stage.raw();
        await raw.connect();
        raw.say(publishPacket({ topic, qos, messageId: 7 }));
        const answer = await raw.hear(qos === 1 ? 'puback' : 'pubrec');
        expect(answer).toMatchObject({ messageId: 7, reasonCode: 0x87, properties: { reasonString: expect.any(String) } });
        raw.say(publishPacket({ topic: 'fine', qos: 1, messageId: 8 }));
        expect(await raw.hear('puback', qos === 1 ? 2 : 1)).toMatchObject({ messageId: 8, reasonCode: 0 });
      });

  it('without a reason in words for who wants none', async () => {
    const raw = await stage.raw();
    await raw.connect({ properties: { requestProblemInformation: false } });
    raw.say(publishPacket({ topic: 'refused', qos: 1, messageId: 7 }));
    expect(await raw.hear('puback')).not.toHaveProperty('properties');
  });

  it('a client of 3.1.1 is acknowledged what was sunk', async () => {
    const four = await stage.connect({ protocolVersion: 4 });
    await four.mqtt.publishAsync('sunk', 'x', { qos: 1 });
    await four.mqtt.publishAsync('sunk', 'x', { qos: 2 });
  });

  it('frees the room that a message of QoS 2 takes', async () => {
    const raw = await stage.raw();
    await raw.connect();
    for (let messageId = 1; messageId <= 10; messageId += 1) {
      raw.say(publishPacket({ topic: 'refused', qos: 2, messageId }));
      await raw.hear('pubrec', messageId);
    }
    expect(raw.all('disconnect')).toEqual([]);
  });
});

describe('topic aliases', () => {
  it('of the client stand for topics, and may be given anew', async () => {
    const listener = await stage.connect();
    await listener.mqtt.subscribeAsync('alias/+');
    const raw = await stage.raw();
    await raw.connect();
    const alias = { properties: { topicAlias: 2 } };
    raw.say(publishPacket({ topic: 'alias/one', ...alias }), publishPacket({ topic: '', ...alias }));
    raw.say(publishPacket({ topic: 'alias/two', ...alias }), publishPacket({ topic: '', ...alias }));
    await listener.hears(4);
    expect(listener.heard.map(({ topic }) => topic)).toEqual(['alias/one', 'alias/one', 'alias/two', 'alias/two']);
    expect(listener.heard[0]).not.toHaveProperty('properties.topicAlias');
  });

  it.each([0, 3, 1])('%i is refused with 0x94 where it is none', async (topicAlias) => {
    const raw = await stage.raw();
    await raw.connect();
    raw.say(publishPacket({ topic: topicAlias === 1 ? '' : 'a', properties: { topicAlias } }));
    expect((await raw.hear('disconnect')).reasonCode).toBe(0x94);
  });

  it('of ours are as many as the client takes', async () => {
    const raw = await stage.raw();
    await raw.connect({ properties: { topicAliasMaximum: 1 } });
    raw.say({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'alias/+', qos: 0 }] });
    await raw.hear('suback');
    const sender = await stage.connect();
    for (const topic of ['alias/one', 'alias/two', 'alias/one', 'alias/two']) await sender.mqtt.publishAsync(topic, 'x', { qos: 1 });
    await raw.hear('publish', 4);
    const heard = raw.all('publish').map(({ topic, properties: own }) => [topic, own?.topicAlias]);
    expect(heard).toEqual([
      ['alias/one', 1],
      ['alias/two', undefined],
      ['', 1],
      ['alias/two', undefined],
    ]);
  });
});

describe('packet size', () => {
  it('a packet that announces too much is refused from its header with 0x95', async () => {
    const raw = await stage.raw();
    await raw.connect();
    raw.bytes(Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f])); // 256 MB, none of which ever comes
    expect((await raw.hear('disconnect')).reasonCode).toBe(0x95);
    await raw.closed();
  });

  it('a sender in full flow gets to read why', async () => {
    const raw = await stage.raw();
    await raw.connect();
    raw.say(publishPacket({ payload: Buffer.alloc(3_000_000) }));
    expect((await raw.hear('disconnect')).reasonCode).toBe(0x95);
    await raw.closed();
  });

  it('a client is not sent what it does not take, and misses nothing else', async () => {
    const keep = { clientId: 'small', properties: { sessionExpiryInterval: 60, maximumPacketSize: 100 } };
    const small = await stage.connect({ ...keep, clean: true });
    await small.mqtt.subscribeAsync('size', { qos: 1 });
    const sender = await stage.connect();
    for (const payload of ['x'.repeat(200), 'one', 'y'.repeat(200), 'two']) await sender.mqtt.publishAsync('size', payload, { qos: 1 });
    await small.hears(2);
    await aWhile();
    expect(small.payloads()).toEqual(['one', 'two']);
    expect(stage.mqtt5.counters.messagesTooLarge).toBe(2);
    await small.end();
    const again = await stage.connect({ clientId: 'small', clean: false, properties: { sessionExpiryInterval: 60 } });
    await aWhile();
    expect(again.heard).toEqual([]); // as if it had been sent
  });
});

describe('what is no message', () => {
  it.each([
    ['a wildcard in the topic', { topic: 'a/+' }, 0x90],
    ['too many levels', { topic: 'a/'.repeat(101) }, 0x90],
    ['NUL in the topic', { topic: 'a\0' }, 0x90],
    ['a wildcard in the response topic', { properties: { responseTopic: 'a/#' } }, 0x90],
    ['neither topic nor alias', { topic: '' }, 0x82],
    ['a subscription identifier', { properties: { subscriptionIdentifier: 1 } }, 0x82],
    ['packet identifier 0', { qos: 1, messageId: 0 } as const, 0x82],
  ])('%s', async (_what, options, code) => {
    const raw = await stage.raw();
    await raw.connect();
    raw.say(publishPacket(options));
    expect((await raw.hear('disconnect')).reasonCode).toBe(code);
    await raw.closed();
  });

  it.each([
    ['QoS 3', [0x36, 2, 0, 0]],
    ['an unknown property', [0x30, 6, 0, 1, 0x61, 2, 0x7f, 0]],
    ['a string longer than its packet', [0x30, 8, 0, 1, 0x61, 4, 3, 0, 9, 0x61]],
    ['properties longer than their packet', [0x30, 5, 0, 1, 0x61, 9, 1, 0xc0, 0]],
    ['a packet of type 0', [0, 0]],
  ])('malformed: %s', async (_what, bytes) => {
    const raw = await stage.raw();
    await raw.connect();
    raw.bytes(Buffer.from(bytes));
    expect((await raw.hear('disconnect')).reasonCode).toBe(0x81);
    await raw.closed();
  });

  it('more unfinished messages of QoS 2 than granted: 0x93', async () => {
    const raw = await stage.raw();
    await raw.connect();
    for (let messageId = 1; messageId <= 3; messageId += 1) raw.say(publishPacket({ qos: 2, messageId }));
    await raw.hear('pubrec', 3);
    raw.say({ cmd: 'pubrel', messageId: 1 });
    await raw.hear('pubcomp');
    raw.say(publishPacket({ qos: 2, messageId: 4 }));
    await raw.hear('pubrec', 4);
    raw.say(publishPacket({ qos: 2, messageId: 5 }));
    expect((await raw.hear('disconnect')).reasonCode).toBe(0x93);
  });

  it('other clients never notice', async () => {
    const client = await stage.connect();
    await client.mqtt.subscribeAsync('fine');
    const raw = await stage.raw();
    await raw.connect();
    raw.bytes(Buffer.from([0x36, 2, 0, 0]));
    await raw.closed();
    await client.mqtt.publishAsync('fine', 'x', { qos: 1 });
    await until(() => client.heard.length === 1, 'the message');
  });
});
