/** CONNECT and CONNACK: identity, session, limits, and who is not let in. */
import mqttPacket from 'mqtt-packet';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { refusePublish } from '../../../src/mqtt/mqtt5/refusals.ts';
import { until } from '../../support/until.ts';
import { connectPacket, publishPacket } from './raw.ts';
import { aWhile, Stage } from './stage.ts';

let stage: Stage;
beforeEach(async () => {
  stage = await Stage.open(
    { sessionExpiryMaximum_s: 100, linger_ms: 50, responseInformation: (id) => `replies/${id}` },
    {
      authenticate: (_client, username, _password, done) => {
        if (username === 'wrong') return done(Object.assign(new Error('wrong password'), { returnCode: 4 }), null);
        done(null, username !== 'nobody');
      },
    },
  );
});
afterEach(() => stage[Symbol.asyncDispose]());

it('gives a client without an id one, and says which', async () => {
  const { connack } = await stage.connect({ clientId: '', clean: true });
  expect(connack.properties?.assignedClientIdentifier).toMatch(/^auto-/);
});

it('gives an id also where the session is to go on', async () => {
  const raw = await stage.raw();
  raw.bytes(Buffer.from([0x10, 13, 0, 4, 0x4d, 0x51, 0x54, 0x54, 5, 0, 0, 0, 0, 0, 0])); // clean start 0, no id
  const connack = await raw.hear('connack');
  expect(connack.reasonCode).toBe(0);
  expect(connack).toHaveProperty('properties.assignedClientIdentifier');
});

it('says what it grants', async () => {
  const { connack } = await stage.connect();
  expect(connack.properties).toMatchObject({
    receiveMaximum: 1000,
    maximumPacketSize: 262_144,
    topicAliasMaximum: 16,
    sharedSubscriptionAvailable: false,
  });
  expect(connack.properties).not.toHaveProperty('sessionExpiryInterval');
  expect(connack.properties).not.toHaveProperty('serverKeepAlive');
});

it('caps a session expiry, and says so', async () => {
  const { connack } = await stage.connect({ properties: { sessionExpiryInterval: 0xffffffff } });
  expect(connack.properties?.sessionExpiryInterval).toBe(100);
});

it('tells where to have replies sent, only who asks', async () => {
  const asking = await stage.connect({ clientId: 'asking', properties: { requestResponseInformation: true } });
  expect(asking.connack.properties?.responseInformation).toBe('replies/asking');
  const other = await stage.connect({ clientId: 'other' });
  expect(other.connack.properties).not.toHaveProperty('responseInformation');
});

it('a session lives on for as long as was asked, and no longer', async () => {
  const keep = { clientId: 'keeps', clean: true, properties: { sessionExpiryInterval: 1 } };
  const first = await stage.connect(keep);
  await first.mqtt.subscribeAsync('kept', { qos: 1 });
  await first.end();
  await until(() => stage.mqtt5.sessionsLeft === 1, 'the session to be left');
  const again = await stage.connect({ ...keep, clean: false });
  expect(again.connack.sessionPresent).toBe(true);
  await again.end();
  await until(() => stage.mqtt5.counters.sessionsExpired === 1, 'the session to expire');
  expect((await stage.connect({ ...keep, clean: false })).connack.sessionPresent).toBe(false);
});

it('a session without subscriptions is one, too', async () => {
  const keep = { clientId: 'keeps', properties: { sessionExpiryInterval: 60 } };
  await (await stage.connect({ ...keep, clean: true })).end();
  expect((await stage.connect({ ...keep, clean: false })).connack.sessionPresent).toBe(true);
});

it('a clean start leaves nothing of the session before', async () => {
  const keep = { clientId: 'keeps', properties: { sessionExpiryInterval: 60 } };
  const first = await stage.connect({ ...keep, clean: true });
  await first.mqtt.subscribeAsync('kept', { qos: 1 });
  await first.end();
  const other = await stage.connect();
  await other.mqtt.publishAsync('kept', 'queued', { qos: 1 });
  const second = await stage.connect({ ...keep, clean: true });
  await other.mqtt.publishAsync('kept', 'live', { qos: 1 });
  await aWhile();
  expect({ present: second.connack.sessionPresent, heard: second.payloads() }).toEqual({ present: false, heard: [] });
});

