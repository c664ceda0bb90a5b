/**
 * Which properties a client may send with which packet (table 2-4), each once, with a value. mqtt-packet reads whatever
 * comes, makes a list of what comes twice, and leaves null or -1 where the bytes end too early.
 */
import { type Reason, reason } from './reason.ts';

const message = ['payloadFormatIndicator', 'messageExpiryInterval', 'contentType', 'responseTopic', 'correlationData', 'userProperties'];
const acknowledgement = new Set(['reasonString', 'userProperties']);

const allowed: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  [
    'connect',
    new Set([
      'sessionExpiryInterval',
      'receiveMaximum',
      'maximumPacketSize',
      'topicAliasMaximum',
      'requestResponseInformation',
      'requestProblemInformation',
      'userProperties',
      'authenticationMethod',
      'authenticationData',
    ]),
  ],
  ['will', new Set([...message, 'willDelayInterval'])],
  ['publish', new Set([...message, 'topicAlias'])],
  ['puback', acknowledgement],
  ['pubrec', acknowledgement],
  ['pubrel', acknowledgement],
  ['pubcomp', acknowledgement],
  ['subscribe', new Set(['subscriptionIdentifier', 'userProperties'])],
  ['unsubscribe', new Set(['userProperties'])],
  ['disconnect', new Set(['sessionExpiryInterval', 'reasonString', 'userProperties'])],
]);

/** @returns what is wrong with them, or `undefined`. */
export function mistakeIn(kind: string, properties: object | undefined): Reason | undefined {
  if (properties === undefined) return undefined;
  const known = allowed.get(kind);
  for (const [name, value] of Object.entries(properties)) {
    if (known?.has(name) !== true) return reason.protocolError; // also [MQTT-3.3.4-6]
    if (name === 'userProperties') {
      if (!areUserProperties(value)) return reason.malformedPacket;
    } else if (Array.isArray(value)) return reason.protocolError;
    else if (value === null || value === undefined || value === -1) return reason.malformedPacket;
  }
  return undefined;
}

function areUserProperties(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).every(
    (one) => typeof one === 'string' || (Array.isArray(one) && one.every((each) => typeof each === 'string')),
  );
}
