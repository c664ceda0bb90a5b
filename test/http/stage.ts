/** An HTTP server before a door that echoes: what comes by a WebSocket goes back as it came. */
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { afterEach } from 'vitest';
import { type ClientOptions, WebSocket } from 'ws';
import type { HttpLimits } from '../../src/http/door.ts';
import { HttpService } from '../../src/http/http-service.ts';
import { until } from '../support/until.ts';

export interface HttpHouse {
  readonly port: number;
  readonly service: HttpService;
  /** Guard and reason of each refusal. */
  readonly refused: (readonly [string, string])[];
  /** What MQTT would be spoken on. */
  readonly streams: Duplex[];
}

let endings: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of endings.toReversed()) await end();
  endings = [];
});

export async function openHttp(limits: Partial<HttpLimits> = {}, echoes = true): Promise<HttpHouse> {
  const refused: (readonly [string, string])[] = [];
  const streams: Duplex[] = [];
  const door = {
    enter: () => true,
    serve: (stream: Duplex) => {
      streams.push(stream);
      stream.on('error', () => undefined);
      if (echoes) stream.pipe(stream);
    },
    refused: (guard: string, address: string, why: string) => void refused.push([guard, `${address}: ${why}`]),
  };
  const service = new HttpService({
    address: { host: '127.0.0.1', port: 0 },
    names: { hosts: [], origins: ['https://home.example'] },
    limits: { connect_timeout: 10, packet_bytes: 1024, unfinished_bytes: 65_536, ...limits },
    certificates: null,
    door,
    logger: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
  });
  const port = Number(new URL(await service.listen()).port);
  endings.push(() => service.stop(Promise.resolve()));
  return { port, service, refused, streams };
}

/** @returns all that is answered to bytes, once the connection has ended. */
export async function say({ port }: { readonly port: number }, bytes: string): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1' });
  let answered = '';
  socket.on('data', (chunk) => {
    answered += chunk.toString();
  });
  socket.on('error', () => undefined);
  socket.write(bytes);
  await once(socket, 'close');
  return answered;
}

/** A request for a WebSocket as a browser writes it. @param headers in place of the usual ones; `null` leaves one out. */
export function upgrade(headers: Readonly<Record<string, string | null>> = {}, line = 'GET /mqtt HTTP/1.1'): string {
  const all: Record<string, string | null> = {
    Host: 'localhost',
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Protocol': 'mqtt',
    ...headers,
  };
  const lines = Object.entries(all).flatMap(([name, value]) => (value === null ? [] : [`${name}: ${value}\r\n`]));
  return `${line}\r\n${lines.join('')}\r\n`;
}

export interface Visitor {
  readonly webSocket: WebSocket;
  /** Messages, oldest first. */
  readonly heard: Buffer[];
  readonly closeCode: () => Promise<number>;
}

export async function visit({ port }: { readonly port: number }, options: ClientOptions = {}, protocol = 'mqtt'): Promise<Visitor> {
  const webSocket = new WebSocket(`ws://127.0.0.1:${port}/mqtt`, protocol, options);
  const heard: Buffer[] = [];
  let code: number | undefined;
  webSocket.on('message', (data) => heard.push(Buffer.isBuffer(data) ? data : Buffer.alloc(0)));
  webSocket.on('close', (closed) => {
    code = closed;
  });
  webSocket.on('error', () => undefined);
  endings.push(() => webSocket.terminate());
  await once(webSocket, 'open');
  return { webSocket, heard, closeCode: () => until(() => code, 'the end of the WebSocket') };
}
