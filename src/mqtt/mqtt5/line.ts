/** What the parts of a connection see of it. */
import type { Aedes, AedesPublishPacket, Subscription } from 'aedes';
import type { Packet } from 'mqtt-packet';
import type { Counters } from './counters.ts';
import type { InnerAedes, InnerClient } from './inside.ts';
import type { Mqtt5Options } from './options.ts';
import type { Reason } from './reason.ts';
import type { Retained } from './retained.ts';
import type { Sessions } from './sessions.ts';
import type { Subscriptions } from './subscriptions.ts';
import type { Terms } from './terms.ts';
import type { Will } from './will.ts';

/** What all connections of a broker share. */
export interface Layer {
  readonly broker: InnerAedes;
  readonly options: Mqtt5Options;
  readonly counters: Counters;
  /** Messages that the gate keeps from a client. */
  readonly withheld: WeakSet<object>;
  readonly sessions: Sessions;
  readonly retained: Retained;
  /** The gate's own. */
  readonly authorizeSubscribe: Aedes['authorizeSubscribe'];
  /** What is granted of a session expiry. */
  sessionExpiry_s(asked_s: number): number;
  /** Ends the connection that a client id has now, if any [MQTT-3.1.4-3]. */
  closeOther(clientId: string): Promise<void>;
  /** Ends the session in the store. */
  wipe(clientId: string): Promise<void>;
  /** Ends a message that was not sent, as if it had been acknowledged. */
  finish(client: InnerClient, messageId: number): void;
  /** Takes a message out of a session that is not to have it. */
  withhold(client: InnerClient, packet: AedesPublishPacket): void;
  publishWill(client: InnerClient, will: Will): void;
  /** The connection of a client is no more. */
  ended(client: InnerClient): void;
}

export interface Line {
  readonly layer: Layer;
  readonly client: InnerClient;
  readonly terms: Terms;
  readonly subscriptions: Subscriptions;
  /** Writes a packet to the client. @returns false where the stream wants to be drained first. */
  write(packet: Packet): boolean;
  /** Asks the gate. */
  authorizeSubscribe(subscription: Subscription, done: (allowed: Subscription | undefined) => void): void;
  /** Hands a packet to aedes, as if it had read it. */
  pass(packet: Packet): void;
  /** Delivers a message through aedes at exactly the QoS it has. */
  deliver(packet: AedesPublishPacket, done: () => void): void;
  /** Tells the client why, and ends the connection [MQTT-4.13.1-1]. @returns true, as `write` does. */
  fail(code: Reason, why: string): boolean;
  /** What an acknowledgement may say besides its code. */
  explain(why: string): { readonly properties?: { readonly reasonString: string } };
}
