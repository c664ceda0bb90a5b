/** Of messages of QoS 2 that wait for their release the broker keeps what it needs to know them again, and no more. */
import { Aedes } from 'aedes';
import { expect, it } from 'vitest';
import { storeParts } from '../../../src/mqtt/guards/private-parts.ts';
import { guardUnreleased, UNRELEASED_MOST } from '../../../src/mqtt/guards/unreleased.ts';
import { until } from '../../support/until.ts';
import { type House, open, Peer } from './stage.ts';

const MiB = 1024 * 1024;
const fast = { messages_per_second: 1_000_000, message_burst: 1_000_000 };

/** Without a release. */
async function publish(peer: Peer, topic: string, count: number, bytes: number, first = 1): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    const messageId = first + index;
    peer.send({ cmd: 'publish', topic, payload: Buffer.alloc(bytes, 0x78), qos: 2, messageId, retain: false, dup: false });
    if (index % 20 === 19) await until(() => peer.received.filter(({ cmd }) => cmd === 'pubrec').length >= index + 1, 'the PUBRECs');
  }
  await peer.hear('pubrec', count);
}

it('no payload is stored', async () => {
  const aedes = new Aedes();
  await aedes.listen();
  const store = storeParts(aedes);
  const stored: unknown[] = [];
  const keep = store.incomingStorePacket.bind(store);
  store.incomingStorePacket = (owner, packet) => {
    stored.push(packet);
    return keep(owner, packet);
  };
  guardUnreleased(store);
  await store.incomingStorePacket({ id: 'a' }, { cmd: 'publish', topic: 'a', payload: Buffer.alloc(100), qos: 2, messageId: 7 });
  expect(stored).toEqual([{ cmd: 'publish', topic: '', payload: '', qos: 2, messageId: 7 }]);
  await new Promise<void>((resolve) => aedes.close(resolve));
});

it('a message that is sent again is known, delivered once, and released', async () => {
  const house: House = await open(fast);
  const reader = await Peer.connected(house, 'reader');
  await reader.subscribe(['q'], 1);
  const sender = await Peer.connected(house, 'sender', { clean: false });
  await publish(sender, 'q', 1, 10);
  sender.socket.destroy();
  const back = await Peer.connected(house, 'sender', { clean: false });
  back.send({ cmd: 'publish', topic: 'q', payload: Buffer.alloc(10, 0x78), qos: 2, messageId: 1, retain: false, dup: true });
  await back.hear('pubrec');
  back.send({ cmd: 'pubrel', messageId: 1 });
  await back.hear('pubcomp');
  await publish(back, 'q', 1, 20);
  await until(() => reader.messages.length === 2, 'the second');
  expect(reader.texts('q').map(({ length }) => length)).toEqual([10, 20]);
});

it('1,000 of them of 200 kB do not stay in memory', async () => {
  const house = await open(fast);
  const sender = await Peer.connected(house, 'sender', { clean: false });
  const before = process.memoryUsage().arrayBuffers;
  await publish(sender, 'q', 1000, 200_000);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100 * MiB);
});

it('a session has so many of them, however often its client comes back', async () => {
  const house = await open(fast);
  const sender = await Peer.connected(house, 'sender', { clean: false });
  await publish(sender, 'q', UNRELEASED_MOST, 1);
  sender.socket.destroy();
  const back = await Peer.connected(house, 'sender', { clean: false });
  back.send({ cmd: 'publish', topic: 'q', payload: 'x', qos: 2, messageId: 2000, retain: false, dup: false });
  await back.ended();
  const again = await Peer.connected(house, 'sender', { clean: false });
  again.send({ cmd: 'pubrel', messageId: 1 });
  await again.hear('pubcomp');
  await publish(again, 'q', 1, 1, 2000);
});
