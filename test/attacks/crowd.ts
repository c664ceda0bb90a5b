/** Many clients at once, from many addresses of loopback where wanted. */
import { nowMs } from '../bench/harness/clock.ts';
import type { Target } from './attack.ts';
import { message, Peer, times } from './peer.ts';

/** Does the same `amount` times, `atOnce` of them at a time, until there is no time left. */
export async function many<Made>(amount: number, atOnce: number, untilMs: number, make: (index: number) => Promise<Made>): Promise<Made[]> {
  const made: Made[] = [];
  for (let start = 0; start < amount && nowMs() < untilMs; start += atOnce) {
    const size = Math.min(atOnce, amount - start);
    made.push(...(await Promise.all(Array.from({ length: size }, (_, offset) => make(start + offset)))));
  }
  return made;
}

/** 127.1.0.1 and on, 50 connections each: no cap of an address is in the way of what is tried. */
export function addressOf(index: number): string {
  const host = 1 + Math.floor(index / 50);
  return `127.1.${Math.floor(host / 250)}.${(host % 250) + 1}`;
}

/** Publishers that each stay within a client's burst (`message_burst`), which is how an attacker gets around it. */
export async function burst(target: Target, order: BurstOrder): Promise<number> {
  const { clients, each, untilMs, make } = order;
  const peers = await many(clients, 20, untilMs, (index) => Peer.join(target, `burst-${index}`, { from: addressOf(index), keeps: false }));
  const written = await Promise.all(
    peers.map((peer, index) =>
      peer.pour(
        times(each, (number) => make(index * each + number, number + 1)),
        untilMs,
      ),
    ),
  );
  const asked = order.acknowledged === true ? clients * each : 0;
  while (nowMs() < untilMs && peers.reduce((sum, { pubacks }) => sum + pubacks, 0) < asked)
    await new Promise((done) => setTimeout(done, 20));
  for (const peer of peers) {
    if (!peer.closed) peer.socket.end(Buffer.from([0xe0, 0]));
  }
  return written.reduce((sum, packets) => sum + packets, 0);
}

export interface BurstOrder {
  readonly clients: number;
  readonly each: number;
  readonly untilMs: number;
  /** Waits for all PUBACKs. */
  readonly acknowledged?: boolean;
  /** @param index of all messages. @param id of this client's. */
  readonly make: (index: number, id: number) => Buffer;
}

/** Whether somebody who has done nothing is let in and served. */
export async function isServed(target: Target, from: string): Promise<number> {
  const peer = new Peer(target, { from });
  try {
    if ((await peer.login(target, `newcomer-${from}`)) !== 0) return 0;
    if ((await peer.subscribe(['newcomer/echo'], 1)).length === 0) return 0;
    await peer.write(message('newcomer/echo', 'x', { id: 1 }));
    return (await peer.hear('publish', 0, 2000)) === null ? 0 : 1;
  } finally {
    peer.end();
  }
}
