/** A message of ours on its way out, whichever broker carries it. */
export type Qos = 0 | 1 | 2;

export interface MessageProperties {
  /** Where it came from, for the receiver and for holding back echoes. */
  readonly userProperties?: Readonly<Record<string, string>>;
  /** By which the receiver knows what it answers. */
  readonly correlationData?: Buffer;
  readonly contentType?: string;
}

export interface Message {
  readonly topic: string;
  readonly payload: string;
  readonly qos: Qos;
  readonly retain: boolean;
  /** Of MQTT 5; older clients do not see them. */
  readonly properties?: MessageProperties;
}

/** What means something as bytes; only the broker inside carries such. */
export interface BytesMessage extends Omit<Message, 'payload'> {
  readonly payload: Uint8Array;
}

export const JSON_TYPE = 'application/json';

/** @param more properties besides the content type. */
export function jsonMessage(topic: string, payload: string, qos: Qos, retain: boolean, more: MessageProperties = {}): Message {
  return { topic, payload, qos, retain, properties: { contentType: JSON_TYPE, ...more } };
}
