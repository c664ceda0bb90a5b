/** `mqtt.limits`: what one client, one address and all of them together may take of the broker. */
import * as z from 'zod';
import { decimal, integer } from './fields.ts';

const KiB = 1024;
const MiB = 1024 * KiB;

export const mqttLimitsSchema = z.strictObject({
  connections: integer(1, 100_000).default(2000),
  connections_per_address: integer(1, 100_000).default(200),
  /** Seconds from the connection to its CONNECT. */
  connect_timeout: decimal(0.1, 300).default(10),
  /** Seconds: the longest keep alive granted to a client of MQTT 5; 0: any, also none. Older clients cannot be told. */
  keep_alive: integer(0, 65_535).default(0),
  /** Of one packet, its fixed header not counted. The first one may have 64 KiB at most, its will with it; 16 KiB where that will has a delay. */
  packet_bytes: integer(KiB, 64 * MiB).default(256 * KiB),
  /** Of packets that have begun and not ended, all connections together; a quarter of it for those that are not let in yet. Past it who holds most is ended. */
  unfinished_bytes: integer(64 * KiB, 1024 * MiB).default(16 * MiB),
  /** More are refused one by one; sixteen times as many in one packet end the connection. */
  filters_per_packet: integer(1, 10_000).default(64),
  filters_per_session: integer(1, 100_000).default(256),
  topic_bytes: integer(64, 65_535).default(512),
  client_id_bytes: integer(23, 65_535).default(128),
  /** A client with more bytes than these waiting for it misses messages of QoS 0. */
  slow_client_bytes: integer(16 * KiB, 256 * MiB).default(MiB),
  /** A client with more bytes than these waiting for it is disconnected. */
  stuck_client_bytes: integer(64 * KiB, 1024 * MiB).default(8 * MiB),
  /** Seconds that a client may read nothing of what waits for it. */
  drain_timeout: decimal(0.1, 3600).default(10),
  /** Messages of QoS 1 and 2 that a client may leave unacknowledged; the next wait. */
  in_flight: integer(1, 65_535).default(20),
  /**
   * Messages that wait so, for a client that is there; past it, or past `stuck_client_bytes`, the oldest is dropped. Room
   * for all events that may wait to be told (2,048), and as many replies and states.
   */
  waiting_messages: integer(1, 100_000).default(4096),
  /** A client's own, to the broker. */
  messages_per_second: decimal(1, 1_000_000).default(500),
  message_burst: integer(1, 1_000_000).default(1000),
  /** Outside our own base topic, count and bytes. */
  retained_topics: integer(0, 1_000_000).default(10_000),
  retained_bytes: integer(0, 1024 * MiB).default(16 * MiB),
  /** Past it the user with the most loses the one left longest ago; without users a new one is refused. */
  stored_sessions: integer(0, 100_000).default(1000),
  /** Past it the user's next one is refused. */
  sessions_per_user: integer(1, 100_000).default(100),
  /** Seconds that a session outlives its client. */
  session_expiry: decimal(1, 31_536_000).default(604_800),
  /** For a session whose client is away, count and bytes; past them the oldest are dropped. */
  session_messages: integer(1, 100_000).default(1000),
  session_bytes: integer(KiB, 1024 * MiB).default(4 * MiB),
  /** For all of those sessions together, a message counted once for each; past it the oldest of the largest are dropped. */
  queued_bytes: integer(KiB, 4096 * MiB).default(64 * MiB),
});
export type MqttLimits = z.infer<typeof mqttLimitsSchema>;
