/** Why a client is not let in: what it is told, in both versions of MQTT, and what stands in the log. */
import type { AuthenticateError } from 'aedes';
import type { GuardName } from '../guards/tally.ts';
import { reason } from '../mqtt5/reason.ts';

/** Return code of 3.1.1 and reason code of 5, by the guard that refuses. */
const codes = {
  credentials: { returnCode: 4, reasonCode: reason.badUserNameOrPassword, told: 'bad user name or password' },
  login_rate: {
    returnCode: 3,
    reasonCode: reason.connectionRateExceeded,
    told: 'too many failed logins from this address: try again later',
  },
  client_id_taken: { returnCode: 2, reasonCode: reason.clientIdNotValid, told: 'this client id is in use by another user' },
  will: { returnCode: 5, reasonCode: reason.notAuthorized, told: 'not authorized to publish this will' },
  login_failed: { returnCode: 3, reasonCode: reason.serverUnavailable, told: 'nobody can be let in just now' },
} as const satisfies Readonly<Record<string, object>> & Readonly<Partial<Record<GuardName, object>>>;

export class RefusedLogin extends Error implements AuthenticateError {
  readonly guard: keyof typeof codes;
  readonly returnCode: 2 | 3 | 4 | 5;
  readonly reasonCode: number;
  /** For the log alone: it may say which users there are. */
  readonly why: string;

  constructor(guard: keyof typeof codes, why: string) {
    const { returnCode, reasonCode, told } = codes[guard];
    super(told);
    this.name = 'RefusedLogin';
    this.guard = guard;
    this.returnCode = returnCode;
    this.reasonCode = reasonCode;
    this.why = why;
  }
}
