/** Who may come in by HTTP, and with what status others are turned away; slow and silent ones end. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, expect, it, vi } from 'vitest';
import { HttpService } from '../../src/http/http-service.ts';
import { until } from '../support/until.ts';
import { openHttp, say, upgrade, visit } from './stage.ts';

afterEach(() => void vi.useRealTimers());

it.each([
  ['another path', upgrade({}, 'GET /other HTTP/1.1'), 404, 'http'],
  ['another method', upgrade({}, 'POST /mqtt HTTP/1.1'), 405, 'http'],
  ['another protocol than WebSocket', upgrade({ Upgrade: 'h2c' }), 426, 'http'],
  ['another version of WebSocket', upgrade({ 'Sec-WebSocket-Version': '8' }), 426, 'http'],
  ['a key that is none', upgrade({ 'Sec-WebSocket-Key': 'short' }), 400, 'http'],
  ['no subprotocol', upgrade({ 'Sec-WebSocket-Protocol': null }), 400, 'subprotocol'],
  ['a foreign subprotocol', upgrade({ 'Sec-WebSocket-Protocol': 'chat, mqtt5' }), 400, 'subprotocol'],
  ['a foreign Host', upgrade({ Host: 'evil.example' }), 421, 'host'],
  ['a foreign Host of a plain request', 'GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n', 421, 'host'],
  ['a foreign Origin', upgrade({ Origin: 'https://evil.example' }), 403, 'origin'],
  ['an opaque Origin', upgrade({ Origin: 'null' }), 403, 'origin'],
  ['what is no HTTP', 'hello\r\n\r\n', 400, 'http'],
  ['headers that are too long', `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431, 'http'],
])('%s is refused', async (_what, bytes, status, guard) => {
  const house = await openHttp();
  const answered = await say(house, bytes);
  expect(answered).toMatch(new RegExp(`^HTTP/1.1 ${status} [A-Z]`));
  expect(answered).toContain('Content-Type: text/plain');
  expect(house.refused).toEqual([[guard, expect.stringMatching(/^127\.0\.0\.1: ./)]]);
  expect(house.streams).toEqual([]);
});

it.each([
  ['GET / HTTP/1.1', 404, 'MQTT over WebSocket is at /mqtt'],
  ['GET /other HTTP/1.1', 404, 'nothing is here'],
  ['GET /mqtt?x=1 HTTP/1.1', 426, 'Upgrade: websocket'],
])('%s without upgrade is told what is here', async (line, status, text) => {
  const house = await openHttp();
  const answered = await say(house, `${line}\r\nHost: localhost\r\n\r\n`);
  expect(answered).toContain(`HTTP/1.1 ${status} `);
  expect(answered).toContain(text);
  expect(house.refused).toEqual([]);
});

it.each([
  ['mqtt', {}, 'mqtt'],
  ['mqttv3.1, mqtt', {}, 'mqtt'],
  ['mqttv3.1', {}, 'mqttv3.1'],
  ['mqtt', { Origin: 'https://home.example' }, 'mqtt'],
  ['mqtt', { Origin: 'http://localhost' }, 'mqtt'],
])('the subprotocol %s with %j is taken as %s', async (offered, headers, chosen) => {
  const house = await openHttp();
  const socket = connect({ port: house.port, host: '127.0.0.1' });
  socket.write(upgrade({ 'Sec-WebSocket-Protocol': offered, ...headers }));
  const [answered] = await once(socket, 'data');
  expect(String(answered)).toContain('101 Switching Protocols');
  expect(String(answered)).toContain('Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo='); // of RFC 6455, 1.3
  expect(String(answered)).toContain(`Sec-WebSocket-Protocol: ${chosen}\r\n`);
  expect(String(answered)).not.toContain('Extensions');
  socket.destroy();
});

it('names that are configured while it runs count from then on', async () => {
  const house = await openHttp();
  house.service.configure({ hosts: ['lamps.example'], origins: [] });
  expect(await say(house, 'GET / HTTP/1.1\r\nHost: lamps.example\r\n\r\n')).toContain('404');
  expect(await say(house, upgrade({ Origin: 'https://home.example' }))).toContain('403');
});

const late = [['connect_timeout', '127.0.0.1: sent no whole request in time']];

it.each([
  ['nothing', '', late],
  ['half a request', 'GET / HTTP/1.1\r\nHost: loc', late],
  ['a body that never ends', 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nx', []], // answered before its body
])('who sends %s ends in time', async (_what, bytes, refused) => {
  const house = await openHttp({ connect_timeout: 0.2 });
  await say(house, bytes);
  expect(house.refused).toEqual(refused);
});

it('who sends a request byte by byte ends in time', async () => {
  const house = await openHttp({ connect_timeout: 0.3 });
  const socket = connect({ port: house.port, host: '127.0.0.1' });
  socket.on('error', () => undefined);
  const timer = setInterval(() => socket.write('x'), 20);
  socket.write('GET / HTTP/1.1\r\nX-Slow: ');
  await once(socket, 'close');
  clearInterval(timer);
  expect(house.refused).toEqual(late);
});

it('stops at once while some are silent, and tells WebSockets that it goes away', async () => {
  const house = await openHttp({}, false);
  const silent = connect({ port: house.port, host: '127.0.0.1' });
  silent.on('error', () => undefined);
  const { closeCode } = await visit(house);
  vi.useFakeTimers({ toFake: ['setTimeout'] }); // no time passes: nothing ends because it took too long
  let ended = () => {};
  const mqttEnded = new Promise<void>((resolve) => {
    ended = resolve;
  });
  const stopped = house.service.stop(mqttEnded);
  house.streams[0]?.destroy();
  ended();
  await stopped;
  expect(house.refused).toEqual([]);
  vi.useRealTimers();
  expect(await closeCode()).toBe(1001);
  await until(() => silent.destroyed, 'the silent one to be ended');
});

it('says what is in the way where it cannot listen', async () => {
  const { port } = await openHttp();
  const logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
  const limits = { connect_timeout: 10, packet_bytes: 1024, unfinished_bytes: 65_536 };
  const names = { hosts: [], origins: [] };
  const second = new HttpService({ address: { host: '127.0.0.1', port }, names, limits, certificates: null, door: null, logger });
  await expect(second.listen()).rejects.toMatchObject({ code: 'port_taken', cure: 'stop it, or change http.listen' });
});
