/** Who does not read, does not acknowledge, or does not stop sending. */
import { nowMs, sleep } from '../../bench/harness/clock.ts';
import { type Attack, count, either } from '../attack.ts';
import { addressOf, burst, many } from '../crowd.ts';
import { message, Peer, times } from '../peer.ts';

export const quiet: Attack = {
  id: 'nothing',
  title: 'nothing, for comparison',
  async run() {
    await sleep(5000);
    return { waited: 1 };
  },
  tell: () => 'no attack',
};

const PUBLISHERS = 8;
/** Within what a client may send. */
const RATE = 250;
const FROZEN_MS = 12_000;

export const frozenSubscriber: Attack = {
  id: 'frozen',
  title: 'a subscriber stops reading while 8 others publish 250 messages/s of 2 kB each',
  async run(target) {
    const frozen = await Peer.join(target, 'frozen', { keeps: false });
    await frozen.subscribe(['news/#']);
    const publishers = await many(PUBLISHERS, 4, nowMs() + 5000, (index) =>
      Peer.join(target, `writer-${index}`, { from: addressOf(index) }),
    );
    frozen.socket.pause();
    const packet = message('news/all', Buffer.alloc(2000, 0x78));
    const startMs = nowMs();
    let published = 0;
    while (nowMs() < startMs + FROZEN_MS) {
      const due = Math.floor(((nowMs() - startMs) * RATE) / 1000) * PUBLISHERS - published;
      for (let index = 0; index < due; index += 1) {
        const publisher = publishers[index % PUBLISHERS];
        if (publisher !== undefined && publisher.socket.writableLength < 1_000_000) publisher.socket.write(packet);
        published += 1;
      }
      await sleep(4);
    }
    // before it reads again: what the server holds back now is what the bystander waits for
    const waiting = publishers.reduce((sum, { socket }) => sum + socket.writableLength, 0);
    return { published, waiting };
  },
  tell: (facts) =>
    `${count(facts, 'published')} messages; ${either(facts, 'waiting', 'even the publishers were held up', 'no publisher was held up')}`,
};

export const unacknowledged: Attack = {
  id: 'unacknowledged',
  title: 'a subscriber of QoS 1 acknowledges nothing of 40,000 messages of 1 kB',
  async run(target) {
    const untilMs = nowMs() + 15_000;
    const deaf = await Peer.join(target, 'deaf', { acknowledges: false, keeps: false });
    await deaf.subscribe(['work/#'], 1);
    const payload = Buffer.alloc(1000, 0x78);
    const published = await burst(target, {
      clients: 40,
      each: 1000,
      untilMs,
      acknowledged: true,
      make: (_index, id) => message('work/all', payload, { id }),
    });
    await sleep(1000);
    return { published, unacknowledged: deaf.messages };
  },
  tell: (facts) => `${count(facts, 'unacknowledged')} of ${count(facts, 'published')} sent out and open`,
};

const FLOOD = 200_000;

export const messageFlood: Attack = {
  id: 'flood',
  title: 'one client publishes 200,000 messages of 100 bytes as fast as it can',
  async run(target) {
    const watcher = await Peer.join(target, 'watcher', { from: '127.0.0.7', keeps: false });
    await watcher.subscribe(['flood']);
    const flooder = await Peer.join(target, 'flooder', { keeps: false });
    const packet = message('flood', Buffer.alloc(100, 0x78));
    const sent = await flooder.pour(
      times(FLOOD, () => packet),
      nowMs() + 12_000,
    );
    await sleep(2000);
    return { sent, delivered: watcher.messages };
  },
  tell: (facts) => `${count(facts, 'delivered')} of ${count(facts, 'sent')} delivered`,
};