it('a DISCONNECT may change the expiry, but not give one to a session that has none', async () => {
  const first = await stage.connect({ clientId: 'changes', clean: true, properties: { sessionExpiryInterval: 60 } });
  await first.mqtt.endAsync(false, { reasonCode: 0, properties: { sessionExpiryInterval: 0 } });
  const second = await stage.connect({ clientId: 'changes', clean: false, properties: { sessionExpiryInterval: 60 } });
  expect(second.connack.sessionPresent).toBe(false);

  const raw = await stage.raw();
  await raw.connect({ clientId: 'none' });
  raw.say({ cmd: 'disconnect', reasonCode: 0, properties: { sessionExpiryInterval: 5 } });
  expect((await raw.hear('disconnect')).reasonCode).toBe(0x82);
});

it('keeps no more sessions than it may: the one left longest ago ends', async () => {
  await using small = await Stage.open({ sessionsMaximum: 2 });
  for (const clientId of ['one', 'two', 'three']) {
    await (await small.connect({ clientId, properties: { sessionExpiryInterval: 60 } })).end();
    await until(() => small.mqtt5.counters.connected === 0, `${clientId} to be gone`);
  }
  expect(small.mqtt5.sessionsLeft).toBe(2);
  const present: boolean[] = [];
  for (const clientId of ['one', 'two', 'three'])
    present.push((await small.connect({ clientId, clean: false, properties: { sessionExpiryInterval: 60 } })).connack.sessionPresent);
  expect(present).toEqual([false, true, true]);
});

for (const protocolVersion of [5, 4] as const)
  it(`a client whose id is taken by version ${protocolVersion} is told 0x8E`, async () => {
    const first = await stage.connect({ clientId: 'twice' });
    await stage.connect({ clientId: 'twice', protocolVersion });
    await until(() => first.dismissals.length > 0, 'the first to be told');
    expect(first.dismissals).toEqual([0x8e]);
  });

it('a client of 3.1.1 takes on the session of version 5, and back', async () => {
  const five = await stage.connect({ clientId: 'both', clean: true, properties: { sessionExpiryInterval: 60 } });
  await five.mqtt.subscribeAsync('both', { qos: 1 });
  await five.end();
  const four = await stage.connect({ clientId: 'both', protocolVersion: 4, clean: false });
  expect(four.connack.sessionPresent).toBe(true);
  await four.end();
  const other = await stage.connect();
  await other.mqtt.publishAsync('both', 'queued', { qos: 1, properties: { contentType: 'text' } });
  const again = await stage.connect({ clientId: 'both', clean: false, properties: { sessionExpiryInterval: 60 } });
  await again.hears(1);
  expect({ present: again.connack.sessionPresent, type: again.heard[0]?.properties?.contentType }).toEqual({ present: true, type: 'text' });
});

it('tells 0x8B when it shuts down', async () => {
  const short = await Stage.open();
  const client = await short.connect();
  await new Promise<void>((resolve) => short.aedes.close(resolve));
  await until(() => client.dismissals.length > 0, 'the client to be told');
  expect(client.dismissals).toEqual([0x8b]);
  await short[Symbol.asyncDispose]();
});

it('tells 0x8D to who is silent for too long', async () => {
  const raw = await stage.raw();
  await raw.connect({ keepalive: 1 });
  expect((await raw.hear('disconnect')).reasonCode).toBe(0x8d);
  await raw.closed();
});

it('asks for a shorter keep alive, or for one at all', async () => {
  await using strict = await Stage.open({ serverKeepAlive_s: 60 });
  const told = async (keepalive: number) => (await strict.connect({ keepalive })).connack.properties?.serverKeepAlive;
  expect([await told(0), await told(120), await told(30)]).toEqual([60, 60, undefined]);
});

it.each([
  ['a wrong password', { username: 'wrong', password: Buffer.from('x') }, 0x86],
  ['no right to be here', { username: 'nobody' }, 0x87],
  ['enhanced authentication', { properties: { authenticationMethod: 'SCRAM' } }, 0x8c],
  ['a receive maximum of 0', { properties: { receiveMaximum: 0 } }, 0x82],
  ['a maximum packet size of 0', { properties: { maximumPacketSize: 0 } }, 0x82],
  ['an id with NUL', { clientId: 'a\0b' }, 0x85],
  ['a will on a filter', { will: { topic: 'a/#', payload: 'x' } }, 0x90],
])('refuses %s', async (_what, options, code) => {
  const raw = await stage.raw();
  raw.say(connectPacket(options));
  expect((await raw.hear('connack')).reasonCode).toBe(code);
  await raw.closed();
});

