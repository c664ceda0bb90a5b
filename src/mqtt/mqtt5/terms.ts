/** What a CONNECT asks for (§3.1) and is granted (§3.2.2.3): the terms of one connection. */
import type { ConnectPacket } from 'aedes';
import type { IConnackPacket } from 'mqtt-packet';
import { err, ok, type Result } from '../../base/result.ts';
import { type Mqtt5Options, TIMER_MAXIMUM_S } from './options.ts';
import { mistakeIn } from './properties.ts';
import { type Reason, reason } from './reason.ts';
import { isTopicName } from './topic.ts';
import { readWill, type Will } from './will.ts';

export interface Terms {
  readonly clientId: string;
  readonly cleanStart: boolean;
  readonly sessionExpiry_s: number;
  readonly keepAlive_s: number;
  /** Messages of QoS 1 and 2 that the client takes at once. */
  readonly sendMaximum: number;
  /** 0: any. */
  readonly maximumPacketSize: number;
  readonly topicAliasMaximum: number;
  /** Whether acknowledgements may say why [MQTT-3.1.2-29]. */
  readonly problemInformation: boolean;
  readonly will: Will | undefined;
  /** What the CONNACK tells. */
  readonly granted: NonNullable<IConnackPacket['properties']>;
}

export interface Refused {
  readonly code: Reason;
  readonly why: string;
}

/** Properties that a client may leave out count as the standard says. */
export function negotiate(
  packet: ConnectPacket,
  options: Mqtt5Options,
  broker: { readonly maxTopicLevels: number; readonly keepaliveLimit: number },
  newId: () => string,
): Result<Terms, Refused> {
  const refused = objection(packet, broker.maxTopicLevels);
  if (refused !== undefined) return err(refused);
  const asked = packet.properties ?? {};
  const clientId = packet.clientId === '' ? newId() : packet.clientId;
  const sessionExpiry_s = grantSessionExpiry(asked.sessionExpiryInterval ?? 0, options);
  const keepAlive_s = cap(packet.keepalive ?? 0, options.serverKeepAlive_s || broker.keepaliveLimit);
  const granted: Terms['granted'] = {
    receiveMaximum: options.receiveMaximum,
    maximumPacketSize: options.maximumPacketSize,
    topicAliasMaximum: options.topicAliasMaximum,
    sharedSubscriptionAvailable: false,
  };
  if (clientId !== packet.clientId) granted.assignedClientIdentifier = clientId; // [MQTT-3.1.3-7]
  if (keepAlive_s !== (packet.keepalive ?? 0)) granted.serverKeepAlive = keepAlive_s; // [MQTT-3.1.2-21]
  if (sessionExpiry_s !== (asked.sessionExpiryInterval ?? 0)) granted.sessionExpiryInterval = sessionExpiry_s;
  if (asked.requestResponseInformation === true && options.responseInformation !== null)
    granted.responseInformation = options.responseInformation(clientId); // never unasked [MQTT-3.1.2-28]
  return ok({
    clientId,
    cleanStart: packet.clean ?? true,
    sessionExpiry_s,
    keepAlive_s,
    sendMaximum: Math.min(asked.receiveMaximum ?? 65_535, options.sendMaximum),
    maximumPacketSize: asked.maximumPacketSize ?? 0,
    topicAliasMaximum: Math.min(asked.topicAliasMaximum ?? 0, options.topicAliasMaximum),
    problemInformation: asked.requestProblemInformation ?? true,
    will: readWill(packet),
    granted,
  });
}

/** Never more than a timer can wait. */
export function grantSessionExpiry(asked_s: number, { sessionExpiryMaximum_s }: Mqtt5Options): number {
  return Math.min(asked_s, sessionExpiryMaximum_s, TIMER_MAXIMUM_S);
}

function objection({ properties, will, clientId }: ConnectPacket, maximumLevels: number): Refused | undefined {
  const mistake = mistakeIn('connect', properties) ?? mistakeIn('will', will?.properties);
  if (mistake !== undefined) return { code: mistake, why: 'a property of the CONNECT is wrong' };
  if (properties?.authenticationMethod !== undefined)
    return { code: reason.badAuthenticationMethod, why: 'there is no enhanced authentication here' };
  if (properties?.authenticationData !== undefined) return { code: reason.protocolError, why: 'authentication data without a method' };
  if (properties?.receiveMaximum === 0) return { code: reason.protocolError, why: 'a receive maximum of 0' };
  if (properties?.maximumPacketSize === 0) return { code: reason.protocolError, why: 'a maximum packet size of 0' };
  if (clientId.includes('\0')) return { code: reason.clientIdNotValid, why: 'a client id with NUL' };
  if (will !== undefined && !isTopicName(will.topic, maximumLevels)) return { code: reason.topicNameInvalid, why: "the will's topic" };
  return undefined;
}

/** @param limit 0: none. Without keep alive (0) a client asks for more than any limit. */
function cap(keepAlive_s: number, limit: number): number {
  if (limit === 0) return keepAlive_s;
  return keepAlive_s === 0 ? limit : Math.min(keepAlive_s, limit);
}
