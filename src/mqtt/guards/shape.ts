/**
 * What a packet may look like beyond what the decoder checks: text that is text, topics and ids of a sane length. The
 * decoder itself reads broken UTF-8 as U+FFFD and lets NUL pass [MQTT-1.5.3-1, MQTT-1.5.3-2].
 */
import type { Packet } from 'mqtt-packet';
import type { MqttLimits } from '../../model/config-limits.ts';
import type { ParserParts } from './private-parts.ts';
import { MALFORMED_PACKET, Refused, TOPIC_NAME_INVALID } from './refused.ts';

/** What the trees of topics behind us are built for; deeper ones would throw there. */
export const TOPIC_LEVELS = 32;

/** A SUBSCRIBE or UNSUBSCRIBE of more than so many times `filters_per_packet` ends the connection; up to there each filter is answered. */
const FILTERS_TIMES = 16;
/** Of any other packet: names, topics and user properties. Beyond, it is malformed, as reading and passing them on would hold up everybody. */
const TEXTS_MOST = 1024;

/** Reads strings as the decoder does, and refuses those that are not text, or too many, before any more are read. @throws Refused */
export function checkStrings(parser: ParserParts, limits: Pick<MqttLimits, 'filters_per_packet'>): void {
  const read = parser._parseString.bind(parser);
  let texts = 0;
  let packet: Packet | null = null;
  const count = () => {
    texts = packet === parser.packet ? texts + 1 : 1;
    packet = parser.packet;
    const most = asksForFilters(packet) ? limits.filters_per_packet * FILTERS_TIMES : TEXTS_MOST;
    if (texts > most) throw new Refused('malformed', MALFORMED_PACKET, `a ${packet.cmd.toUpperCase()} of more than ${most} texts`);
  };
  parser._parseString = () => {
    count();
    const from = parser._pos + 2;
    const text = read();
    if (text === null) return null;
    if (text.includes('\0')) throw new Refused('malformed', MALFORMED_PACKET, 'a text holds NUL');
    if (text.includes('\uFFFD') && !parser._list.slice(from, parser._pos).equals(Buffer.from(text)))
      throw new Refused('malformed', MALFORMED_PACKET, 'a text is no UTF-8');
    return text;
  };
}

/** @throws Refused where a whole packet lacks its identifier, or a topic or filter of it is too long or too deep. */
export function checkPacket(packet: Packet, limits: MqttLimits): void {
  // the decoder reads -1 where there are no bytes left for it [MQTT-2.2.1-3]
  if (packet.messageId !== undefined && packet.messageId < 1)
    throw new Refused('malformed', MALFORMED_PACKET, `a ${packet.cmd.toUpperCase()} without packet identifier`);
  for (const topic of topicsOf(packet)) checkTopic(topic, limits.topic_bytes);
  if (packet.cmd === 'connect' && packet.will !== undefined && (packet.will.topic === '' || /[+#]/.test(packet.will.topic)))
    throw new Refused('malformed', TOPIC_NAME_INVALID, 'the topic of a will is empty or holds a wildcard');
}

function asksForFilters({ cmd }: Packet): boolean {
  return cmd === 'subscribe' || cmd === 'unsubscribe';
}

function topicsOf(packet: Packet): readonly string[] {
  switch (packet.cmd) {
    case 'publish':
      return [packet.topic];
    case 'subscribe':
      return packet.subscriptions.map(({ topic }) => topic);
    case 'unsubscribe':
      return packet.unsubscriptions;
    case 'connect':
      return packet.will === undefined ? [] : [packet.will.topic];
    default:
      return [];
  }
}

function checkTopic(topic: string, bytes: number): void {
  if (topic.length > bytes || Buffer.byteLength(topic) > bytes)
    throw new Refused('malformed', TOPIC_NAME_INVALID, `a topic may have ${bytes} bytes: ${topic.slice(0, 60)}…`);
  if (levels(topic) > TOPIC_LEVELS) throw new Refused('malformed', TOPIC_NAME_INVALID, `a topic may have ${TOPIC_LEVELS} levels`);
}

function levels(topic: string): number {
  let count = 1;
  for (let at = topic.indexOf('/'); at !== -1; at = topic.indexOf('/', at + 1)) count += 1;
  return count;
}