it('refuses a property that comes twice, or does not belong', async () => {
  const head = [0x10, 19, 0, 4, 0x4d, 0x51, 0x54, 0x54, 5, 2, 0, 0, 6];
  const twice = await stage.raw();
  twice.bytes(Buffer.from([...head, 0x21, 0, 9, 0x21, 0, 9, 0, 0])); // receive maximum
  expect((await twice.hear('connack')).reasonCode).toBe(0x82);
  const foreign = await stage.raw();
  foreign.bytes(Buffer.from([...head, 0x23, 0, 9, 0x23, 0, 9, 0, 0])); // topic alias
  expect((await foreign.hear('connack')).reasonCode).toBe(0x82);
});

it('tells 0x82 to who connects twice, and to who sends what only a server says', async () => {
  for (const wrong of [connectPacket(), { cmd: 'pingresp' } as const, { cmd: 'auth', reasonCode: 0x18 } as const]) {
    const raw = await stage.raw();
    await raw.connect();
    raw.say(wrong);
    expect((await raw.hear('disconnect')).reasonCode).toBe(0x82);
    await raw.closed();
  }
});

it('serves everything that came with the CONNECT, in its order', async () => {
  const raw = await stage.raw();
  raw.say(
    connectPacket(),
    { cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'a', qos: 0 }] },
    publishPacket({ payload: 'one' }),
    publishPacket({ payload: 'two', qos: 1, messageId: 2 }),
  );
  await raw.hear('publish', 2);
  expect(raw.all('publish').map(({ payload }) => payload.toString())).toEqual(['one', 'two']);
});

it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('a client named %s is a client as any', async (clientId) => {
  const keep = { clientId, properties: { sessionExpiryInterval: 60 } };
  const first = await stage.connect({ ...keep, clean: true });
  await first.mqtt.subscribeAsync(clientId, { qos: 1, properties: { subscriptionIdentifier: 3 } });
  await first.mqtt.publishAsync(clientId, 'x', { qos: 1, properties: { userProperties: { [clientId]: clientId } } });
  await first.hears(1);
  expect(Object.entries(first.heard[0]?.properties?.userProperties ?? {})).toEqual([[clientId, clientId]]);
  await first.vanish();
  const second = await stage.connect({ ...keep, clean: false });
  await second.mqtt.publishAsync(clientId, 'y', { qos: 1 });
  await until(() => second.payloads().includes('y'), 'the message of the session');
  expect(second.connack.sessionPresent).toBe(true);
});

it('checks itself without asking the gate', async () => {
  await using closed = await Stage.open(
    {},
    {
      authenticate: (_client, _username, _password, done) => done(null, false),
      authorizePublish: (_client, packet, done) => {
        refusePublish(packet, 'never');
        done(null);
      },
      authorizeSubscribe: (_client, _subscription, done) => done(null, null),
      authorizeForward: () => null,
    },
  );
  expect(await closed.mqtt5.selfCheck()).toEqual({ ok: true, value: undefined });
  await until(() => closed.mqtt5.counters.connected === 0, 'the checker to be gone');
});

it('is off where the check fails: version 5 is answered 0x84, and 3.1.1 is served', async () => {
  await using broken = await Stage.open({ maximumPacketSize: 20 });
  const checked = await broken.mqtt5.selfCheck();
  expect(checked.ok).toBe(false);
  const raw = await broken.raw();
  raw.say(connectPacket());
  expect((await raw.hear('connack')).reasonCode).toBe(0x84);
  await raw.closed();
  const four = await broken.connect({ protocolVersion: 4 });
  await four.mqtt.subscribeAsync('four');
  await four.mqtt.publishAsync('four', 'works');
  await four.hears(1);
});

it('leaves mqtt-packet as it was once the last broker is closed', async () => {
  const during = mqttPacket.writeToStream;
  const other = await Stage.open();
  await other[Symbol.asyncDispose]();
  expect(mqttPacket.writeToStream).toBe(during);
  const client = await stage.connect();
  await client.mqtt.publishAsync('still', 'served', { qos: 1 });
  await stage[Symbol.asyncDispose]();
  expect(mqttPacket.writeToStream).not.toBe(during);
  stage = await Stage.open();
});
