/** Wills: what they carry, and when they are spoken. */
import type { IClientOptions } from 'mqtt';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { refusePublish } from '../../../src/mqtt/mqtt5/refusals.ts';
import { until } from '../../support/until.ts';
import { aWhile, type Client5, Stage } from './stage.ts';

let stage: Stage;
let listener: Client5;
beforeEach(async () => {
  stage = await Stage.open(
    {},
    {
      authorizePublish: (client, packet, done) => {
        if (client?.id === 'silenced') refusePublish(packet, 'not yours');
        done(client?.id === 'forbidden' ? new Error('not yours') : null);
      },
    },
  );
  listener = await stage.connect();
  await listener.mqtt.subscribeAsync('will/#', { qos: 1 });
});
afterEach(() => stage[Symbol.asyncDispose]());

function mortal(clientId: string, willDelayInterval = 0, sessionExpiryInterval = 0): IClientOptions {
  const properties = { willDelayInterval, contentType: 'text', messageExpiryInterval: 30, userProperties: { why: 'died' } };
  return {
    clientId,
    clean: true,
    properties: { sessionExpiryInterval },
    will: { topic: `will/${clientId}`, payload: Buffer.from('gone'), qos: 1, retain: false, properties },
  };
}

it('is spoken with its properties, but its delay, when the client vanishes', async () => {
  await (await stage.connect(mortal('one'))).vanish();
  const [will] = await listener.hears(1);
  expect(will).toMatchObject({
    topic: 'will/one',
    qos: 1,
    properties: { contentType: 'text', userProperties: { why: 'died' }, messageExpiryInterval: 30 },
  });
  expect(will?.properties).not.toHaveProperty('willDelayInterval');
});

it('is not spoken after a goodbye, but when the client asks for it with 0x04', async () => {
  await (await stage.connect(mortal('polite'))).end();
  const asking = await stage.connect(mortal('asking'));
  await asking.mqtt.endAsync(false, { reasonCode: 4 });
  await listener.hears(1);
  await aWhile();
  expect(listener.heard.map(({ topic }) => topic)).toEqual(['will/asking']);
});

it('waits for its delay', async () => {
  await (await stage.connect(mortal('late', 1, 60))).vanish();
  await aWhile(500);
  expect(listener.heard).toEqual([]);
  await listener.hears(1);
});

it('is off when the client comes back in time', async () => {
  await (await stage.connect(mortal('back', 1, 60))).vanish();
  await until(() => stage.mqtt5.sessionsLeft === 1, 'the session to be left');
  await stage.connect({ clientId: 'back', clean: false, properties: { sessionExpiryInterval: 60 } });
  await aWhile(1200);
  expect(listener.heard).toEqual([]);
});

it('does not wait longer than the session lasts', async () => {
  await (await stage.connect(mortal('brief', 60, 0))).vanish();
  await listener.hears(1);
  await (await stage.connect(mortal('short', 60, 1))).vanish();
  await listener.hears(2);
});

it.each([
  ['the session is taken by a clean start', { clean: true, protocolVersion: 5 }, 1],
  ['the session goes on elsewhere', { clean: false, protocolVersion: 5, properties: { sessionExpiryInterval: 60 } }, 0],
  ['a client of 3.1.1 ends the session', { clean: true, protocolVersion: 4 }, 1],
  ['a client of 3.1.1 goes on with it', { clean: false, protocolVersion: 4 }, 0],
] as const)('with a delay, when %s', async (_what, options, count) => {
  await stage.connect(mortal('taken', 60, 60));
  await stage.connect({ clientId: 'taken', ...options });
  await aWhile();
  expect(listener.heard.length).toBe(count);
});

it('is spoken at once without a delay, also when the session goes on elsewhere', async () => {
  await stage.connect(mortal('taken', 0, 60));
  await stage.connect({ clientId: 'taken', clean: false, properties: { sessionExpiryInterval: 60 } });
  await listener.hears(1);
});

it('says nothing that its client may not say', async () => {
  for (const clientId of ['forbidden', 'silenced', 'fine']) await (await stage.connect(mortal(clientId))).vanish();
  await until(() => listener.heard.some(({ topic }) => topic === 'will/fine'), 'the will that may be spoken');
  await aWhile();
  expect(listener.heard.map(({ topic }) => topic)).toEqual(['will/fine']);
});

it('is heard by clients of 3.1.1, whose own wills are as ever', async () => {
  const four = await stage.connect({ protocolVersion: 4 });
  await four.mqtt.subscribeAsync('will/#');
  await (await stage.connect(mortal('five'))).vanish();
  await four.hears(1);
  const old = await stage.connect({
    protocolVersion: 4,
    will: { topic: 'will/four', payload: Buffer.from('gone'), qos: 0, retain: false },
  });
  await old.vanish();
  await four.hears(2);
});
