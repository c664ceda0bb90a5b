/** Flow towards a client: no more under way than it takes, the rest in order, and a bound on what waits. */
import { afterEach, expect, it } from 'vitest';
import { until } from '../../support/until.ts';
import type { RawClient5 } from './raw.ts';
import { aWhile, Stage } from './stage.ts';

let stage: Stage;
afterEach(() => stage[Symbol.asyncDispose]());

async function subscribed(qos: 1 | 2, options: Parameters<RawClient5['connect']>[0]): Promise<RawClient5> {
  const raw = await stage.raw();
  await raw.connect(options);
  raw.say({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'flow', qos }] });
  await raw.hear('suback');
  return raw;
}

async function send(count: number, qos: 1 | 2, payload = (at: number) => `${at}`): Promise<void> {
  const sender = await stage.connect();
  for (let at = 0; at < count; at += 1) await sender.mqtt.publishAsync('flow', payload(at), { qos });
}

function payloads(raw: RawClient5): string[] {
  return raw.all('publish').map(({ payload }) => payload.toString());
}

it('sends no more at QoS 1 than the client takes at once', async () => {
  stage = await Stage.open();
  const raw = await subscribed(1, { properties: { receiveMaximum: 2 } });
  await send(6, 1);
  await aWhile();
  expect(payloads(raw)).toEqual(['0', '1']);
  for (let at = 0; at < 6; at += 1) {
    const { messageId = 0 } = await raw.hear('publish', at + 1);
    raw.say({ cmd: 'puback', messageId, reasonCode: 0 });
  }
  await until(() => payloads(raw).length === 6, 'all six');
  expect(payloads(raw)).toEqual(['0', '1', '2', '3', '4', '5']);
});

it('counts a message of QoS 2 until it is completed', async () => {
  stage = await Stage.open();
  const raw = await subscribed(2, { properties: { receiveMaximum: 1 } });
  await send(2, 2);
  const { messageId = 0 } = await raw.hear('publish');
  raw.say({ cmd: 'pubrec', messageId, reasonCode: 0 });
  await raw.hear('pubrel');
  await aWhile(60);
  expect(payloads(raw)).toEqual(['0']);
  raw.say({ cmd: 'pubcomp', messageId, reasonCode: 0 });
  await raw.hear('publish', 2);
});

it('a PUBREC that refuses ends the message', async () => {
  stage = await Stage.open();
  const raw = await subscribed(2, { properties: { receiveMaximum: 1, sessionExpiryInterval: 60 } });
  await send(2, 2);
  const { messageId = 0 } = await raw.hear('publish');
  raw.say({ cmd: 'pubrec', messageId, reasonCode: 0x83 });
  await raw.hear('publish', 2);
  expect(raw.all('pubrel')).toEqual([]);
});

it('a PUBREC for nothing is told so, and no more', async () => {
  stage = await Stage.open();
  const raw = await subscribed(2, { properties: { sessionExpiryInterval: 60 } });
  raw.say({ cmd: 'pubrec', messageId: 99, reasonCode: 0 });
  expect(await raw.hear('pubrel')).toMatchObject({ messageId: 99, reasonCode: 0x92 });
});

it('drops the oldest of what waits beyond its bound, in the session too', async () => {
  stage = await Stage.open({ sendMaximum: 1, waitingMaximum: 3 });
  const raw = await subscribed(1, { clientId: 'slow', properties: { sessionExpiryInterval: 60 } });
  await send(7, 1);
  await until(() => stage.mqtt5.counters.messagesDropped === 3, 'three to be dropped');
  raw.end();
  await until(() => stage.mqtt5.sessionsLeft === 1, 'the session to be left');
  const again = await stage.connect({ clientId: 'slow', clean: false, properties: { sessionExpiryInterval: 60 } });
  await again.hears(4);
  await aWhile();
  expect(again.payloads()).toEqual(['0', '4', '5', '6']);
});

it('bounds what waits by its bytes as well', async () => {
  stage = await Stage.open({ sendMaximum: 1, waitingBytesMaximum: 1000 });
  await subscribed(1, {});
  await send(6, 1, () => 'x'.repeat(400));
  await until(() => stage.mqtt5.counters.messagesDropped === 3, 'three to be dropped'); // 1 under way, 2 wait
});

it('a session with more than the bound can be taken up again', async () => {
  stage = await Stage.open({ sendMaximum: 2, waitingMaximum: 5 });
  const keep = { clientId: 'absent', properties: { sessionExpiryInterval: 60 } };
  const before = await stage.connect({ ...keep, clean: true });
  await before.mqtt.subscribeAsync('flow', { qos: 1 });
  await before.end();
  await send(40, 1);
  const again = await stage.connect({ ...keep, clean: false });
  await until(() => again.payloads().includes('39'), 'the newest');
  expect(again.mqtt.connected).toBe(true);
});
