/** Text that is none, topics and ids beyond reason, and a client without a name that wants to be remembered. */
import { sleep } from '../../bench/harness/clock.ts';
import { type Attack, count, fact, type Target } from '../attack.ts';
import { Peer } from '../peer.ts';

/** What a PUBLISH of QoS 0 may have for a topic; the payload is the kind's number. */
const topics: Readonly<Record<string, Buffer>> = {
  'invalid UTF-8': Buffer.from([0x61, 0xff, 0xfe]),
  NUL: Buffer.from('a\0b'),
  surrogate: Buffer.from([0x61, 0xed, 0xa0, 0x80]),
  '60 levels': Buffer.from(Array(60).fill('a').join('/')),
  '60,000 bytes': Buffer.alloc(60_000, 0x61),
};
const ids: Readonly<Record<string, string>> = { 'id of 10,000 bytes': 'i'.repeat(10_000), 'NUL in an id': 'a\0b' };
const WILL = 'wildcard in a will';
const kinds = [...Object.keys(topics), ...Object.keys(ids), WILL];

function publish(topic: Buffer, payload: string): Buffer {
  const length = 2 + topic.length + payload.length;
  const header =
    length < 128 ? [0x30, length] : [0x30, (length % 128) | 0x80, (Math.floor(length / 128) % 128) | 0x80, Math.floor(length / 16_384)];
  return Buffer.concat([Buffer.from(header), Buffer.from([topic.length >> 8, topic.length & 0xff]), topic, Buffer.from(payload)]);
}

async function code(target: Target, clientId: string, will?: string): Promise<number> {
  const peer = new Peer(target);
  const returned = await peer.login(target, clientId, will === undefined ? {} : { will });
  peer.end();
  return returned;
}

export const malformedText: Attack = {
  id: 'malformed',
  title: 'malformed text: invalid UTF-8, NUL, a surrogate, 60 levels or 60,000 bytes as topic; ids and a will that are as bad',
  async run(target) {
    const watcher = await Peer.join(target, 'watcher');
    await watcher.subscribe(['#']);
    const facts: Record<string, number> = {};
    for (const [name, topic] of Object.entries(topics)) {
      const peer = await Peer.join(target, 'broken');
      await peer.write(publish(topic, name));
      await sleep(300);
      facts[name] = watcher.texts.some(({ payload }) => payload.toString() === name) ? 1 : 0;
      await peer.gone();
    }
    for (const [name, id] of Object.entries(ids)) facts[name] = (await code(target, id)) === 0 ? 1 : 0;
    facts[WILL] = (await code(target, 'dying', 'a/#')) === 0 ? 1 : 0;
    return facts;
  },
  tell: (facts) => {
    const accepted = kinds.filter((kind) => fact(facts, kind) > 0);
    return `${accepted.length} of ${kinds.length} accepted${accepted.length === 0 ? '' : ` (${accepted.join(', ')})`}`;
  },
};

/** CONNECT of 3.1.1 without a flag and without an id: no library writes it. */
const nameless = Buffer.from([0x10, 12, 0, 4, ...Buffer.from('MQTT'), 4, 0, 0, 0, 0, 0]);

export const emptyId: Attack = {
  id: 'empty-id',
  title: 'a client id of no characters with clean session off (3.1.1)',
  async run(target) {
    const peer = new Peer(target);
    await peer.write(nameless);
    const connack = await peer.hear('connack');
    return { connack: connack?.cmd === 'connack' ? (connack.returnCode ?? -1) : -1 };
  },
  tell: (facts) => `CONNACK ${count(facts, 'connack')}`,
};
