/**
 * Stands before one client's decoder: fixed headers are looked at before bytes are kept, text must be text, topics of a
 * sane length. Listeners of the decoder are left alone.
 */
import type { Client } from 'aedes';
import type { Packet } from 'mqtt-packet';
import type { Holder, SharedBudget } from '../../base/shared-budget.ts';
import type { MqttLimits } from '../../model/config-limits.ts';
import { Framing } from './framing.ts';
import { clientParts } from './private-parts.ts';
import { MALFORMED_PACKET, QUOTA_EXCEEDED, Refused } from './refused.ts';
import { checkPacket, checkStrings } from './shape.ts';

export interface DecodingParts {
  readonly limits: MqttLimits;
  readonly address: string;
  /** Of packets that have begun and not ended, of all connections. */
  readonly unfinished: SharedBudget;
  /** Called with each packet before it is handled. @param cut bytes of its payload that were thrown away. */
  readonly arrived: (packet: Packet, cut: number) => void;
}

export function guardDecoding(client: Client, { limits, address, unfinished, arrived }: DecodingParts): void {
  const parser = clientParts(client)._parser;
  const parse = parser.parse.bind(parser);
  const whole = parser._newPacket.bind(parser);
  let cutBytes = 0;
  let refused = false;
  let isFirst = true;
  checkStrings(parser, limits);
  parser._newPacket = () => {
    checkPacket(parser.packet, limits);
    arrived(parser.packet, cutBytes);
    return whole();
  };
  const refuse = (cause: Refused) => {
    if (refused) return;
    refused = true;
    parser.emit('error', cause); // as the decoder does: the connection ends
  };
  const holder: Holder = {
    group: address,
    isLetIn: () => clientParts(client).connackSent,
    end: (why) => refuse(new Refused('unfinished_bytes', QUOTA_EXCEEDED, why)),
  };
  const framing = new Framing({
    packetBytes: limits.packet_bytes,
    topicBytes: limits.topic_bytes,
    hold: (bytes) => unfinished.hold(holder, bytes),
    pass: (bytes, cut) => {
      if (refused) return;
      cutBytes = cut;
      parse(bytes);
      cutBytes = 0;
    },
    mayCut: () => parser.settings.protocolVersion === 3 || parser.settings.protocolVersion === 4,
  });
  parser.parse = (bytes) => {
    if (refused || client.closed) return 0;
    try {
      if (isFirst) checkTongue(bytes);
      isFirst = false;
      framing.feed(bytes);
    } catch (cause) {
      if (!(cause instanceof Refused)) throw cause;
      refuse(cause);
    }
    return 0;
  };
  client.conn.once('close', () => framing.close());
}

/** A mistake that is easily made, and hard to guess from what a decoder says of it. @throws Refused */
function checkTongue(bytes: Buffer): void {
  if (bytes[0] === 0x16 && bytes[1] === 0x03) throw new Refused('malformed', MALFORMED_PACKET, 'speaks TLS on a port without');
  if (/^(GET|POST|PUT|HEAD|OPTIONS) /.test(bytes.subarray(0, 8).toString('latin1')))
    throw new Refused('malformed', MALFORMED_PACKET, 'speaks HTTP on the MQTT port; MQTT over WebSocket is on that of http.listen');
}
