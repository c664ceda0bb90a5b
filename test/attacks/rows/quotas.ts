/** What a broker keeps for others, tried to be filled. Each attacker stays within its burst, so that the quota itself is met. */
import { nowMs, sleep } from '../../bench/harness/clock.ts';
import { type Attack, count, fact } from '../attack.ts';
import { addressOf, burst, many } from '../crowd.ts';
import { message, Peer, within } from '../peer.ts';

/** When nothing has come for so long, all has. */
const QUIET_MS = 1500;

export const retainedTopics: Attack = {
  id: 'retained',
  title: '100,000 retained topics of 100 bytes, by 100 clients',
  async run(target) {
    const payload = Buffer.alloc(100, 0x78);
    const published = await burst(target, {
      clients: 100,
      each: 1000,
      untilMs: nowMs() + 8000,
      make: (index) => message(`kept/${index}`, payload, { retain: true }),
    });
    const reader = await Peer.join(target, 'reader', { from: '127.0.0.7', keeps: false });
    await sleep(1000);
    await reader.subscribe(['kept/#']);
    let [before, quietSinceMs] = [0, nowMs()];
    await within(10_000, () => {
      if (reader.messages !== before) [before, quietSinceMs] = [reader.messages, nowMs()];
      return nowMs() - quietSinceMs > QUIET_MS;
    });
    return { published, kept: reader.messages };
  },
  tell: (facts) => `${count(facts, 'kept')} of ${count(facts, 'published')} kept`,
};

/** A quarter of the 20,000 that the promise was made about: more take too long. */
const SESSIONS = 5000;

export const storedSessions: Attack = {
  id: 'sessions',
  title: '5,000 stored sessions with a filter each (a quarter of 20,000)',
  async run(target) {
    const codes = await many(SESSIONS, 50, nowMs() + 15_000, async (index) => {
      const peer = new Peer(target, { from: addressOf(index), keeps: false });
      const code = await peer.login(target, `session-${index}`, { clean: false });
      if (code === 0) await peer.subscribe(['news/all'], 1);
      peer.end();
      return code;
    });
    return { tried: codes.length, kept: codes.filter((code) => code === 0).length, refused: codes.filter((code) => code === 3).length };
  },
  tell: (facts) => `${count(facts, 'kept')} of ${count(facts, 'tried')} kept, ${count(facts, 'refused')} told CONNACK 3`,
};

const ABSENT = 100;
const MESSAGES = 3000;
const SAMPLE = 5;

export const queuedMessages: Attack = {
  id: 'queued',
  title: '3,000 messages of 1 kB for 100 absent clients',
  async run(target) {
    await many(ABSENT, 20, nowMs() + 5000, async (index) => {
      const peer = await Peer.join(target, `absent-${index}`, { from: addressOf(index), clean: false });
      await peer.subscribe(['queue/#'], 1);
      await peer.gone();
    });
    const published = await burst(target, {
      clients: 10,
      each: MESSAGES / 10,
      untilMs: nowMs() + 10_000,
      acknowledged: true,
      make: (index, id) => message('queue/all', String(index).padEnd(1000), { id }),
    });
    const back = await many(SAMPLE, SAMPLE, Number.POSITIVE_INFINITY, (index) =>
      Peer.join(target, `absent-${index}`, { from: addressOf(index), clean: false }),
    );
    await sleep(2500);
    const kept = back.map(({ texts }) => new Set(texts.map(({ payload }) => payload.toString())).size);
    const again = back.map(({ messages }, index) => messages - (kept[index] ?? 0));
    return { published, kept: mean(kept), again: mean(again) };
  },
  tell: (facts) =>
    `${count(facts, 'kept')} of ${count(facts, 'published')} kept for each${fact(facts, 'again') > 0 ? `, ${count(facts, 'again')} of them came twice` : ''}, so about ${Math.round(fact(facts, 'kept') * ABSENT).toLocaleString('en-US')} in all`,
};

function mean(figures: readonly number[]): number {
  return figures.reduce((sum, figure) => sum + figure, 0) / figures.length;
}
