/**
 * Whether a CONNECT is taken. What is refused is told in the CONNACK: aedes asks before it knows who connects, and again
 * when it may answer, so the verdict waits in between.
 */
import type { AuthenticateError, Client, ConnectPacket } from 'aedes';
import type { MqttLimits } from '../../model/config-limits.ts';
import type { GuardName } from './tally.ts';

const IDENTIFIER_REJECTED = 2;
const SERVER_UNAVAILABLE = 3;

export interface Rejection {
  readonly guard: GuardName;
  readonly returnCode: 2 | 3;
  readonly why: string;
}

export class ConnectCheck {
  readonly #limits: MqttLimits;
  readonly #roomFor: (clientId: string) => boolean;
  readonly #rejected = new WeakMap<Client, Rejection>();

  /** @param roomFor says whether one more session may be kept beyond its connection. */
  constructor(limits: MqttLimits, roomFor: (clientId: string) => boolean) {
    this.#limits = limits;
    this.#roomFor = roomFor;
  }

  /** @returns why it will be rejected, or `null`. */
  check(client: Client, packet: ConnectPacket): Rejection | null {
    const rejection = this.#judge(packet);
    if (rejection !== null) this.#rejected.set(client, rejection);
    return rejection;
  }

  /** What aedes is told when it asks who that is; `null` where nothing speaks against the client. */
  verdict(client: Client): AuthenticateError | null {
    const rejection = this.#rejected.get(client);
    return rejection === undefined ? null : Object.assign(new Error(rejection.why), { returnCode: rejection.returnCode });
  }

  #judge(packet: ConnectPacket): Rejection | null {
    const { clientId, clean, protocolVersion } = packet;
    const longest = this.#limits.client_id_bytes;
    if (Buffer.byteLength(clientId) > longest) return rejected('client_id', IDENTIFIER_REJECTED, `a client id may have ${longest} bytes`);
    // [MQTT-3.1.3-8]; MQTT 5 gives such a client an id
    if (clientId === '' && clean === false && protocolVersion !== 5)
      return rejected('client_id', IDENTIFIER_REJECTED, 'a session to keep needs a client id');
    if (!keepsSession(packet) || this.#roomFor(clientId)) return null;
    return rejected('sessions', SERVER_UNAVAILABLE, `${this.#limits.stored_sessions} sessions are kept`);
  }
}

/** Whether the session outlives its connection: with version 5 that is said apart from a clean start (§3.1.2.11.2). */
export function keepsSession({ clean, protocolVersion, properties }: ConnectPacket): boolean {
  return protocolVersion === 5 ? (properties?.sessionExpiryInterval ?? 0) > 0 : clean === false;
}

function rejected(guard: GuardName, returnCode: 2 | 3, why: string): Rejection {
  return { guard, returnCode, why };
}
