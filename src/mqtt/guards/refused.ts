/** Why a guard ends a connection, for whoever tells the client: MQTT 5 has a code for it, 3.1.1 only the end. */
import type { GuardName } from './tally.ts';

export class Refused extends Error {
  readonly guard: GuardName;
  /** Of an MQTT 5 DISCONNECT. */
  readonly reasonCode: number;

  constructor(guard: GuardName, reasonCode: number, message: string) {
    super(message);
    this.name = 'Refused';
    this.guard = guard;
    this.reasonCode = reasonCode;
  }
}

/** Which guard has ended a connection, or `null`. Aedes says of its own only in words which it was. */
export function guardBehind(cause: Error): GuardName | null {
  if (cause instanceof Refused) return cause.guard;
  if (cause.message === 'connect did not arrive in time') return 'connect_timeout';
  return cause.message === 'drain timeout' || cause.message.includes('does not read') ? 'stuck_client' : null;
}

export const MALFORMED_PACKET = 0x81;
export const TOPIC_NAME_INVALID = 0x90;
export const PACKET_TOO_LARGE = 0x95;
export const QUOTA_EXCEEDED = 0x97;
