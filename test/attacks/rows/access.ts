/** Somebody reads what is not for it. There are users here: a guest, who may read `open/#` and nothing else, and the owner. */
import { sleep } from '../../bench/harness/clock.ts';
import { type Attack, count, either } from '../attack.ts';
import { many } from '../crowd.ts';
import { message, Peer } from '../peer.ts';

export const deniedFilter: Attack = {
  id: 'denied',
  title: 'a guest subscribes to an allowed and a denied filter with clean session off, and comes back',
  users: true,
  async run(target) {
    const guest = { user: 'guest', clean: false } as const;
    const spy = await Peer.join(target, 'spy', guest);
    const codes = [...(await spy.subscribe(['open/a', 'secret/a'], 1)), ...(await spy.subscribe(['secret/b', 'open/b'], 1))];
    await spy.gone();
    await sleep(100);
    const owner = await Peer.join(target, 'teller');
    for (const [index, topic] of ['secret/a', 'secret/b', 'open/a', 'open/b'].entries())
      await owner.write(message(topic, 'absent', { id: index + 1 }));
    await sleep(500);
    const back = await Peer.join(target, 'spy', guest);
    await sleep(500);
    const queued = back.texts.filter(({ topic }) => topic.startsWith('secret/')).length;
    for (const [index, topic] of ['secret/a', 'secret/b', 'open/a', 'open/b'].entries())
      await owner.write(message(topic, 'live', { id: index + 5 }));
    await sleep(1000);
    const secrets = back.texts.filter(({ topic }) => topic.startsWith('secret/')).length;
    return {
      refused: codes.filter((code) => code === 128).length,
      queued,
      live: secrets - queued,
      open: back.texts.length - secrets,
    };
  },
  tell: (facts) =>
    `${count(facts, 'refused')} of 2 denied filters refused; then ${count(facts, 'queued')} secret messages from the queue and ` +
    `${count(facts, 'live')} live came to the guest (of 2 and 2; allowed ones: ${count(facts, 'open')} of 4)`,
};

const VICTIMS = 20;

export const statistics: Attack = {
  id: 'statistics',
  title: 'a guest subscribes to `$SYS/#` while 20 others connect and subscribe',
  users: true,
  async run(target) {
    const spy = await Peer.join(target, 'spy', { user: 'guest' });
    const [code = 128] = await spy.subscribe(['$SYS/#']);
    const victims = await many(VICTIMS, 4, Number.POSITIVE_INFINITY, (index) => Peer.join(target, `victim-${index}`));
    for (const [index, victim] of victims.entries()) await victim.subscribe([`private/${index}`]);
    await sleep(500);
    const payloads = spy.texts.map(({ payload }) => payload.toString());
    const learned = (word: string) => new Set(payloads.flatMap((text) => text.match(new RegExp(`${word}\\d+`, 'g')) ?? [])).size;
    return { granted: code < 128 ? 1 : 0, ids: learned('victim-'), filters: learned('private/') };
  },
  tell: (facts) =>
    `${either(facts, 'granted', 'granted', 'refused')}; it learned ${count(facts, 'ids')} client ids and ${count(facts, 'filters')} filters of 20`,
};
