/** More connections than anybody needs, silent or not. */
import { once } from 'node:events';
import { nowMs, sleep } from '../../bench/harness/clock.ts';
import { type Attack, count, either } from '../attack.ts';
import { addressOf, isServed, many } from '../crowd.ts';
import { Peer } from '../peer.ts';

const SILENT = 1500;
/** Past the 10 s within which the daemon wants a CONNECT. */
const SILENT_MS = 11_500;

export const silentConnections: Attack = {
  id: 'silent',
  title: '1,500 connections from one address that never say who they are',
  async run(target) {
    const startMs = nowMs();
    const peers = await many(SILENT, 100, startMs + 8000, async () => {
      const peer = new Peer(target, { keeps: false });
      await Promise.race([once(peer.socket, 'connect'), once(peer.socket, 'close')]);
      return peer;
    });
    await sleep(1000);
    const open = peers.filter(({ closed }) => !closed).length;
    const served = await isServed(target, '127.0.0.6');
    await sleep(startMs + SILENT_MS - nowMs());
    return { open, later: peers.filter(({ closed }) => !closed).length, served };
  },
  tell: (facts) =>
    `${count(facts, 'open')} taken, ${count(facts, 'later')} of them still there after 11 s; a newcomer from elsewhere ` +
    either(facts, 'served', 'was served', 'was not served'),
};

const CLIENTS = 5000;

export const manyConnections: Attack = {
  id: 'connections',
  title: '5,000 connections from 100 addresses, each with a CONNECT',
  async run(target) {
    const peers = await many(CLIENTS, 100, nowMs() + 15_000, async (index) => {
      const peer = new Peer(target, { from: addressOf(index), keeps: false });
      return { peer, code: await peer.login(target, `one-of-many-${index}`) };
    });
    const served = await isServed(target, '127.0.0.6');
    return { tried: peers.length, open: peers.filter(({ peer, code }) => code === 0 && !peer.closed).length, served };
  },
  tell: (facts) =>
    `${count(facts, 'open')} of ${count(facts, 'tried')} let in; a newcomer while they stay ${either(facts, 'served', 'was served', 'was not served')}`,
};
