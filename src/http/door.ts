/** What this room is given of others: who may come in, where MQTT is spoken, and the certificate. It imports neither. */
import type { Duplex } from 'node:stream';
import type { SecureContextOptions } from 'node:tls';

/** What a connection or request may be refused for; counted under these names. */
export type HttpGuard =
  | 'connect_timeout'
  | 'host'
  | 'http'
  | 'malformed'
  | 'origin'
  | 'packet_bytes'
  | 'subprotocol'
  | 'tls'
  | 'unfinished_bytes';

/** The embedded broker, for connections that come to it by HTTP. */
export interface MqttDoor {
  /** A connection has come, before anything is spent on it. @returns false where it was refused, and so destroyed. */
  enter(connection: Duplex, address: string): boolean;
  /** Speaks MQTT on what was made of a connection that has entered. */
  serve(stream: Duplex, address: string): void;
  /** Counts and logs who was refused: who, from where, why. */
  refused(guard: HttpGuard, address: string, why: string): void;
}

/** The certificate to serve with, which may change while we run. */
export interface Certificates {
  readonly options: SecureContextOptions;
  /** @param listener is given what new connections are to be served with from now on. */
  onChange(listener: (options: SecureContextOptions) => void): void;
}

export interface HttpLimits {
  /** Seconds from the connection to a whole request. */
  readonly connect_timeout: number;
  /** Of one MQTT packet, its fixed header not counted. */
  readonly packet_bytes: number;
  /** Of WebSocket messages that have begun and not ended, all connections together. */
  readonly unfinished_bytes: number;
}
