/** Who does not wait for the CONNACK is served like others, also where much waits for its session. */
import { generate, type Packet } from 'mqtt-packet';
import { expect, it } from 'vitest';
import { until } from '../../support/until.ts';
import { expectServed, type House, open, Peer } from './stage.ts';

const fast = { messages_per_second: 1_000_000, message_burst: 1_000_000 };
const connect = { cmd: 'connect', clientId: 'early', clean: false, keepalive: 0, protocolId: 'MQTT', protocolVersion: 4 } as const;

function publish(payload: string): Packet {
  return { cmd: 'publish', topic: 'said', payload, qos: 0, dup: false, retain: false };
}

/** 50 messages wait for it: more than may be under way unacknowledged. */
async function sessionWaits(house: House): Promise<void> {
  const first = await Peer.connected(house, 'early', { clean: false });
  await first.subscribe(['m'], 1);
  first.socket.destroy();
  await first.ended();
  for (let count = 1; count <= 50; count += 1) await house.broker.publish({ topic: 'm', payload: `${count}`, qos: 1, retain: false });
}

function inOneWrite(peer: Peer, packets: readonly Packet[], more: readonly number[] = []): void {
  peer.socket.write(Buffer.concat([...packets.map((packet) => generate(packet)), Buffer.from(more)]));
}

it('what comes behind a CONNECT keeps nobody from acknowledging what waited, and is not overtaken', async () => {
  const house = await open(fast);
  await sessionWaits(house);
  const ears = await Peer.connected(house, 'ears');
  await ears.subscribe(['said']);
  const back = await Peer.open(house);
  inOneWrite(back, [connect, publish('one'), publish('two'), publish('three')]);
  await back.hear('publish', 20); // no earlier than the CONNACK
  back.send(publish('four'));
  await until(() => back.texts('m').length === 50, 'all that waited');
  await until(() => ears.texts('said').length === 4, 'all that it said');
  expect(ears.texts('said')).toEqual(['one', 'two', 'three', 'four']);
});

it('who acknowledges nothing and leaves is let go, whatever it sent last', async () => {
  const house = await open(fast);
  await sessionWaits(house);
  const back = await Peer.open(house, false);
  inOneWrite(back, [connect, publish('one'), publish('two'), publish('three')]);
  await back.hear('publish', 20);
  back.send(publish('four'));
  back.socket.end();
  await back.ended();
  await until(() => house.connections() === 0, 'the broker to have let it go');
  expect(back.texts('m')).toEqual(Array.from({ length: 20 }, (_, index) => `${index + 1}`));
  await expectServed(house);
});

it('of what comes behind a CONNECT nothing is handled after what ends the connection', async () => {
  const house = await open();
  const peer = await Peer.open(house);
  const wrong: Packet = { cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'a/#/b', qos: 0 }] };
  const unfinished = [0x30, 0x10];
  inOneWrite(peer, [connect, wrong, { ...connect, protocolVersion: 5 }], unfinished);
  await peer.ended();
  await expectServed(house);
});

it('a SUBSCRIBE behind a CONNECT counts as a message like any other', async () => {
  const house = await open({ messages_per_second: 1, message_burst: 2 });
  await sessionWaits(house);
  const back = await Peer.open(house, false);
  const subscribe = (messageId: number): Packet => ({ cmd: 'subscribe', messageId, subscriptions: [{ topic: 'said', qos: 0 }] });
  inOneWrite(back, [connect, subscribe(1), subscribe(2), subscribe(3)]);
  await back.hear('suback', 3);
  const granted = new Map(back.received.map((packet) => (packet.cmd === 'suback' ? [packet.messageId, packet.granted] : [0, []])));
  expect([granted.get(1), granted.get(2), granted.get(3)]).toEqual([[0], [0], [128]]);
});
