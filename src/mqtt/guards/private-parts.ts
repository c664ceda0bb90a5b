/**
 * The only place that reaches behind the types of aedes 1.2.0 (pinned exactly) and mqtt-packet 9.0.2: the members that the
 * guards read or replace, and why. Nothing else is cast.
 */
import type { Readable } from 'node:stream';
import type { Aedes, AedesPublishPacket, Client, Subscription } from 'aedes';
import type { Packet } from 'mqtt-packet';

export type Delivered = (cause?: Error | null) => void;
export type Deliver = (packet: AedesPublishPacket, done: Delivered) => void;

/** A client's decoder. Its methods are replaced on the instance; its listeners are left alone. */
export interface ParserParts {
  /** Takes bytes as they come from the connection. */
  parse: (bytes: Buffer) => number;
  /** Reads one string of a packet at `_pos`. */
  _parseString: () => string | null;
  /** Says that `packet` is whole. */
  _newPacket: () => boolean;
  packet: Packet;
  readonly _list: { slice(from: number, to: number): Buffer };
  readonly _pos: number;
  /** The CONNECT packet, once there was one. */
  readonly settings: { readonly protocolVersion?: number };
  emit(event: 'error', cause: Error): boolean;
  /** What came before the CONNACK: aedes' one listener of `connected` handles it and leaves `null`, as does the end of the connection. */
  _queue: readonly Packet[] | null;
}

export interface ClientParts {
  readonly _parser: ParserParts;
  /** Called for each message and filter that matches; a subscription keeps the one that there is when it is made. */
  deliver0: Deliver;
  deliverQoS: Deliver;
  /** Reads nothing more until aedes resumes: it pauses by itself only a turn after the CONNECT, and handled what came in between. */
  pause(): void;
  readonly subscriptions: Readonly<Record<string, { readonly qos: number } | undefined>>;
  /** Said before `connected`, which waits until all of the session has gone out. */
  readonly connackSent: boolean;
}

/** A packet as the store keeps it. */
export interface StoredPacket {
  readonly cmd?: string;
  readonly topic: string;
  readonly payload: string | Buffer;
  readonly qos: 0 | 1 | 2;
  readonly brokerId?: string;
  readonly brokerCounter?: number;
  messageId?: number | undefined;
  readonly retain?: boolean;
  readonly dup?: boolean;
  /** Milliseconds since 1970. */
  readonly messageExpiry?: number;
  readonly properties?: AedesPublishPacket['properties'];
}

/** What takes the place of a message of QoS 2 that was received. Told from others by a number, as messages are. */
export function releaseOf(messageId: number): Partial<StoredPacket> {
  return { cmd: 'pubrel', messageId, brokerId: 'release', brokerCounter: messageId };
}

/** Whose: a client that is there, or the id of one that is not. */
export interface Owner {
  readonly id: string;
}

/** Aedes' persistence, as it calls it. Methods are replaced on the instance. */
export interface StoreParts {
  storeRetained: (packet: StoredPacket) => Promise<void>;
  createRetainedStream: (filter: string) => Readable;
  createRetainedStreamCombi: (filters: readonly string[]) => Readable;
  addSubscriptions: (client: Owner, subscriptions: Subscription[]) => Promise<unknown>;
  removeSubscriptions: (client: Owner, filters: string[]) => Promise<unknown>;
  cleanSubscriptions: (client: Owner) => Promise<unknown>;
  cleanIncoming?: (client: Owner) => Promise<unknown>;
  incomingStorePacket: (client: Owner, packet: StoredPacket) => Promise<unknown>;
  incomingDelPacket: (client: Owner, packet: Pick<StoredPacket, 'messageId'>) => Promise<unknown>;
  outgoingEnqueue: (subscription: { readonly clientId: string }, packet: StoredPacket) => Promise<unknown>;
  outgoingEnqueueCombi: (subscriptions: readonly { readonly clientId: string }[], packet: StoredPacket) => Promise<unknown>;
  outgoingUpdate: (client: Owner, packet: Partial<StoredPacket>) => Promise<unknown>;
  outgoingClearMessageId: (client: Owner, packet: StoredPacket) => Promise<StoredPacket | undefined>;
  outgoingStream: (client: Owner) => Readable;
}

export function clientParts(client: Client): ClientParts {
  return client as Client & ClientParts;
}

/** There once aedes listens. */
export function storeParts(aedes: Aedes): StoreParts {
  return (aedes as Aedes & { readonly persistence: StoreParts }).persistence;
}
