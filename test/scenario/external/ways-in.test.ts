/** The ways to another broker beside plain TCP: TLS, WebSocket, and both. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWebSocketStream, WebSocketServer } from 'ws';
import { type Authority, type CertificateFiles, makeAuthority } from '../../support/certificates.ts';
import { freePort } from '../../support/daemon.ts';
import { findProgram, hasProgram } from '../../support/programs.ts';
import { until } from '../../support/until.ts';
import { build, lines, served } from './house.ts';

const tools = hasProgram('mosquitto') && findProgram('openssl') !== null;
let authority: Authority;
let stranger: Authority;
let files: CertificateFiles;

beforeAll(async () => {
  if (!tools) return;
  [authority, stranger] = await Promise.all([makeAuthority(), makeAuthority()]);
  files = authority.issue('broker');
});

afterAll(async () => {
  await authority?.remove();
  await stranger?.remove();
});

/** Debian's Mosquitto may be built without WebSocket: this stands before it. */
async function webSocketBefore(server: Server, port: number): Promise<{ port: number } & AsyncDisposable> {
  const sockets = new WebSocketServer({ server, handleProtocols: () => 'mqtt' });
  sockets.on('connection', (socket) => {
    const stream = createWebSocketStream(socket);
    const onward = connect(port, '127.0.0.1');
    stream.on('error', () => onward.destroy());
    onward.on('error', () => stream.destroy());
    onward.on('close', () => stream.destroy());
    stream.pipe(onward).pipe(stream);
  });
  const own = await freePort();
  server.listen(own, '127.0.0.1');
  await once(server, 'listening');
  const end = async () => {
    for (const socket of sockets.clients) socket.terminate();
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  return { port: own, [Symbol.asyncDispose]: end };
}

describe.runIf(tools)('to another broker', () => {
  it('TLS, with the authority of its certificate', async () => {
    const port = await freePort();
    const house = await build(() => ({ broker_url: `mqtts://127.0.0.1:${port}`, broker: { ca: authority.ca } }));
    await house.mosquitto({ lines: [`listener ${port} 127.0.0.1`, `certfile ${files.cert}`, `keyfile ${files.key}`] });
    await served(await house.daemon());
    const phone = await house.client('phone');
    expect(await phone.ask({ type: 'zone.toggle', zone: 'floor' })).toMatchObject({ ok: true, state: { origin: 'phone' } });
  });

  it.each([
    ['of somebody else', () => ({ ca: stranger.ca })],
    ['of nobody that the system knows', () => ({})],
  ])('TLS with a certificate %s is refused, and told with the cure', async (_what, broker) => {
    const port = await freePort();
    const house = await build(() => ({ broker_url: `mqtts://127.0.0.1:${port}`, broker: broker() }));
    await house.mosquitto({ lines: [`listener ${port} 127.0.0.1`, `certfile ${files.cert}`, `keyfile ${files.key}`] });
    const running = await house.daemon();
    const lost = await until(() => lines(running, 'system.broker_lost')[0], 'the refusal');
    expect(lost).toMatchObject({ cure: expect.stringContaining('mqtt.broker.ca') });
    expect(lines(running, 'commands come in')).toEqual([]);
  });

  it('an authority that cannot be read is told', async () => {
    const house = await build(() => ({ broker_url: 'mqtts://127.0.0.1:1', broker: { ca: './nothing.pem' } }));
    const running = await house.daemon();
    expect(await until(() => lines(running, 'system.broker_lost')[0], 'it')).toMatchObject({
      code: 'ENOENT',
      why: expect.stringContaining('nothing.pem'),
    });
  });

  it.each(['ws', 'wss'])('%s', async (scheme) => {
    const house = await build();
    await house.mosquitto();
    const server =
      scheme === 'ws' ? createServer() : createSecureServer({ cert: await readFile(files.cert), key: await readFile(files.key) });
    const before = house.own(await webSocketBefore(server, house.home.port));
    await house.home.configure({ mqtt: { broker_url: `${scheme}://127.0.0.1:${before.port}/mqtt`, broker: { ca: authority.ca } } });
    await served(await house.daemon());
    const phone = await house.client('phone');
    for (let index = 0; index < 20; index += 1)
      expect(await phone.ask({ type: 'zone.toggle', zone: 'floor' })).toMatchObject({ ok: true, state: { origin: 'phone' } });
  });

  it('a port where nobody speaks MQTT is told, each try bounded', async () => {
    const house = await build();
    const server = createServer((_request, response) => response.writeHead(404).end());
    server.listen(house.home.port, '127.0.0.1');
    await once(server, 'listening');
    const running = await house.daemon();
    await until(() => lines(running, 'system.broker_lost')[0], 'the complaint');
    server.closeAllConnections();
    server.close();
  });
});
