/** A packet of another broker as the inbox takes it. Pure. */
import type { IPublishPacket } from 'mqtt-packet';
import type { Incoming } from '../inbox.ts';

/** @param nowMs milliseconds since 1970, when it came. */
export function incomingOf({ topic, payload, qos, properties }: IPublishPacket, nowMs: number): Incoming {
  const { responseTopic, correlationData, messageExpiryInterval } = properties ?? {};
  const replyTo = responseTopic === undefined ? null : { topic: responseTopic, correlationData };
  return { topic, payload, qos, replyTo, expiresMs: messageExpiryInterval === undefined ? null : nowMs + messageExpiryInterval * 1000 };
}
