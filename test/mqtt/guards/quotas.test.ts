/** What the broker keeps for others has an end: retained topics, sessions, and what waits for them. */
import { expect, it } from 'vitest';
import { until } from '../../support/until.ts';
import { expectLogged, expectServed, open, Peer } from './stage.ts';

const fast = { messages_per_second: 1_000_000, message_burst: 1_000_000 };

it('of 5,000 retained topics 100 are kept; ours, known ones and clearing are always taken', async () => {
  const house = await open({ ...fast, retained_topics: 100 });
  const attacker = await Peer.connected(house, 'attacker');
  for (let count = 0; count < 5000; count += 1) attacker.publish(`r/${count}`, 'x', { retain: true });
  await attacker.settled();
  expect(house.counts()).toEqual({ retained: 4900 });
  expectLogged(house, 'retained', 'attacker');
  expect(house.told[0]).toEqual({ client: 'attacker', code: 'overloaded', tell: true });
  await house.broker.publish({ topic: 'diuna/status', payload: 'online', qos: 1, retain: true });
  attacker.publish('r/0', 'new', { retain: true });
  attacker.publish('r/1', '', { retain: true });
  attacker.publish('r/late', 'y', { retain: true });
  attacker.publish('r/later', 'y', { retain: true });
  await attacker.settled();
  const reader = await Peer.connected(house, 'reader');
  await reader.subscribe(['#']);
  await until(() => reader.messages.length === 101, 'what is retained');
  expect(reader.texts('r/0')).toEqual(['new']);
  expect([reader.texts('r/1'), reader.texts('r/later')]).toEqual([[], []]);
  expect([reader.texts('r/late'), reader.texts('diuna/status')]).toEqual([['y'], ['online']]);
  await expectServed(house);
});

it('retained bytes are bounded too, also where many come in one breath', async () => {
  const house = await open({ ...fast, retained_bytes: 100_000 });
  const attacker = await Peer.connected(house, 'attacker');
  for (let count = 0; count < 50; count += 1)
    attacker.publish(`r/${count}`, Buffer.alloc(10_000), { retain: true, qos: 1, messageId: count + 1 });
  await attacker.hear('puback', 50);
  await attacker.settled();
  const reader = await Peer.connected(house, 'reader');
  await reader.subscribe(['#']);
  await until(() => reader.messages.length === 9, 'what is retained');
  await reader.settled();
  expect(reader.messages).toHaveLength(9);
  expect(house.counts()).toEqual({ retained: 41 });
});

it('so many sessions are kept; the next is told CONNACK 3, and one without a session is served', async () => {
  const house = await open({ stored_sessions: 20 });
  for (let count = 0; count < 20; count += 1) (await Peer.connected(house, `kept-${count}`, { clean: false })).socket.destroy();
  const refused = await Peer.open(house);
  refused.connect('one-more', false);
  expect(await refused.hear('connack')).toMatchObject({ returnCode: 3 });
  await refused.ended();
  expect(house.counts()).toEqual({ sessions: 1 });
  expectLogged(house, 'sessions', 'one-more');
  await Peer.connected(house, 'kept-3', { clean: false });
  await Peer.connected(house, 'kept-4', { clean: true }); // which ends that session
  await Peer.connected(house, 'one-more', { clean: false });
});

it('a session ends when its client stays away too long', async () => {
  const house = await open({ stored_sessions: 2, session_expiry: 60 });
  const away = await Peer.connected(house, 'away', { clean: false });
  await away.subscribe(['a'], 1);
  const here = await Peer.connected(house, 'here', { clean: false });
  away.socket.destroy();
  await away.ended();
  await here.settled();
  here.publish('a', 'waits', { qos: 1 });
  await here.hear('puback');
  house.clock.monotonic += 61_000_000;
  const third = await Peer.connected(house, 'third', { clean: false }); // finds that there is room
  await third.settled();
  const back = await Peer.open(house);
  here.socket.destroy();
  await here.ended();
  house.clock.monotonic += 61_000_000;
  await third.settled();
  back.connect('away', false);
  expect(await back.hear('connack')).toMatchObject({ returnCode: 0, sessionPresent: false });
  await back.settled();
  expect(back.messages).toEqual([]);
});

it('5,000 messages for an absent client: the newest 1,000 at most wait, and come in order at the pace of its acknowledgements', async () => {
  const house = await open({ ...fast, session_messages: 1000 });
  const absent = await Peer.connected(house, 'absent', { clean: false });
  await absent.subscribe(['q/#', 'q/a', '+/a'], 1);
  absent.socket.destroy();
  await absent.ended();
  const sender = await Peer.connected(house, 'sender');
  for (let count = 1; count <= 5000; count += 1) sender.publish('q/a', `${count}`, { qos: 1, messageId: count });
  await sender.hear('puback', 5000);
  await until(() => (house.counts()['session_messages'] ?? 0) >= 4000, 'the oldest to go');
  expectLogged(house, 'session_messages', 'absent');
  const deaf = await Peer.connected(house, 'absent', { clean: false, acknowledges: false });
  await until(() => deaf.messages.length >= 20, 'the first of them');
  await deaf.settled();
  expect(deaf.messages).toHaveLength(20);
  deaf.socket.destroy();
  await deaf.ended();
  const back = await Peer.connected(house, 'absent', { clean: false });
  await until(() => back.texts('q/a').at(-1) === '5000', 'the newest');
  const texts = back.texts('q/a').map(Number);
  expect(texts.length).toBeLessThanOrEqual(1000);
  expect(texts.length).toBeGreaterThanOrEqual(890);
  expect(texts).toEqual(texts.toSorted((a, b) => a - b));
  expect(new Set(texts).size).toBe(texts.length);
  sender.publish('q/a', 'live', { qos: 1, messageId: 1 });
  await until(() => back.texts('q/a').at(-1) === 'live', 'what comes now');
}, 30_000);

it('what waits is bounded in bytes as well', async () => {
  const house = await open({ ...fast, session_bytes: 100_000 });
  const absent = await Peer.connected(house, 'absent', { clean: false });
  await absent.subscribe(['q'], 1);
  absent.socket.destroy();
  await absent.ended();
  const sender = await Peer.connected(house, 'sender');
  for (let count = 1; count <= 50; count += 1) sender.publish('q', Buffer.alloc(10_000, count), { qos: 1, messageId: count });
  await sender.hear('puback', 50);
  await sender.settled();
  const back = await Peer.connected(house, 'absent', { clean: false });
  await until(() => back.messages.at(-1)?.payload[0] === 50, 'the newest');
  expect(back.messages.length).toBeLessThanOrEqual(10);
});
