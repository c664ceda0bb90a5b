/** What goes out a second time says so, what the store never held breaks nothing, and what all sessions hold has an end. */
import { expect, it } from 'vitest';
import { until } from '../../support/until.ts';
import { RawClient5 } from '../mqtt5/raw.ts';
import { expectLogged, open, Peer } from './stage.ts';

it('a client of 3.1.1 with a session takes a retained message of QoS 2', async () => {
  const house = await open();
  const sender = await Peer.connected(house, 'sender');
  sender.send({ cmd: 'publish', topic: 'r', payload: 'x', qos: 2, messageId: 1, retain: true, dup: false });
  await sender.hear('pubrec');
  sender.send({ cmd: 'pubrel', messageId: 1 });
  await sender.hear('pubcomp');
  const keeping = await Peer.connected(house, 'keeping', { clean: false });
  keeping.send({ cmd: 'subscribe', messageId: 7, subscriptions: [{ topic: 'r', qos: 2 }] });
  const { messageId = 0 } = await keeping.hear('publish');
  keeping.send({ cmd: 'pubrec', messageId });
  expect(await keeping.hear('pubrel')).toMatchObject({ messageId });
  keeping.send({ cmd: 'pubcomp', messageId });
  await keeping.settled();
  expect(keeping.closed).toBe(false);
});

it('a message that was sent before and not acknowledged comes again as such, one that was not comes as new [MQTT-3.3.1-1]', async () => {
  const house = await open({ in_flight: 1 });
  const first = await Peer.connected(house, 'reader', { clean: false, acknowledges: false });
  await first.subscribe(['q'], 1);
  const sender = await Peer.connected(house, 'sender');
  sender.publish('q', 'sent', { qos: 1, messageId: 1 });
  await until(() => first.texts('q')[0], 'the first');
  first.socket.destroy();
  await first.ended();
  sender.publish('q', 'waiting', { qos: 1, messageId: 2 });
  await sender.hear('puback', 2);
  await sender.settled();
  const again = await Peer.connected(house, 'reader', { clean: false });
  await until(() => again.messages.length === 2, 'both');
  expect(again.messages.map(({ payload, dup }) => [payload.toString(), dup])).toEqual([
    ['sent', true],
    ['waiting', false],
  ]);
  expect(again.messages[0]?.messageId).toBe(first.messages[0]?.messageId); // [MQTT-4.4.0-1]
});

it('the same with version 5', async () => {
  const house = await open({ in_flight: 1 });
  const session = { clientId: 'reader', clean: false, properties: { sessionExpiryInterval: 100 } };
  const first = await RawClient5.open(house.port);
  await first.connect(session);
  first.say({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'q', qos: 2, nl: false, rap: false, rh: 0 }] });
  await first.hear('suback');
  const sender = await Peer.connected(house, 'sender');
  sender.publish('q', 'sent', { qos: 1, messageId: 1 });
  await first.hear('publish');
  first.end();
  await first.closed();
  const again = await RawClient5.open(house.port);
  await again.connect(session);
  expect(await again.hear('publish')).toMatchObject({ dup: true, messageId: first.all('publish')[0]?.messageId });
  again.end();
});

it.each([4, 5] as const)('that a publisher repeated its message is not passed on (version %i) [MQTT-3.3.1-3]', async (version) => {
  const house = await open();
  const reader5 = await RawClient5.open(house.port);
  await reader5.connect({ clientId: 'reader5' });
  reader5.say({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'q', qos: 1, nl: false, rap: false, rh: 0 }] });
  await reader5.hear('suback');
  const reader4 = await Peer.connected(house, 'reader4');
  await reader4.subscribe(['q'], 1);
  const sender = await Peer.connected(house, 'sender');
  sender.send({ cmd: 'publish', topic: 'q', payload: 'x', qos: 1, messageId: 1, retain: false, dup: true });
  const heard = version === 4 ? await reader4.hear('publish') : await reader5.hear('publish');
  expect(heard).toMatchObject({ dup: false });
  reader5.end();
});

