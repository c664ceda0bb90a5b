/** The last bytes of a connection: saying why in a way that the client gets to read it. */
import type { Duplex } from 'node:stream';
import type { Packet } from 'mqtt-packet';
import type { InnerClient } from './inside.ts';
import { encode } from './wire.ts';

/** Writes a packet past everything that collects writes, for the stream may be destroyed in this same turn. @returns whether it could. */
export function lastWords(conn: Duplex, packet: Packet): boolean {
  if (!conn.writable || conn.destroyed) return false;
  while (conn.writableCorked > 0) conn.uncork();
  conn.write(encode(packet));
  return true;
}

/**
 * Ends a connection from our side: what still comes is thrown away unread, and for a while nothing is destroyed, for a
 * socket that is closed on unread bytes takes back what was written last.
 */
export function linger({ conn, _parser: parser }: InnerClient, linger_ms: number): void {
  parser.removeAllListeners('packet');
  parser.removeAllListeners('error');
  parser.on('error', () => undefined);
  conn.removeAllListeners('readable');
  conn.on('data', () => undefined);
  conn.end();
  const timer = setTimeout(() => conn.destroy(), linger_ms).unref();
  conn.once('close', () => clearTimeout(timer));
}
