/** The MQTT room as the daemon sees it, whether the broker is ours or another one. */
import type { Duplex } from 'node:stream';
import type { Catalog } from '../model/catalog.ts';
import type { Config } from '../model/config.ts';
import type { ZoneState } from '../model/state.ts';
import type { Announcer } from './announcer.ts';
import type { GuardName } from './guards/tally.ts';
import type { Previews } from './previews/previews.ts';

/** The way into an embedded broker for connections that come in otherwise than by its own ports. */
export interface Door {
  /** A connection has come, before anything is spent on it. @returns false where it was refused, and so destroyed. */
  enter(connection: Duplex, address: string): boolean;
  /** Speaks MQTT on what was made of a connection that has entered. */
  serve(stream: Duplex, address: string): void;
  /** Counts and logs who was refused: who, from where, why. */
  refused(guard: GuardName, address: string, why: string): void;
}

export interface MqttRoom {
  /** Left out where another broker is used. */
  readonly door?: Door;
  readonly announcer: Announcer;
  /** Left out where another broker is used: nobody here knows who watches there. */
  readonly previews?: Previews;
  /** `null` where another broker knows. */
  readonly connectedClients: number | null;
  /** What the guards refused, by their names. */
  readonly guards: Readonly<Record<string, number>>;
  /** Another one with each connection to another broker, `null` while there is none; the one inside is always there. */
  readonly link: number | null;
  /** From here on messages can be published; nobody can send one yet. */
  open(): Promise<void>;
  /**
   * From here on commands come in.
   * @throws Fault where an address cannot be listened on. @returns where clients find us, with the ports that were taken.
   */
  listen(): Promise<readonly string[]>;
  /** Publishes what there is to command and the state of every zone and group: at start, and when the config changed. */
  announce(info: Record<string, unknown>, states: ReadonlyMap<string, ZoneState>, groups: Catalog['groups']): void;
  /**
   * Calls the listener with what others publish there from now on. To be called before `listen`.
   * @param topic not ours, without wildcards.
   */
  hear(topic: string, listener: (payload: string) => void): void;
  /** Takes what a reload changes of it, and judges everybody who is connected anew. */
  reconfigure(config: Config['mqtt']): void;
  /** Accounts or tokens have changed: who may not be here any more has to go. */
  reviewAccounts(): void;
  /** The engine ends: where another broker keeps commands for our next start, they are left with it. Left out where none does. */
  hold?(): void;
  stop(): Promise<void>;
}
