/** Whether a request may become an MQTT connection over WebSocket [MQTT-5.0 section 6, RFC 6455 section 4.2.1]. Pure. */
import type { IncomingMessage } from 'node:http';
import type { HttpGuard } from './door.ts';
import type { Reply } from './replies.ts';

export const MQTT_PATH = '/mqtt';
/** `mqtt` since MQTT 3.1.1 [MQTT-6.0.0-3]; clients of 3.1 ask for the other. */
const subprotocols = ['mqtt', 'mqttv3.1'] as const;
export type Subprotocol = (typeof subprotocols)[number];

export type UpgradeRefusal = Reply & { readonly guard: HttpGuard };

/** Host and Origin are judged elsewhere. @returns why not, with a status that says what kind of mistake it was, or `null`. */
export function refuseUpgrade({ method, url, headers }: Pick<IncomingMessage, 'method' | 'url' | 'headers'>): UpgradeRefusal | null {
  if (pathOf(url) !== MQTT_PATH) return { guard: 'http', status: 404, text: `nothing is here: MQTT over WebSocket is at ${MQTT_PATH}` };
  if (method !== 'GET') return { guard: 'http', status: 405, text: 'a WebSocket begins with GET', headers: { Allow: 'GET' } };
  if (headers.upgrade?.toLowerCase() !== 'websocket') return { guard: 'http', ...upgradeNeeded };
  if (headers['sec-websocket-version'] !== '13')
    return { guard: 'http', status: 426, text: 'WebSocket version 13 is spoken here', headers: upgradeHeaders };
  if (!/^[+/0-9A-Za-z]{22}==$/.test(headers['sec-websocket-key'] ?? ''))
    return { guard: 'http', status: 400, text: 'Sec-WebSocket-Key must be 16 bytes in base64' };
  if (chooseSubprotocol(headers['sec-websocket-protocol']) === null)
    return { guard: 'subprotocol', status: 400, text: 'Sec-WebSocket-Protocol must offer mqtt' };
  return null;
}

/** [RFC 6455, 4.4 and RFC 9110, 15.5.22] */
const upgradeHeaders = { Upgrade: 'websocket', 'Sec-WebSocket-Version': '13' } as const;
export const upgradeNeeded: Reply = { status: 426, text: 'MQTT over WebSocket is spoken here', headers: upgradeHeaders };

/** @param offered as the header has it. */
export function chooseSubprotocol(offered: string | undefined): Subprotocol | null {
  const names = (offered ?? '').split(',').map((name) => name.trim());
  return subprotocols.find((known) => names.includes(known)) ?? null;
}

export function pathOf(url: string | undefined): string {
  return (url ?? '').split('?', 1)[0] ?? '';
}
