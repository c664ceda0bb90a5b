/** A client that sends without end is limited, told, counted; the others are not. */
import { expect, it } from 'vitest';
import { everybody } from '../../../src/mqtt/guards/access.ts';
import { TokenBucket } from '../../../src/mqtt/guards/flood.ts';
import { TestClient } from '../../support/client.ts';
import { makeHome, startInProcess } from '../../support/daemon.ts';
import { FakeClock } from '../../support/fakes.ts';
import { until } from '../../support/until.ts';
import { expectLogged, expectServed, open, Peer, transports } from './stage.ts';

it('a bucket gives its burst, then its rate, and says once that it is empty', () => {
  const clock = new FakeClock();
  const bucket = new TokenBucket({ messages_per_second: 10, message_burst: 20 }, clock);
  const take = (count: number) => Array.from({ length: count }, () => bucket.take());
  expect(take(20)).toEqual(Array(20).fill('free'));
  expect(take(3)).toEqual(['first', 'limited', 'limited']);
  clock.monotonic += 100_000;
  expect(take(2)).toEqual(['free', 'limited']);
  clock.monotonic += 60_000_000;
  expect(take(22)).toEqual([...Array(20).fill('free'), 'first', 'limited']);
});

it.each(transports)('of 20,000 messages at once the burst passes, and its sender alone is limited, over %s', async (transport) => {
  const house = await open({ message_burst: 100 }, everybody, transport);
  const watcher = await Peer.connected(house, 'watcher');
  await watcher.subscribe(['flood']);
  const flooder = await Peer.connected(house, 'flooder');
  for (let count = 0; count < 20_000; count += 1) flooder.publish('flood', `${count}`);
  await flooder.settled();
  await expectServed(house);
  await watcher.settled();
  expect(watcher.texts('flood')).toEqual(Array.from({ length: 100 }, (_, index) => `${index}`));
  expect(house.counts()).toEqual({ flood: 19_900 });
  expect(house.told.filter(({ tell }) => tell)).toEqual([{ client: 'flooder', code: 'rate_limited', tell: true }]);
  expectLogged(house, 'flood', 'flooder');
  expect(house.log.length).toBeLessThan(10);
});

it('each command past the rate is answered rate_limited, with its request id; other messages once', async () => {
  const home = await makeHome({ mqtt: { limits: { messages_per_second: 1, message_burst: 10 } } });
  const running = await startInProcess(home);
  const hasty = await TestClient.connect(home.port, 'hasty');
  const calm = await TestClient.connect(home.port, 'calm');
  try {
    const send = (id: string) => hasty.tell({ request_id: id, type: 'zone.set_brightness', zone: 'floor', brightness: 9 });
    await Promise.all(Array.from({ length: 30 }, (_, index) => send(`R${index}`)));
    const replies = await hasty.untilReplies(30);
    expect(new Set(replies.map(({ request_id }) => request_id)).size).toBe(30);
    const refused = replies.filter((reply) => !reply.ok);
    expect(refused.length).toBeGreaterThanOrEqual(19);
    for (const reply of refused) expect(reply).toMatchObject({ error: { code: 'rate_limited' } });
    for (let count = 0; count < 20; count += 1) await hasty.mqtt.publishAsync('elsewhere', 'x', { qos: 1 });
    expect(await calm.ask({ type: 'zone.toggle', zone: 'desk' })).toMatchObject({ ok: true, changed: true });
    expect(hasty.replies().filter((reply) => reply.request_id === null).length).toBeLessThanOrEqual(1);
    await calm.mqtt.subscribeAsync('diuna/system/state');
    const state = await until(() => calm.on('diuna/system/state')[0], 'the state of the system');
    expect(JSON.parse(state.payload)).toHaveProperty('guards');
  } finally {
    await Promise.all([hasty, calm].map((client) => client[Symbol.asyncDispose]()));
    await running[Symbol.asyncDispose]();
    await home.remove();
  }
});
