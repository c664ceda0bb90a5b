/** What each way of losing a broker, or of being refused by it, means and what helps. Pure. */
import type { Loss } from './link.ts';

/** Both versions' CONNACK codes, and reason codes of DISCONNECT. */
const NOT_THIS_VERSION = [1, 0x84];
const BAD_ID = [2, 0x85];
const BAD_CREDENTIALS = [4, 0x86];
const NOT_AUTHORIZED = [5, 0x87];
const TAKEN_OVER = 0x8e;

/** Why a connection ended of which nothing else is known: neither an error nor a word of the broker. */
export const CLOSED = 'the connection was closed';

/** The broker does not speak the version that it was spoken to in, and says so. */
export function isVersionRefused({ code, wasUp }: Loss): boolean {
  return !wasUp && includes(NOT_THIS_VERSION, code);
}

/** Another client came with our id. */
export function isTakenOver({ code, wasUp }: Loss): boolean {
  return wasUp && code === TAKEN_OVER;
}

/** A broker of old may close the connection without a word where it does not know the version [MQTT-3.1.2-2]. */
export function isClosedWithoutAWord({ why, code, wasUp }: Loss): boolean {
  return !wasUp && (why === CLOSED || code === 'ECONNRESET');
}

export const OTHER_WITH_OUR_ID = 'another client uses the same id: give each daemon its own mqtt.broker.client_id';

export function cureOf({ code, why, cure }: Loss): string {
  if (cure !== undefined) return cure;
  if (code === 'ECONNREFUSED') return 'start the broker (systemctl start mosquitto), or correct mqtt.broker_url';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'correct the host in mqtt.broker_url, or mend name resolution';
  if (includes(BAD_CREDENTIALS, code)) return 'correct mqtt.broker.username and the first line of mqtt.broker.password_file';
  if (includes(NOT_AUTHORIZED, code)) return 'let mqtt.broker.username log in with mqtt.broker.client_id at the broker';
  if (includes(BAD_ID, code)) return 'choose a mqtt.broker.client_id that the broker takes';
  if (code === TAKEN_OVER) return OTHER_WITH_OUR_ID;
  if (/certificate|self.signed|altname|issuer|TLS|SSL/i.test(`${String(code)} ${why}`))
    return "name the file of the broker's certificate authority in mqtt.broker.ca, and the host as its certificate does";
  return 'see the log of the broker';
}

function includes(codes: readonly number[], code: number | string | null): boolean {
  return typeof code === 'number' && codes.includes(code);
}
