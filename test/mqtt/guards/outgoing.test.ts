/** Who does not read or acknowledge costs nobody else anything, and is brought up to date when it does. */
import { expect, it } from 'vitest';
import { everybody } from '../../../src/mqtt/guards/access.ts';
import { until } from '../../support/until.ts';
import { expectLogged, type House, open, Peer, transports } from './stage.ts';

const fast = { messages_per_second: 1_000_000, message_burst: 1_000_000 };

/** Publishes as the daemon does, and waits for nobody. */
function tell(house: House, topic: string, payload: string, qos: 0 | 1 = 1, retain = false): Promise<void> {
  return house.broker.publish({ topic, payload, qos, retain });
}

it('who acknowledges nothing has 20 messages under way; 1,000 wait, the oldest go, and acknowledging brings the rest', async () => {
  const house = await open({ ...fast, waiting_messages: 1000 });
  const deaf = await Peer.connected(house, 'deaf', { acknowledges: false });
  await deaf.subscribe(['m', '+'], 1);
  const ears = await Peer.connected(house, 'ears');
  await ears.subscribe(['m'], 1);
  for (let count = 1; count <= 3000; count += 1) {
    await tell(house, 'm', `${count}`);
    if (count % 100 === 0) await ears.settled();
  }
  await until(() => ears.texts('m').length === 3000, 'the other to hear all');
  await deaf.settled();
  expect(deaf.texts('m')).toEqual(Array.from({ length: 20 }, (_, index) => `${index + 1}`));
  expect(house.counts()).toEqual({ waiting_messages: 1980 });
  expectLogged(house, 'waiting_messages', 'deaf');
  for (let seen = 0; seen < 1020; seen += 1) {
    const message = await until(() => deaf.messages[seen], `message ${seen}`);
    deaf.send({ cmd: 'puback', messageId: message.messageId ?? 0 });
  }
  await deaf.settled();
  expect(deaf.texts('m').slice(20)).toEqual(Array.from({ length: 1000 }, (_, index) => `${index + 2001}`));
});

it('a stored session that acknowledges nothing loses no more than that, and finds the rest when it comes back', async () => {
  const house = await open({ ...fast, waiting_messages: 100 });
  const deaf = await Peer.connected(house, 'deaf', { clean: false, acknowledges: false });
  await deaf.subscribe(['m', '+', '#'], 1);
  for (let count = 1; count <= 500; count += 1) await tell(house, 'm', `${count}`);
  await deaf.settled();
  expect(deaf.messages).toHaveLength(20);
  deaf.socket.destroy();
  await deaf.ended();
  const back = await Peer.connected(house, 'deaf', { clean: false });
  await until(() => back.texts('m').at(-1) === '500', 'the newest');
  expect(back.texts('m').map(Number)).toEqual([
    ...Array.from({ length: 20 }, (_, i) => i + 1),
    ...Array.from({ length: 100 }, (_, i) => i + 401),
  ]);
  await tell(house, 'm', 'live');
  await until(() => back.texts('m').at(-1) === 'live', 'what comes now');
});

it('a message that came by a filter of QoS 0 does not wait in the session for the other filter', async () => {
  const house = await open();
  const peer = await Peer.connected(house, 'both', { clean: false });
  await peer.subscribe(['m/#'], 0);
  await peer.subscribe(['+/a'], 1);
  for (let count = 1; count <= 3; count += 1) await tell(house, 'm/a', `${count}`);
  await until(() => peer.texts('m/a').length === 3, 'the messages');
  await peer.settled();
  const sentAs = peer.messages[0]?.qos;
  peer.socket.destroy();
  await peer.ended();
  const back = await Peer.connected(house, 'both', { clean: false });
  await tell(house, 'm/a', 'live');
  await until(() => back.texts('m/a').at(-1) === 'live', 'what comes now');
  expect({ sentAs, texts: back.texts('m/a') }).toEqual({ sentAs, texts: ['live'] });
});

