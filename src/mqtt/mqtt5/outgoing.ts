/** A message on its way to a client, and what it must carry past aedes, which copies a packet but keeps its `properties`. */
import type { IPublishPacket } from 'mqtt-packet';

export type Properties = NonNullable<IPublishPacket['properties']>;

/** A message as aedes writes it. */
export type Outgoing = IPublishPacket & {
  /** Milliseconds since 1970; kept by aedes and its stores, never on the wire. */
  messageExpiry?: number;
};

export interface Note {
  /** `stored`: sent in answer to a SUBSCRIBE; `live`: published with the flag while subscribed to. */
  readonly retained: 'stored' | 'live';
  /** Of the subscription that asked for it. */
  readonly identifier?: number | undefined;
}

const notes = new WeakMap<Properties, Note>();

/** @returns properties equal to these that bear a note. */
export function withNote(properties: Properties | undefined, note: Note): Properties {
  const own = { ...properties };
  notes.set(own, note);
  return own;
}

export function noteOf({ properties }: Outgoing): Note | undefined {
  return properties === undefined ? undefined : notes.get(properties);
}

/** Relative seconds on the wire become a moment inside, so that what is left can be told on delivery [MQTT-3.3.2-6]. */
export function expiryOf(properties: { readonly messageExpiryInterval?: number } | undefined, now_ms: number): { messageExpiry?: number } {
  const interval_s = properties?.messageExpiryInterval;
  return interval_s === undefined ? {} : { messageExpiry: now_ms + interval_s * 1000 };
}

export function hasExpired({ messageExpiry }: { readonly messageExpiry?: number }, now_ms: number): boolean {
  return messageExpiry !== undefined && messageExpiry < now_ms;
}
