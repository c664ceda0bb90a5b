/** What a page in somebody's browser may try: another origin, a name that was rebound, no MQTT at all, text for bytes. */
import { generate } from 'mqtt-packet';
import { WebSocket } from 'ws';
import { type Attack, fact, type Target } from '../attack.ts';
import { within } from '../peer.ts';

interface Attempt {
  readonly headers?: Readonly<Record<string, string>>;
  readonly subprotocol?: string;
  readonly isText?: boolean;
}

const attempts: Readonly<Record<string, Attempt>> = {
  'foreign Origin': { headers: { origin: 'https://evil.example' } },
  'foreign Host': { headers: { host: 'evil.example' } },
  'subprotocol chat': { subprotocol: 'chat' },
  'text frame': { isText: true },
};
/** The one that has to work, or the others say nothing. */
const RIGHT = 'as it should be';
const WAIT_MS = 1000;

/** All its bytes are ASCII, so that a text frame can carry it. */
const connect = generate({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: true, clientId: 'page', keepalive: 0 });

/** @returns 1 where the broker said CONNACK 0. */
async function attempt({ httpPort }: Target, { headers = {}, subprotocol = 'mqtt', isText = false }: Attempt): Promise<number> {
  const webSocket = new WebSocket(`ws://127.0.0.1:${httpPort}/mqtt`, subprotocol, { headers });
  let heard = Buffer.alloc(0);
  webSocket.on('message', (data: Buffer) => {
    heard = Buffer.concat([heard, data]);
  });
  webSocket.on('error', () => undefined); // it closes then
  webSocket.on('open', () => webSocket.send(connect, { binary: !isText }));
  const isLetIn = () => heard[0] === 0x20 && heard[3] === 0;
  await within(WAIT_MS, () => isLetIn() || webSocket.readyState === WebSocket.CLOSED);
  webSocket.terminate();
  return isLetIn() ? 1 : 0;
}

export const webSocket: Attack = {
  id: 'web-socket',
  title: 'a page on another origin opens the WebSocket; a foreign Host (DNS rebinding); another subprotocol; a text frame',
  async run(target) {
    const facts: Record<string, number> = { [RIGHT]: await attempt(target, {}) };
    for (const [name, how] of Object.entries(attempts)) facts[name] = await attempt(target, how);
    return facts;
  },
  tell: (facts) => {
    if (fact(facts, RIGHT) !== 1) return 'no WebSocket was let in at all';
    const names = Object.keys(attempts);
    const accepted = names.filter((name) => fact(facts, name) > 0);
    return `${accepted.length} of ${names.length} let in${accepted.length === 0 ? '' : ` (${accepted.join(', ')})`}`;
  },
};
