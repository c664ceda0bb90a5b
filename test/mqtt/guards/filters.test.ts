/** Filters are counted by packet and session, stored once and only when granted, and access is asked again at delivery. */
import { expect, it } from 'vitest';
import { everybody } from '../../../src/mqtt/guards/access.ts';
import { matches } from '../../../src/mqtt/guards/filters.ts';
import { until } from '../../support/until.ts';
import { expectLogged, expectServed, open, Peer, transports } from './stage.ts';

interface Who {
  readonly id: string;
}

it.each(transports)('8,000 filters in a packet of a stored session end the connection, and none is granted, over %s', async (transport) => {
  const house = await open({}, everybody, transport);
  const attacker = await Peer.connected(house, 'attacker', { clean: false });
  const subscriptions = Array.from({ length: 8000 }, (_, index) => ({ topic: `f/${index}`, qos: 1 as const }));
  attacker.send({ cmd: 'subscribe', messageId: 7, subscriptions });
  await attacker.ended();
  expect(attacker.received.map(({ cmd }) => cmd)).toEqual(['connack']);
  expect(house.counts()).toEqual({ malformed: 1 });
  expectLogged(house, 'malformed', 'attacker');
  await expectServed(house);
});

it('a session has so many filters, and gets room by leaving some', async () => {
  const house = await open({ filters_per_session: 100 });
  const peer = await Peer.connected(house, 'many');
  const names = Array.from({ length: 120 }, (_, index) => `f/${index}`);
  expect(await peer.subscribe(names.slice(0, 60))).not.toContain(128);
  expect((await peer.subscribe(names.slice(60))).filter((code) => code === 128)).toHaveLength(20);
  expect(await peer.subscribe(['f/1'], 1)).toEqual([1]);
  peer.send({ cmd: 'unsubscribe', messageId: 9, unsubscriptions: ['f/1', 'f/2'] });
  await peer.hear('unsuback');
  expect(await peer.subscribe(['f/110', 'f/111', 'f/112'])).toEqual([0, 0, 128]);
});

it('a denied filter is not stored: coming back brings nothing, live or queued', async () => {
  const secret = (topic: string) => topic.startsWith('secret/');
  const access = {
    ...everybody,
    maySubscribe: ({ id }: Who, filter: string) => id !== 'spy' || !secret(filter),
    mayRead: ({ id }: Who, topic: string) => id !== 'spy' || !secret(topic),
    mayKeep: (id: string, topic: string) => id !== 'spy' || !secret(topic),
  };
  const house = await open({}, access);
  const spy = await Peer.connected(house, 'spy', { clean: false });
  expect(await spy.subscribe(['open/a', 'secret/a'], 1)).toEqual([1, 128]);
  expect(await spy.subscribe(['secret/b', 'open/b'], 1)).toEqual([128, 1]);
  expectLogged(house, 'access', 'spy');
  spy.socket.destroy();
  await spy.ended();
  const sender = await Peer.connected(house, 'sender');
  for (const [index, topic] of ['secret/a', 'secret/b', 'open/a', 'open/b'].entries())
    sender.publish(topic, 'absent', { qos: 1, messageId: index + 1 });
  await sender.hear('puback', 4);
  const back = await Peer.connected(house, 'spy', { clean: false });
  expect(back.received[0]).toMatchObject({ sessionPresent: true });
  sender.publish('secret/a', 'live', { qos: 1, messageId: 9 });
  sender.publish('open/a', 'live', { qos: 1, messageId: 10 });
  await until(() => back.texts('open/a').length === 2, 'what it may read');
  expect(back.messages.map(({ topic }) => topic)).toEqual(['open/a', 'open/b', 'open/a']);
});

it('a filter that was granted gives nothing that may not be read', async () => {
  let trusted = true;
  const access = { ...everybody, mayRead: ({ id }: Who, topic: string) => trusted || id !== 'guest' || topic !== 'secret' };
  const house = await open({}, access);
  const guest = await Peer.connected(house, 'guest');
  await guest.subscribe(['#'], 1);
  const sender = await Peer.connected(house, 'sender');
  sender.publish('secret', '1', { qos: 1, retain: true });
  await until(() => guest.texts('secret').length === 1, 'the first');
  trusted = false;
  sender.publish('secret', '2', { qos: 1, retain: true, messageId: 2 });
  sender.publish('open', '3', { qos: 1, messageId: 3 });
  await until(() => guest.texts('open').length === 1, 'the third');
  await guest.subscribe(['secret'], 1); // asks for what is retained
  await guest.settled();
  expect(guest.texts('secret')).toEqual(['1']);
  expect(house.counts()).toEqual({ withheld: 1 });
});

it('topics of the broker are read by admins alone, and written by nobody', async () => {
  const house = await open({}, { ...everybody, isAdmin: ({ id }) => id === 'admin' });
  const guest = await Peer.connected(house, 'guest');
  expect(await guest.subscribe(['$SYS/#', '$SYS/+/new/clients', '$refused', '$share/group/a', '#'])).toEqual([128, 128, 128, 128, 0]);
  const admin = await Peer.connected(house, 'admin');
  expect(await admin.subscribe(['$SYS/#', '$refused', '$share/group/a'])).toEqual([0, 128, 128]);
  guest.publish('$SYS/forged', 'forged');
  guest.publish('room/secret', 'a payload');
  await Peer.connected(house, 'newcomer');
  await until(() => admin.messages.some(({ topic }) => topic.endsWith('/new/clients')), 'the newcomer');
  await guest.settled();
  expect(admin.messages.filter(({ topic }) => !topic.startsWith('$SYS/'))).toEqual([]);
  expect(admin.messages.some(({ topic, payload }) => topic === '$SYS/forged' || payload.includes('a payload'))).toBe(false);
  expect(guest.messages.filter(({ topic }) => topic.startsWith('$'))).toEqual([]);
});

it.each([
  ['a/b', 'a/b', true],
  ['a/+', 'a/b', true],
  ['a/+', 'a', false],
  ['a/#', 'a', true],
  ['a/#', 'a/b/c', true],
  ['+/+', 'a/b/c', false],
  ['+', '', true],
  ['a/b/c', 'a/b', false],
])('%s matches %s: %s', (filter, topic, expected) => expect(matches(filter, topic)).toBe(expected));
