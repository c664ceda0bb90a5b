/** A CONNECT of version 5: refused, or turned into what aedes takes for one of 3.1.1. */
import { randomUUID } from 'node:crypto';
import type { ConnectPacket } from 'aedes';
import { Connection } from './connection.ts';
import type { InnerClient } from './inside.ts';
import type { Layer } from './line.ts';
import { lastWords, linger } from './parting.ts';
import { reason } from './reason.ts';
import { negotiate, type Refused, type Terms } from './terms.ts';

/** @returns `undefined` where the client was refused. */
export function open(layer: Layer, client: InnerClient, packet: ConnectPacket, isTrusted: boolean): Connection | undefined {
  if (client._parser._pos > client._parser.packet.length) {
    refuse(layer, client, { code: reason.malformedPacket, why: 'a CONNECT shorter than what it says it holds' });
    return undefined;
  }
  const terms = negotiate(packet, layer.options, layer.broker, () => `auto-${randomUUID()}`);
  if (terms.ok) return new Connection(layer, client, terms.value, isTrusted);
  refuse(layer, client, terms.error);
  return undefined;
}

export function refuse({ counters, options }: Pick<Layer, 'counters' | 'options'>, client: InnerClient, { code, why }: Refused): void {
  counters.connectsRefused += 1;
  options.logger.info({ code, why }, 'connection of MQTT 5 refused');
  lastWords(client.conn, { cmd: 'connack', reasonCode: code, sessionPresent: false, properties: { reasonString: why } }); // [MQTT-3.2.2-6]
  linger(client, options.linger_ms);
}

/** Changes a CONNECT for aedes: it knows no version 5, no id of ours, and no will with a delay. */
export function disguise(packet: ConnectPacket, terms: Terms): void {
  packet.protocolVersion = 4;
  packet.clientId = terms.clientId;
  packet.keepalive = terms.keepAlive_s;
  delete packet.will;
}
