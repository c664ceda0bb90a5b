/**
 * Whether a CONNECT is taken, as far as it says so itself. What is refused is told in the CONNACK: aedes asks before it knows who connects, and again
 * when it may answer, so the verdict waits in between.
 */
import type { AuthenticateError, Client, ConnectPacket } from 'aedes';
import type { MqttLimits } from '../../model/config-limits.ts';
import { QUOTA_EXCEEDED } from './refused.ts';
import type { GuardName } from './tally.ts';

const IDENTIFIER_REJECTED = 2;
const SERVER_UNAVAILABLE = 3;

export interface Rejection {
  readonly guard: GuardName;
  readonly returnCode: 2;
  readonly why: string;
}

export class ConnectCheck {
  readonly #limits: MqttLimits;
  readonly #rejected = new WeakMap<Client, Rejection>();

  constructor(limits: MqttLimits) {
    this.#limits = limits;
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

  #judge({ clientId, clean, protocolVersion }: ConnectPacket): Rejection | null {
    const longest = this.#limits.client_id_bytes;
    if (Buffer.byteLength(clientId) > longest) return rejected('client_id', IDENTIFIER_REJECTED, `a client id may have ${longest} bytes`);
    // [MQTT-3.1.3-8]; MQTT 5 gives such a client an id
    if (clientId === '' && clean === false && protocolVersion !== 5)
      return rejected('client_id', IDENTIFIER_REJECTED, 'a session to keep needs a client id');
    return null;
  }
}

/** What a client is told whose session cannot be kept; of version 5 that a quota is exceeded. */
export function noRoom(why: string): AuthenticateError {
  return Object.assign(new Error(why), { returnCode: SERVER_UNAVAILABLE, reasonCode: QUOTA_EXCEEDED } as const);
}

/** Whether the session outlives its connection: with version 5 that is said apart from a clean start (§3.1.2.11.2). */
export function keepsSession({ clean, protocolVersion, properties }: ConnectPacket): boolean {
  return protocolVersion === 5 ? (properties?.sessionExpiryInterval ?? 0) > 0 : clean === false;
}

function rejected(guard: GuardName, returnCode: 2, why: string): Rejection {
  return { guard, returnCode, why };
}
