/** A CONNECT of version 5: refused, or turned into what aedes takes for one of 3.1.1. */
import { randomUUID } from 'node:crypto';
import type { ConnectPacket } from 'aedes';
import { Connection } from './connection.ts';
import type { InnerClient } from './inside.ts';
import type { Layer } from './line.ts';
import { lastWords, linger } from './parting.ts';
import { reason } from './reason.ts';
import { negotiate, type Refused, type Terms } from './terms.ts';
import { isTooLargeToWait, WAITING_WILL_BYTES } from './will.ts';

/** @returns `undefined` where the client was refused. */
export function open(layer: Layer, client: InnerClient, packet: ConnectPacket, isTrusted: boolean): Connection | undefined {
  if (client._parser._pos > client._parser.packet.length) {
    refuse(layer, client, { code: reason.malformedPacket, why: 'a CONNECT shorter than what it says it holds' });
    return undefined;
  }
  if (isTooLargeToWait(packet, client._parser.packet.length)) {
    const why = `a CONNECT with a will that may have to wait may have ${WAITING_WILL_BYTES} bytes`;
    refuse(layer, client, { code: reason.quotaExceeded, why });
    return undefined;
  }
  const terms = negotiate(packet, layer.options, layer.broker, () => `auto-${randomUUID()}`);
  if (terms.ok) return new Connection(layer, client, terms.value, isTrusted);
  refuse(layer, client, terms.error);
  return undefined;
}

/** A line for each in the log would be a way to fill it: whoever hears of the error keeps count. */
export function refuse(
  { counters, options, broker }: Pick<Layer, 'counters' | 'options' | 'broker'>,
  client: InnerClient,
  { code, why }: Refused,
): void {
  counters.connectsRefused += 1;
  options.logger.debug({ code, why }, 'connection of MQTT 5 refused');
  broker.emit('connectionError', client, new Error(why));
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
