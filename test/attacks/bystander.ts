/** Somebody who has nothing to do with it: publishes 50 messages of QoS 1 a second and notes how long each takes to come back. */
import { nowMs, sleep } from '../bench/harness/clock.ts';
import { percentile } from '../bench/harness/statistics.ts';
import type { Target } from './attack.ts';
import { message, Peer, within } from './peer.ts';

export interface Seen {
  readonly maxMs: number;
  readonly p99Ms: number;
  /** Messages that have not come back; they count with their age. */
  readonly missing: number;
  /** Whether its connection ended. */
  readonly lost: boolean;
}

const PERIOD_MS = 20;
/** Long enough for what was sent last to come back. */
const LAST_MS = 100;
/** The daemon tells of itself every ten seconds. */
const STATE_MS = 11_000;
const ADDRESS = '127.0.0.9';
const STATE = 'diuna/system/state';
const ECHO = 'bystander/echo';

let peer: Peer | null = null;
let from = 0;
let next = 0;
const sentMs: number[] = [];
const tookMs: number[] = [];
let guards = '';
let sending: NodeJS.Timeout | undefined;

function send(): void {
  if (peer === null || peer.closed) return;
  sentMs[next] = nowMs();
  peer.socket.write(message(ECHO, String(next), { id: (next % 60_000) + 1 }));
  next += 1;
}

function take(heard: Peer): void {
  for (const packet of heard.heard.splice(0)) {
    if (packet.cmd !== 'publish') continue;
    const text = packet.payload.toString();
    if (packet.topic === ECHO) tookMs[Number(text)] ??= nowMs() - (sentMs[Number(text)] ?? 0);
    else if (packet.topic === STATE) guards = JSON.stringify(JSON.parse(text).guards);
  }
}

export const bystander = {
  async start(target: Target): Promise<void> {
    const joined = await Peer.join(target, 'bystander', { from: ADDRESS });
    await joined.subscribe([ECHO, STATE], 1);
    joined.socket.on('data', () => take(joined));
    peer = joined;
    sending = setInterval(send, PERIOD_MS);
  },

  /** From now on it counts. */
  watch(): void {
    from = next;
  },

  async collect(): Promise<Seen> {
    clearInterval(sending);
    await sleep(LAST_MS);
    const sent = sentMs.slice(from);
    const took = tookMs.slice(from, next);
    const atMs = nowMs();
    const all = sent.map((moment, index) => took[index] ?? atMs - moment);
    const missing = sent.length - Object.keys(took).length;
    return { maxMs: Math.max(0, ...all), p99Ms: percentile(all, 0.99), missing, lost: peer?.closed !== false };
  },

  /** @returns what the daemon tells next of its guards, as JSON; empty where it tells nothing. */
  async guards(): Promise<string> {
    guards = '';
    await within(STATE_MS, () => guards !== '');
    return guards;
  },
};
export type Bystander = typeof bystander;
