/** What is too long is refused from its fixed header; nothing of it is kept. */
import { expect, it } from 'vitest';
import { everybody } from '../../../src/mqtt/guards/access.ts';
import { until } from '../../support/until.ts';
import { expectLogged, expectServed, open, Peer, transports } from './stage.ts';

const MiB = 1024 * 1024;

/** The fixed header and topic of a PUBLISH that announces so many bytes. */
function announce(bytes: number, topic = 'a/b'): Buffer {
  const length = [0, 1, 2, 3].map((index) => (Math.floor(bytes / 128 ** index) % 128) | (index < 3 ? 0x80 : 0));
  return Buffer.concat([Buffer.from([0x30, ...length, 0, topic.length]), Buffer.from(topic)]);
}

it.each(transports)('256 MB announced end the connection at the header, over %s', async (transport) => {
  const house = await open({}, everybody, transport);
  const attacker = await Peer.connected(house, 'attacker');
  attacker.socket.write(announce(256_000_000));
  await attacker.ended();
  expect(house.counts()).toEqual({ packet_bytes: 1 });
  expectLogged(house, 'packet_bytes', 'attacker');
  await expectServed(house);
});

it.each(transports)('a CONNECT that is too long ends the connection too, over %s', async (transport) => {
  const house = await open({}, everybody, transport);
  const attacker = await Peer.open(house);
  attacker.socket.write(Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f]));
  await attacker.ended();
  expect(house.counts()).toEqual({ packet_bytes: 1 });
});

it('of a message that is somewhat too long only the payload is thrown away, and its sender told', async () => {
  const house = await open({ packet_bytes: 1024 });
  const peer = await Peer.connected(house, 'chatty');
  await peer.subscribe(['#'], 1);
  peer.publish('before', '1', { qos: 1 });
  peer.publish('long', Buffer.alloc(10_000), { qos: 1, retain: true, messageId: 2 });
  peer.publish('after', '2', { qos: 1, messageId: 3 });
  await peer.hear('puback', 3);
  await until(() => peer.texts('after').length === 1, 'what came after');
  expect(peer.messages.map(({ topic }) => topic)).toEqual(['before', 'after']);
  expect(house.told).toEqual([{ client: 'chatty', code: 'too_large', tell: true }]);
  expect(house.counts()).toEqual({ packet_bytes: 1 });
});

it.each(transports)('a message of exactly the limit passes, byte by byte, over %s', async (transport) => {
  const house = await open({ packet_bytes: 1024 }, everybody, transport);
  const peer = await Peer.connected(house, 'slow');
  await peer.subscribe(['#']);
  const bytes = Buffer.concat([Buffer.from([0x30, 0x80, 0x08, 0, 1, 0x61]), Buffer.alloc(1021, 0x78)]);
  for (const byte of bytes) peer.socket.write(Buffer.from([byte]));
  await until(() => peer.texts('a')[0]?.length === 1021, 'the message');
  expect(house.counts()).toEqual({});
});

it.each(transports)(
  'eight unfinished packets of 250 MB, and many of the longest that is allowed, stay within the bound, over %s',
  async (transport) => {
    const house = await open({ unfinished_bytes: MiB }, everybody, transport);
    for (let count = 0; count < 8; count += 1) {
      const attacker = await Peer.connected(house, `huge-${count}`);
      attacker.socket.write(announce(250_000_000));
      await attacker.ended();
    }
    const before = process.memoryUsage().arrayBuffers;
    const attackers = await Promise.all(Array.from({ length: 40 }, (_, index) => Peer.connected(house, `part-${index}`)));
    for (const attacker of attackers) attacker.socket.write(Buffer.concat([announce(262_000), Buffer.alloc(200_000)]));
    await until(() => (house.counts()['unfinished_bytes'] ?? 0) >= 35, 'most of them to be refused');
    await expectServed(house);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan((transport === 'tcp' ? 24 : 48) * MiB); // a client masks a copy [RFC 6455, 5.3]
    for (const attacker of attackers) attacker.socket.destroy();
    await until(() => house.connections() === 0, 'the broker to hear of their ends');
    const late = await Peer.connected(house, 'late');
    await late.subscribe(['late']);
    late.publish('late', Buffer.alloc(200_000));
    await until(() => late.texts('late').length === 1, 'what was given back to be there again');
  },
);
