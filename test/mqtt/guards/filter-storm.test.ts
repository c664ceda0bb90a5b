/** SUBSCRIBE and UNSUBSCRIBE packets with very many filters, or without end: nobody else has to wait for them. */
import type { Packet } from 'mqtt-packet';
import { expect, it } from 'vitest';
import { expectServed, open, Peer } from './stage.ts';

const names = (count: number) => Array.from({ length: count }, (_, index) => `f/${index}`);

/** As small as filters can be, and as many of them as a packet may hold bytes for. */
const many = Array.from({ length: 60_000 }, () => 'f');

it('of 1,024 filters in a packet 64 are granted and the rest refused, in one answer and one line of the log', async () => {
  const house = await open();
  const peer = await Peer.connected(house, 'many', { clean: false });
  const granted = await peer.subscribe(names(1024), 1);
  expect(granted.filter((code) => code === 1)).toHaveLength(64);
  expect(granted.filter((code) => code === 128)).toHaveLength(1024 - 64);
  expect(house.counts()).toEqual({ filters: 1024 - 64 });
  expect(house.log).toHaveLength(1);
});

it('1,024 filters are unsubscribed from in one packet', async () => {
  const house = await open();
  const peer = await Peer.connected(house, 'many');
  peer.send({ cmd: 'unsubscribe', messageId: 9, unsubscriptions: names(1024) });
  await peer.hear('unsuback');
  expect(house.counts()).toEqual({});
});

const subscribe = (filters: readonly string[]): Packet => ({
  cmd: 'subscribe',
  messageId: 9,
  subscriptions: filters.map((topic) => ({ topic, qos: 0 })),
});

it.each([
  ['SUBSCRIBE', subscribe(many)],
  ['UNSUBSCRIBE', { cmd: 'unsubscribe', messageId: 9, unsubscriptions: many } satisfies Packet],
  ['SUBSCRIBE one past the limit', subscribe(names(1025))],
])('more filters in a packet end the connection: %s', async (_what, packet) => {
  const house = await open();
  const attacker = await Peer.connected(house, 'attacker');
  attacker.send(packet);
  await attacker.ended();
  expect(attacker.received.map(({ cmd }) => cmd)).toEqual(['connack']);
  expect(house.counts()).toEqual({ malformed: 1 });
  await expectServed(house);
});

it.each(['subscribe', 'unsubscribe'] as const)('%s without end is refused, and then ends the connection', async (cmd) => {
  const house = await open({ message_burst: 20, messages_per_second: 1 });
  const attacker = await Peer.connected(house, 'attacker');
  for (let messageId = 1; messageId <= 60; messageId += 1) {
    if (cmd === 'subscribe') attacker.send({ cmd, messageId, subscriptions: [{ topic: 'f', qos: 0 }] });
    else attacker.send({ cmd, messageId, unsubscriptions: ['f'] });
  }
  await attacker.ended();
  expect(Object.keys(house.counts())).toEqual(['flood']);
  await expectServed(house);
});

it('a message of more than 1,024 texts ends the connection', async () => {
  const house = await open();
  const attacker = await Peer.open(house);
  const pair = Buffer.from([0x26, 0, 1, 0x61, 0, 1, 0x62]);
  const properties = Buffer.concat(Array.from({ length: 600 }, () => pair));
  const length = (bytes: number) => [(bytes % 128) | 0x80, bytes >> 7];
  const body = Buffer.concat([Buffer.from([0, 1, 0x61, ...length(properties.length)]), properties]);
  attacker.socket.write(Buffer.from([0x10, 14, 0, 4, 0x4d, 0x51, 0x54, 0x54, 5, 2, 0, 0, 0, 0, 1, 0x61]));
  attacker.socket.write(Buffer.concat([Buffer.from([0x30, ...length(body.length)]), body]));
  await attacker.ended();
  expect(house.counts()).toEqual({ malformed: 1 });
});
