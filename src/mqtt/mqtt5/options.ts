/** What the broker grants a client of version 5; the defaults suit a Raspberry Pi. */
import type { PublishPacket } from 'aedes';
import type { Logger } from '../../base/logger.ts';
import { noMemory, type SessionMemory } from './session-memory.ts';
import type { Write } from './wire.ts';

export interface Mqtt5Options {
  readonly logger: Logger;
  /** Bytes a packet may have after its fixed header; a larger one is refused from that header. */
  readonly maximumPacketSize: number;
  /** QoS 2 messages that a client may have unfinished with us. */
  readonly receiveMaximum: number;
  /** Messages of QoS 1 and 2 that we have unfinished with a client, where it does not want fewer. */
  readonly sendMaximum: number;
  /** Messages, and bytes of them, that wait for a client's acknowledgements; past either the oldest is dropped. */
  readonly waitingMaximum: number;
  readonly waitingBytesMaximum: number;
  /** Topic aliases a client may use with us, and we with it. */
  readonly topicAliasMaximum: number;
  /** A session lives so long without its client, whatever the client asks for. At most 24 days: a timer's range. */
  readonly sessionExpiryMaximum_s: number;
  /** Sessions kept without their client; past it the one left longest ago ends. */
  readonly sessionsMaximum: number;
  /** Filters in one SUBSCRIBE, and in one session; more are refused with 0x97. */
  readonly filtersPerPacketMaximum: number;
  readonly filtersPerSessionMaximum: number;
  /** The longest keep alive accepted; 0: any, also none. */
  readonly serverKeepAlive_s: number;
  /** Told to a client that asks for response information: where it may have its replies sent. */
  readonly responseInformation: ((clientId: string) => string) | null;
  /** The store may hold messages of an earlier process, so that expired ones may be in it from the start. */
  readonly durableStore: boolean;
  /** Aedes takes messages out of a session's queue by no number at all: whether to mend that here, as nobody else does. */
  readonly mendsForgetting: boolean;
  /** A session of version 5 has come to its end, and nothing of it is in the store any more. */
  readonly sessionEnded: (clientId: string) => void;
  /** Hears of what must outlive the process. */
  readonly memory: SessionMemory;
  /** Asks whether a client of an earlier process may publish its will; `admitted` is called once that is decided. */
  readonly authorizeWill: (clientId: string, packet: PublishPacket, admitted: () => void) => void;
  /** A client that was told to go has so long to read why. */
  readonly linger_ms: number;
  readonly wallMs: () => number;
  /** Writes a packet to a client of 3.1 or 3.1.1; left out: the codec does. */
  readonly writeOlder?: Write;
}

export const defaults: Omit<Mqtt5Options, 'logger'> = {
  maximumPacketSize: 262_144,
  receiveMaximum: 1000,
  sendMaximum: 1000,
  waitingMaximum: 10_000,
  waitingBytesMaximum: 8_388_608,
  topicAliasMaximum: 16,
  sessionExpiryMaximum_s: 604_800,
  sessionsMaximum: 1000,
  filtersPerPacketMaximum: 64,
  filtersPerSessionMaximum: 256,
  serverKeepAlive_s: 0,
  responseInformation: null,
  durableStore: false,
  mendsForgetting: true,
  sessionEnded: () => undefined,
  memory: noMemory,
  authorizeWill: (_clientId, _packet, admitted) => admitted(),
  linger_ms: 2000,
  wallMs: () => Date.now(),
};

/** The longest that a timer of Node's can wait. */
export const TIMER_MAXIMUM_S = 2_147_483;
