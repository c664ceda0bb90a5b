/**
 * Everything of aedes 1.2.0 and mqtt-packet 9.0.2 that is touched here and that their types leave out; nothing else in
 * this folder knows a private member. Both are pinned exactly, and the self-check proves at start that all this holds.
 *
 * - `aedes.clients`, `aedes.persistence`, `aedes.maxTopicLevels`, `aedes.queueLimit`, `aedes.keepaliveLimit`, `aedes.publish(packet, client, done)`
 * - `aedes.registerClient(client)`: called once a client is authenticated, before its CONNACK
 * - `client._parser`, whose one listener of `packet` takes a packet into aedes; `client._nextBatch()` takes the next ones
 * - `client.deliver0`, `client.deliverQoS`: looked up when a subscription is made, called for each message of it
 * - `client.subscriptions[filter].qos`: lowers the QoS of a message whose topic equals the filter
 * - `parser.settings`, `parser.packet`, `parser._pos`, and `parser._parseLength()`, called once a fixed header is read
 * - `mqttPacket.writeToStream` is read anew for each packet that aedes writes
 */
import type { Readable } from 'node:stream';
import type { Aedes, AedesPublishPacket, Client, PublishPacket } from 'aedes';
import type { Packet } from 'mqtt-packet';

type Done = (cause?: Error | null) => void;
export type Deliver = (packet: AedesPublishPacket, done: Done) => void;

export interface ParserInside {
  settings: object;
  readonly packet: { readonly cmd?: string; readonly length: number };
  readonly _pos: number;
  _parseLength(): boolean;
  listeners(event: 'packet'): ((packet: Packet) => void)[];
  off(event: 'packet', listener: (packet: Packet) => void): void;
  on(event: 'packet', listener: (packet: Packet) => void): void;
  on(event: 'error', listener: (cause: Error) => void): void;
  removeAllListeners(event: 'packet' | 'error'): void;
}

export interface ClientInside {
  clean: boolean;
  version: number;
  readonly _parser: ParserInside;
  readonly _nextBatch: (cause?: Error) => void;
  readonly subscriptions: Readonly<Record<string, { qos: number } | undefined>>;
  deliver0: Deliver;
  deliverQoS: Deliver;
}

/** A message as a store keeps it. */
export type Stored = AedesPublishPacket & { messageId?: number | undefined };
type StoredStream = AsyncIterable<Stored> & Readable;
interface ById {
  readonly id: string;
}
interface Identified {
  readonly messageId?: number | undefined;
}

export interface Persistence {
  createRetainedStreamCombi(filters: readonly string[]): StoredStream | Readable;
  storeRetained(packet: Stored): Promise<unknown>;
  cleanSubscriptions(client: ById): Promise<unknown>;
  cleanIncoming?(client: ById): Promise<unknown>;
  outgoingStream(client: ById): StoredStream;
  outgoingUpdate(client: ById, packet: Identified): Promise<unknown>;
  outgoingClearMessageId(client: ById, packet: Identified): Promise<unknown>;
}

export interface AedesInside {
  readonly clients: Readonly<Record<string, InnerClient | undefined>>;
  readonly persistence: Persistence;
  readonly maxTopicLevels: number;
  readonly queueLimit: number;
  readonly keepaliveLimit: number;
  registerClient(client: Client): void;
  publish(packet: PublishPacket, client: Client | null, done: Done): void;
}

export type InnerClient = Client & ClientInside;
export type InnerAedes = Omit<Aedes, 'publish'> & AedesInside;

/** The typed view of the private members: the two casts of this folder. */
export function insideBroker(aedes: Aedes): InnerAedes {
  return aedes as Aedes & AedesInside;
}

export function insideClient(client: Client): InnerClient {
  return client as InnerClient;
}
