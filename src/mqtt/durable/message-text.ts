/**
 * A message as JSON and back, byte for byte and with the properties of version 5. A payload that is UTF-8 stays text, for
 * size and for who looks into the file; any other is base64.
 */
import { isUtf8 } from 'node:buffer';
import type { PublishPacket } from 'aedes';
import * as z from 'zod';

type Properties = NonNullable<PublishPacket['properties']>;
type UserProperties = NonNullable<Properties['userProperties']>;

/** What a retained message, one that waits and a will have in common. */
export interface Message {
  readonly topic: string;
  readonly payload: string | Buffer;
  readonly qos: 0 | 1 | 2;
  readonly retain?: boolean;
  /** Milliseconds since 1970. */
  readonly messageExpiry?: number;
  readonly properties?: Properties | undefined;
}

const bytesSchema = z.base64().transform((text) => Buffer.from(text, 'base64'));
const qosSchema = z.union([z.literal(0), z.literal(1), z.literal(2)]);

const propertiesSchema = z.object({
  payloadFormatIndicator: z.boolean().optional(),
  messageExpiryInterval: z.int().min(0).optional(),
  contentType: z.string().optional(),
  responseTopic: z.string().optional(),
  correlationData: bytesSchema.optional(),
  userProperties: z.array(z.tuple([z.string(), z.union([z.string(), z.array(z.string())])])).optional(),
});

/** @see messageText */
export const messageSchema = z
  .object({
    t: z.string().min(1),
    s: z.string().optional(),
    b: bytesSchema.optional(),
    q: qosSchema,
    r: z.boolean().optional(),
    x: z.number().optional(),
    p: propertiesSchema.optional(),
  })
  .transform(({ t, s, b, q, r, x, p }) => ({
    topic: t,
    payload: b ?? Buffer.from(s ?? ''),
    qos: q,
    retain: r === true,
    ...(x === undefined ? {} : { messageExpiry: x }),
    ...(p === undefined ? {} : { properties: propertiesOf(p) }),
  }));

/** The message's part of a record: topic, text or bytes, QoS, retain flag, expiry, properties. */
export function messageText({ topic, payload, qos, retain, messageExpiry, properties }: Message): object {
  const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload;
  return {
    t: topic,
    ...(isUtf8(bytes) ? { s: bytes.toString() } : { b: bytes.toString('base64') }),
    q: qos,
    r: retain === true ? true : undefined,
    x: messageExpiry,
    p: properties === undefined ? undefined : propertiesText(properties),
  };
}

/** User properties as pairs: a name may be `__proto__`. */
function propertiesText(properties: Properties): object {
  const { payloadFormatIndicator, messageExpiryInterval, contentType, responseTopic, correlationData, userProperties } = properties;
  return {
    payloadFormatIndicator,
    messageExpiryInterval,
    contentType,
    responseTopic,
    correlationData: correlationData?.toString('base64'),
    userProperties: userProperties === undefined ? undefined : Object.entries(userProperties),
  };
}

function propertiesOf({ userProperties, ...rest }: z.output<typeof propertiesSchema>): Properties {
  const named: Properties = {};
  if (rest.payloadFormatIndicator !== undefined) named.payloadFormatIndicator = rest.payloadFormatIndicator;
  if (rest.messageExpiryInterval !== undefined) named.messageExpiryInterval = rest.messageExpiryInterval;
  if (rest.contentType !== undefined) named.contentType = rest.contentType;
  if (rest.responseTopic !== undefined) named.responseTopic = rest.responseTopic;
  if (rest.correlationData !== undefined) named.correlationData = rest.correlationData;
  if (userProperties === undefined) return named;
  const own: UserProperties = Object.create(null);
  for (const [name, value] of userProperties) own[name] = value;
  named.userProperties = own;
  return named;
}