it('a session of version 5 with more than may be under way is served to the end, at the pace of its acknowledgements', async () => {
  const house = await open({ in_flight: 5 });
  const session = { clientId: 'reader', clean: false, properties: { sessionExpiryInterval: 100 } };
  const first = await RawClient5.open(house.port);
  await first.connect(session);
  const properties = { subscriptionIdentifier: 3 }; // with one it must be stored as well
  first.say({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'q', qos: 1, nl: false, rap: false, rh: 0 }], properties });
  await first.hear('suback');
  first.end();
  const sender = await Peer.connected(house, 'sender');
  for (let n = 1; n <= 30; n += 1) sender.publish('q', `${n}`, { qos: 1, messageId: n });
  await sender.hear('puback', 30);
  const again = await RawClient5.open(house.port);
  await again.connect(session);
  for (let n = 1; n <= 30; n += 1) {
    const { messageId = 0 } = await again.hear('publish', n);
    again.say({ cmd: 'puback', messageId });
  }
  expect(again.all('publish').map(({ payload }) => Number(payload.toString()))).toEqual(Array.from({ length: 30 }, (_, n) => n + 1));
  again.end();
});

it('what waits for all absent sessions together is bounded: the oldest of the largest goes', async () => {
  const house = await open({ queued_bytes: 100_000, messages_per_second: 1_000_000, message_burst: 1_000_000 });
  for (const id of ['large', 'small']) {
    const absent = await Peer.connected(house, id, { clean: false });
    await absent.subscribe([`${id}/#`], 1);
    absent.socket.destroy();
    await absent.ended();
  }
  const sender = await Peer.connected(house, 'sender');
  for (let n = 1; n <= 20; n += 1) sender.publish('small/q', Buffer.alloc(1000, n), { qos: 1, messageId: n });
  for (let n = 1; n <= 100; n += 1) sender.publish('large/q', Buffer.alloc(2000, n), { qos: 1, messageId: 100 + n });
  await sender.hear('puback', 120);
  await until(() => (house.counts()['session_messages'] ?? 0) >= 60, 'the oldest to go');
  expectLogged(house, 'session_messages', 'large');
  const small = await Peer.connected(house, 'small', { clean: false });
  await until(() => small.messages.length === 20, 'all that waits for the small one');
  const large = await Peer.connected(house, 'large', { clean: false });
  await until(() => large.messages.at(-1)?.payload[0] === 100, 'the newest for the large one');
  expect(large.messages.length).toBeLessThanOrEqual(40);
  expect(large.messages.length).toBeGreaterThanOrEqual(30);
});

it('messages of QoS 2 that a session receives in one breath are each released, and not again after a reconnect', async () => {
  const house = await open();
  const first = await Peer.connected(house, 'reader', { clean: false });
  first.send({ cmd: 'subscribe', messageId: 7, subscriptions: [{ topic: 'q', qos: 2 }] });
  await first.hear('suback');
  const sender = await Peer.connected(house, 'sender');
  for (let n = 1; n <= 5; n += 1) {
    sender.send({ cmd: 'publish', topic: 'q', payload: `${n}`, qos: 2, messageId: n, retain: false, dup: false });
    await sender.hear('pubrec', n);
    sender.send({ cmd: 'pubrel', messageId: n });
  }
  await first.hear('publish', 5);
  const identifiers = first.messages.map(({ messageId = 0 }) => messageId);
  for (const messageId of identifiers) first.send({ cmd: 'pubrec', messageId });
  await first.hear('pubrel', 5);
  const released = (peer: Peer) => peer.received.flatMap((packet) => (packet.cmd === 'pubrel' ? [packet.messageId] : []));
  expect(released(first)).toEqual(identifiers);
  first.socket.destroy();
  await first.ended();
  const again = await Peer.connected(house, 'reader', { clean: false });
  await again.hear('pubrel', 5);
  expect([released(again), again.messages]).toEqual([identifiers, []]);
  for (const messageId of identifiers) again.send({ cmd: 'pubcomp', messageId });
  await again.settled();
});
