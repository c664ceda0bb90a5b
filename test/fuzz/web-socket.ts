/**
 * The fuzzer's ways to the daemon by WebSocket, on loopback: streams in whole frames, and now and then bytes that are no
 * frames at all on a connection that has been upgraded.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { createWebSocketStream, WebSocket } from 'ws';

/** One in so many connections sends what is no frame. */
const UNFRAMED = 8;

export function overWebSocket(port: number): () => Promise<Duplex> {
  let count = 0;
  return () => {
    count += 1;
    return count % UNFRAMED === 0 ? unframed(port) : framed(port);
  };
}

async function framed(port: number): Promise<Duplex> {
  const webSocket = new WebSocket(`ws://127.0.0.1:${port}/mqtt`, 'mqtt', { perMessageDeflate: false });
  const stream = createWebSocketStream(webSocket);
  stream.on('error', () => undefined); // what the daemon says to nonsense
  webSocket.once('close', () => stream.destroy()); // a stream of the library's own stays half open after a reset
  await once(webSocket, 'open'); // rejects where it fails
  return stream;
}

/** RFC 6455, 4.1: the handshake by hand, and then whatever is written. */
async function unframed(port: number): Promise<Duplex> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  socket.on('error', () => undefined);
  const headers = [
    'GET /mqtt HTTP/1.1',
    `Host: 127.0.0.1:${port}`,
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Protocol: mqtt',
  ];
  socket.write(`${headers.join('\r\n')}\r\n\r\n`);
  await once(socket, 'data');
  return socket;
}
