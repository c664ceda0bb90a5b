/** A WebSocket as a stream: bytes in order whatever the frames, bounded both ways, and closed with the code that fits. */
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { expect, it } from 'vitest';
import { until } from '../support/until.ts';
import { type HttpHouse, openHttp, upgrade, type Visitor, visit } from './stage.ts';

/** Meanwhile the service has had as many turns to read and write what it can. */
async function roundTrips(house: HttpHouse, count: number): Promise<void> {
  const { webSocket } = await visit(house);
  for (let trip = 0; trip < count; trip += 1) {
    webSocket.ping();
    await once(webSocket, 'pong');
  }
}

/** Something came back to it. */
async function served({ webSocket }: Visitor): Promise<void> {
  webSocket.send(Buffer.alloc(1));
  await once(webSocket, 'message');
}

it('bytes come back in order, however they were cut into messages and fragments', async () => {
  const house = await openHttp();
  const { webSocket, heard } = await visit(house);
  for (let byte = 0; byte < 100; byte += 1) webSocket.send(Buffer.from([byte]), { fin: byte % 3 === 0 });
  webSocket.send(Buffer.alloc(0));
  webSocket.send(Buffer.alloc(900, 0xff));
  const sent = [...Array.from({ length: 100 }, (_, index) => index), ...Array.from({ length: 900 }, () => 0xff)];
  await until(() => Buffer.concat(heard).length === 1000, 'all of it');
  expect([...Buffer.concat(heard)]).toEqual(sent);
});

it('what is written in one breath shares a frame, and large writes are not joined', async () => {
  const house = await openHttp({}, false);
  const { heard } = await visit(house);
  const stream = await until(() => house.streams[0], 'the stream');
  stream.cork();
  for (const bytes of [2, 3, 5, 70_000, 7]) stream.write(Buffer.alloc(bytes));
  stream.uncork();
  await until(() => heard.length === 3, 'the frames');
  expect(heard.map(({ length }) => length)).toEqual([10, 70_000, 7]);
});

it('what the other side does not read counts, and is drained when it does', async () => {
  const house = await openHttp({}, false);
  const { webSocket, heard } = await visit(house);
  const stream = await until(() => house.streams[0], 'the stream');
  webSocket.pause();
  for (let count = 0; count < 300; count += 1) stream.write(Buffer.alloc(100_000));
  await roundTrips(house, 300);
  expect(stream.writableLength).toBeGreaterThan(10_000_000);
  expect(stream.writableNeedDrain).toBe(true);
  const drained = once(stream, 'drain');
  webSocket.resume();
  await drained;
  expect(stream.writableLength).toBe(0);
  await until(() => Buffer.concat(heard).length === 30_000_000, 'all of it');
});

it('what nobody reads here is not taken from the network', async () => {
  const house = await openHttp({ packet_bytes: 100_000, unfinished_bytes: 1_000_000 }, false);
  const { webSocket } = await visit(house);
  for (let count = 0; count < 300; count += 1) webSocket.send(Buffer.alloc(100_000));
  const stream = await until(() => house.streams[0], 'the stream');
  await roundTrips(house, 500);
  expect(stream.readableLength).toBeLessThan(400_000);
  expect(webSocket.bufferedAmount).toBeGreaterThan(10_000_000);
  let bytes = 0;
  stream.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
  });
  await until(() => bytes === 30_000_000, 'all of it');
  expect(house.refused).toEqual([]);
});

it('what is written just before the end arrives, and then the end', async () => {
  const house = await openHttp({}, false);
  const { heard, closeCode } = await visit(house);
  const stream = await until(() => house.streams[0], 'the stream');
  stream.write('last');
  stream.write(' words');
  stream.destroy(new Error('a guard'));
  expect(await closeCode()).toBe(1008);
  expect(Buffer.concat(heard).toString()).toBe('last words');
});

