/** Text that is no text, topics and ids beyond reason: refused, whoever else is served. */
import { expect, it } from 'vitest';
import { expectLogged, expectServed, open, Peer } from './stage.ts';

const string = (bytes: Buffer) => Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);

function packet(first: number, body: Buffer): Buffer {
  const length = body.length < 128 ? [body.length] : [(body.length % 128) | 0x80, Math.floor(body.length / 128)];
  return Buffer.concat([Buffer.from([first, ...length]), body]);
}

const publish = (topic: Buffer) => packet(0x30, Buffer.concat([string(topic), Buffer.from('payload')]));
const subscribe = (filter: Buffer) => packet(0x82, Buffer.concat([Buffer.from([0, 1]), string(filter), Buffer.from([0])]));
const unsubscribe = (filter: Buffer) => packet(0xa2, Buffer.concat([Buffer.from([0, 1]), string(filter)]));
const deep = Buffer.from(Array.from({ length: 33 }, () => 'a').join('/'));

it.each([
  ['PUBLISH to a topic that is no UTF-8', publish(Buffer.from([0x61, 0xff, 0x62]))],
  ['PUBLISH to a topic with half a surrogate pair', publish(Buffer.from([0xed, 0xa0, 0x80]))],
  ['PUBLISH to a topic in too many bytes', publish(Buffer.from([0xc0, 0xaf]))],
  ['PUBLISH to a topic with NUL', publish(Buffer.from('a\0b'))],
  ['PUBLISH to a topic of 513 bytes', publish(Buffer.alloc(513, 0x61))],
  ['PUBLISH to a topic of 33 levels', publish(deep)],
  ['SUBSCRIBE to a filter that is no UTF-8', subscribe(Buffer.from([0xfe]))],
  ['SUBSCRIBE to a filter with NUL', subscribe(Buffer.from('\0'))],
  ['SUBSCRIBE to a filter of 513 bytes', subscribe(Buffer.alloc(513, 0x61))],
  ['SUBSCRIBE to a filter of 33 levels', subscribe(deep)],
  ['UNSUBSCRIBE from a filter of 33 levels', unsubscribe(deep)],
  ['UNSUBSCRIBE from a filter with NUL', unsubscribe(Buffer.from('a\0'))],
])('%s ends that connection alone', async (_what, bytes) => {
  const house = await open();
  const attacker = await Peer.connected(house, 'attacker');
  attacker.socket.write(bytes);
  await attacker.ended();
  expect(house.counts()).toEqual({ malformed: 1 });
  expectLogged(house, 'malformed', 'attacker');
  await expectServed(house);
});

it.each([
  ['an id that is no UTF-8', Buffer.from([0xff, 0xfe])],
  ['an id with NUL', Buffer.from('a\0b')],
])('CONNECT with %s ends that connection', async (_what, id) => {
  const house = await open();
  const attacker = await Peer.open(house);
  attacker.socket.write(packet(0x10, Buffer.concat([string(Buffer.from('MQTT')), Buffer.from([4, 2, 0, 0]), string(id)])));
  await attacker.ended();
  expect(house.counts()).toEqual({ malformed: 1 });
});

it('a topic of 32 levels and 512 bytes, with U+FFFD in it, is served', async () => {
  const house = await open();
  const peer = await Peer.connected(house, 'careful');
  const topic = `${Array.from({ length: 31 }, () => 'ä').join('/')}/\uFFFD`.concat('x'.repeat(512 - 96));
  expect(Buffer.byteLength(topic)).toBe(512);
  await peer.subscribe([topic], 1);
  peer.publish(topic, 'here', { qos: 1 });
  await peer.hear('publish');
  expect(peer.texts(topic)).toEqual(['here']);
  expect(house.counts()).toEqual({});
});

it('a client id of 129 bytes is told CONNACK 2; one of 128 is served', async () => {
  const house = await open();
  const long = await Peer.open(house);
  long.connect('i'.repeat(129));
  expect(await long.hear('connack')).toMatchObject({ returnCode: 2 });
  await long.ended();
  expect(house.counts()).toEqual({ client_id: 1 });
  const peer = await Peer.connected(house, 'i'.repeat(128));
  await peer.settled();
});

it('an empty client id is told CONNACK 2 where its session is to be kept, and served where not', async () => {
  const house = await open();
  const nobody = await Peer.open(house);
  nobody.socket.write(packet(0x10, Buffer.concat([string(Buffer.from('MQTT')), Buffer.from([4, 0, 0, 0]), string(Buffer.alloc(0))])));
  expect(await nobody.hear('connack')).toMatchObject({ returnCode: 2, sessionPresent: false });
  await nobody.ended();
  expect(house.counts()).toEqual({ client_id: 1 });
  const guest = await Peer.connected(house, '');
  await guest.settled();
  expect(guest.received[0]).toMatchObject({ cmd: 'connack', returnCode: 0 });
});

it('a will on a topic of 33 levels is not taken', async () => {
  const house = await open();
  const peer = await Peer.open(house);
  const will = { topic: deep.toString(), payload: Buffer.from('gone'), qos: 0, retain: false } as const;
  peer.send({ cmd: 'connect', clientId: 'will', clean: true, keepalive: 0, protocolId: 'MQTT', protocolVersion: 4, will });
  await peer.ended();
  expect(house.counts()).toEqual({ malformed: 1 });
});
