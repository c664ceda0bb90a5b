/**
 * What a client sends right behind its CONNECT, not waiting to be let in. Aedes handles it when all that waited for the
 * session has gone out, and reads little or nothing until then; but that takes acknowledgements, which come behind it.
 * Here it is handled once the CONNACK is out, and no further than to what ends the connection. (Version 5 does so by itself.)
 */
import type { Aedes, Client } from 'aedes';
import { clientParts } from './guards/private-parts.ts';

export function handleEarly(aedes: Aedes): void {
  // aedes has resumed when the microtask comes, and has read nothing yet that could overtake
  aedes.on('connackSent', (_connack, client) => queueMicrotask(() => handle(client)));
}

function handle(client: Client): void {
  const { _parser: parser } = clientParts(client);
  const [dequeue] = client.listeners('connected');
  for (const packet of parser._queue ?? []) {
    if (client.closed) return;
    parser._queue = [packet];
    dequeue?.call(client);
  }
}