it.each([
  ['text', 1003, 'malformed', (send: Send) => send('text', { binary: false })],
  ['a message that is too long', 1009, 'packet_bytes', (send: Send) => send(Buffer.alloc(1030), {})],
  [
    'a message in fragments that is too long',
    1009,
    'packet_bytes',
    (send: Send) => {
      send(Buffer.alloc(600), { fin: false });
      send(Buffer.alloc(600), { fin: true });
    },
  ],
  ['a frame without a mask', 1002, 'malformed', (send: Send) => send(Buffer.alloc(10), { mask: false })],
] as const)('%s ends with %i', async (_what, code, guard, act) => {
  const house = await openHttp();
  const { webSocket, closeCode } = await visit(house);
  act((data, options) => webSocket.send(data, options));
  expect(await closeCode()).toBe(code);
  expect(house.refused).toEqual([[guard, expect.any(String)]]);
  await until(() => house.streams[0]?.closed, 'the end of the stream');
});

type Send = (data: Buffer | string, options: { fin?: boolean; binary?: boolean; mask?: boolean }) => void;

it.each([
  ['a Close', (client: { close(): void; terminate(): void }) => client.close()],
  ['no word', (client: { close(): void; terminate(): void }) => client.terminate()],
])('who leaves with %s is gone, once what it sent was read', async (_what, leave) => {
  const house = await openHttp({}, false);
  const { webSocket } = await visit(house);
  const stream = await until(() => house.streams[0], 'the stream');
  webSocket.send('bye', { binary: true });
  await once(stream, 'readable');
  leave(webSocket);
  expect(String(stream.read())).toBe('bye');
  stream.on('data', () => undefined);
  await once(stream, 'end');
  stream.destroy();
  expect(house.refused).toEqual([]);
});

it('messages that begin and never end are bounded, of all connections together', async () => {
  const house = await openHttp({ packet_bytes: 100_000, unfinished_bytes: 200_000 });
  const visitors = await Promise.all(Array.from({ length: 5 }, () => visit(house)));
  for (const visitor of visitors) await served(visitor); // a stranger may hold less
  for (const { webSocket } of visitors) webSocket.send(Buffer.alloc(60_000), { fin: false });
  const open = await until(() => {
    const left = visitors.filter(({ webSocket }) => webSocket.readyState === webSocket.OPEN);
    return left.length <= 3 && left;
  }, 'some to be refused');
  await roundTrips(house, 100);
  expect(house.refused.map(([guard]) => guard)).toEqual(['unfinished_bytes', 'unfinished_bytes']);
  expect(open).toHaveLength(3);
  for (const { webSocket } of open) webSocket.send(Buffer.alloc(1), { fin: true });
  await until(() => open.every(({ heard }) => Buffer.concat(heard).length === 60_002), 'the others to be served');
  const late = await visit(house);
  await served(late);
  late.webSocket.send(Buffer.alloc(100_000));
  await until(() => Buffer.concat(late.heard).length === 100_001, 'what was given back to be there again');
  expect(house.refused).toHaveLength(2);
});

it('a Ping is answered; who reads no answers is not sent any number of them', async () => {
  const house = await openHttp({ unfinished_bytes: 1_000_000 }, false);
  const { webSocket } = await visit(house);
  webSocket.ping('here');
  expect(String((await once(webSocket, 'pong'))[0])).toBe('here');
  const stream = await until(() => house.streams[0], 'the stream');
  webSocket.pause();
  for (let count = 0; count < 200; count += 1) stream.write(Buffer.alloc(100_000));
  const before = stream.writableLength;
  const [read, pingBytes] = [bytesRead(stream), 2 + 4 + 100]; // head and mask [RFC 6455, 5.2]
  for (let count = 0; count < 2000; count += 1) webSocket.ping(Buffer.alloc(100));
  await until(() => bytesRead(stream) >= read + 2000 * pingBytes, 'the Pings to be read');
  expect(stream.writableLength).toBeLessThanOrEqual(before);
  expect(house.refused).toEqual([]);
});

function bytesRead(stream: Duplex): number {
  return 'bytesRead' in stream ? Number(stream.bytesRead) : 0;
}

it('bytes behind the request are read as the first frame', async () => {
  const house = await openHttp();
  const socket = connect({ port: house.port, host: '127.0.0.1' });
  socket.write(Buffer.concat([Buffer.from(upgrade()), Buffer.from([0x82, 0x82, 0, 0, 0, 0, 0x68, 0x69])]));
  let heard = '';
  socket.on('data', (chunk) => {
    heard += chunk.toString('latin1');
  });
  await until(() => heard.endsWith('\x82\x02hi'), 'the echo');
  socket.destroy();
});
