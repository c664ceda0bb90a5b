/** Connections are counted from open to close, in all and by address; one that never says who it is ends. */
import { expect, it } from 'vitest';
import { everybody } from '../../../src/mqtt/guards/access.ts';
import { until } from '../../support/until.ts';
import { expectLogged, expectServed, open, Peer, transports } from './stage.ts';

it('refuses what comes from one address beyond its share, and takes new ones when others leave', async () => {
  const house = await open({ connections_per_address: 3 });
  const peers = [await Peer.connected(house, 'a'), await Peer.connected(house, 'b'), await Peer.connected(house, 'c')];
  const fourth = await Peer.open(house);
  await fourth.ended();
  expect(house.counts()).toEqual({ connections_per_address: 1 });
  expectLogged(house, 'connections_per_address', null);
  peers[0]?.publish('a', 'still served', { qos: 1 });
  await peers[0]?.hear('puback');
  peers[2]?.socket.destroy();
  await until(() => house.connections() === 2, 'the broker to hear of its end');
  await expectServed(house);
});

it('refuses all connections beyond the total', async () => {
  const house = await open({ connections: 2 });
  const [first] = [await Peer.connected(house, 'a'), await Peer.connected(house, 'b')];
  await (await Peer.open(house)).ended();
  expect(house.counts()).toEqual({ connections: 1 });
  await first.settled();
});

it('counts right after malformed connections', async () => {
  const house = await open({ connections_per_address: 2 });
  for (let count = 0; count < 20; count += 1) {
    const peer = await Peer.open(house);
    peer.socket.write(Buffer.from('GET / HTTP/1.1\r\n\r\n'));
    await peer.ended();
  }
  await until(() => house.connections() === 0, 'the broker to hear of their ends');
  await expectServed(house);
  expect(house.counts()['connections_per_address'] ?? 0).toBeLessThan(3);
});

it.each(transports)('ends a connection that sends no CONNECT in time, over %s', async (transport) => {
  const house = await open({ connect_timeout: 0.1 }, everybody, transport);
  const silent = await Peer.open(house);
  const slow = await Peer.open(house);
  slow.socket.write(Buffer.from([0x10, 0x20, 0x00]));
  await silent.ended();
  await slow.ended();
  expect(house.counts()).toEqual({ connect_timeout: 2 });
  expectLogged(house, 'connect_timeout', null);
  await expectServed(house);
});
