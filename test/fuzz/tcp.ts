/** The fuzzer's way to the daemon over TCP, on loopback. */
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';

export function overTcp(port: number): () => Promise<Duplex> {
  return async () => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect'); // rejects where it fails
    return socket;
  };
}