it('what is published while a session comes back comes after what waited, and once', async () => {
  const house = await open(fast);
  const absent = await Peer.connected(house, 'absent', { clean: false });
  await absent.subscribe(['m'], 1);
  absent.socket.destroy();
  await absent.ended();
  for (let count = 1; count <= 200; count += 1) await tell(house, 'm', `${count}`);
  const back = await Peer.open(house);
  back.connect('absent', false);
  for (let count = 201; count <= 600; count += 1) {
    await tell(house, 'm', `${count}`);
    if (count % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await until(() => back.texts('m').at(-1) === '600', 'the newest');
  expect(back.texts('m').map(Number)).toEqual(Array.from({ length: 600 }, (_, index) => index + 1));
});

it.each(transports.flatMap((transport) => [{ qos: 0, transport } as const, { qos: 1, transport } as const]))(
  'a frozen subscriber of QoS $qos over $transport costs a bystander nothing, and gets the newest states when it reads',
  async ({ qos, transport }) => {
    const house = await open({ ...fast, slow_client_bytes: 65_536, waiting_messages: 50 }, everybody, transport);
    const frozen = await Peer.connected(house, 'frozen');
    await frozen.subscribe(['state/#', 'noise'], qos);
    const bystander = await Peer.connected(house, 'bystander');
    await bystander.subscribe(['ping'], 1);
    frozen.socket.pause();
    for (let round = 1; round <= 40; round += 1) {
      for (let topic = 0; topic < 50; topic += 1) void tell(house, `state/${topic}`, `${round} ${'x'.repeat(4000)}`, 1, true);
      void tell(house, 'noise', 'x'.repeat(4000), qos);
      bystander.publish('ping', `${round}`, { qos: 1 });
      await until(() => bystander.texts('ping').length === round, 'the bystander');
    }
    expect(bystander.texts('ping')).toEqual(Array.from({ length: 40 }, (_, index) => `${index + 1}`));
    expect(newest(frozen, 'state/1')?.startsWith('40 ') ?? false).toBe(false); // all that while it read nothing
    void tell(house, 'state/0', '', 1, true); // one state ends
    expect(Object.keys(house.counts())).toEqual([qos === 0 ? 'slow_client' : 'waiting_messages']);
    expect(frozen.closed).toBe(false);
    frozen.socket.resume();
    await until(() => newest(frozen, 'state/0') === '', 'the end of a state');
    for (let topic = 1; topic < 50; topic += 1) await until(() => newest(frozen, `state/${topic}`)?.startsWith('40 '), `state ${topic}`);
    expect(frozen.texts('noise').every((text) => text.length === 4000)).toBe(true);
  },
);

it.each(transports)('who reads nothing at all is given up on, over %s', async (transport) => {
  // the system's own buffers may hold some megabytes
  const house = await open({ ...fast, drain_timeout: 0.2, stuck_client_bytes: 1_000_000, in_flight: 100 }, everybody, transport);
  const frozen = await Peer.connected(house, 'frozen');
  await frozen.subscribe(['big'], 1);
  frozen.socket.pause();
  for (let count = 0; count < 100; count += 1) void tell(house, 'big', 'x'.repeat(200_000));
  await until(() => house.counts()['stuck_client'], 'the broker to give up');
  expectLogged(house, 'stuck_client', 'frozen');
  frozen.socket.resume();
  await frozen.ended();
});

it('5,000 retained messages come at the pace of the acknowledgements, none is dropped, and each in its newest state', async () => {
  const house = await open(fast);
  for (let topic = 0; topic < 5000; topic += 1) await tell(house, `r/${topic}`, 'old', 1, true);
  const deaf = await Peer.connected(house, 'deaf', { acknowledges: false });
  await deaf.subscribe(['#'], 1);
  await deaf.settled();
  await until(() => deaf.messages.length >= 20, 'the first');
  await tell(house, 'r/30', 'new', 1, true);
  await deaf.settled();
  expect(deaf.messages).toHaveLength(20);
  for (let seen = 0; seen < 5000; seen += 1) {
    const message = await until(() => deaf.messages[seen], `message ${seen}`);
    deaf.send({ cmd: 'puback', messageId: message.messageId ?? 0 });
  }
  await until(() => new Set(deaf.messages.map(({ topic }) => topic)).size === 5000, 'all topics');
  expect(newest(deaf, 'r/30')).toBe('new');
  expect(house.counts()).toEqual({});
}, 30_000);

function newest(peer: Peer, topic: string): string | undefined {
  return peer.texts(topic).at(-1);
}
