/** Deliveries of one message are made a few at a time, in order, and nobody else's message waits behind them. */
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Pace, Pacer } from '../../../src/mqtt/guards/pacer.ts';
import { until } from '../../support/until.ts';
import { expectServed, open, Peer } from './stage.ts';

it('of a message to many, some are made at once and the rest in later turns; one to a single client never waits', async () => {
  const pacer = new Pacer();
  const made: string[] = [];
  const crowd = Array.from({ length: 500 }, () => new Pace());
  for (const [index, pace] of crowd.entries()) pacer.run(pace, 1, () => void made.push(`crowd ${index}`));
  expect(made.length).toBeGreaterThan(0);
  expect(made.length).toBeLessThan(500);
  pacer.run(new Pace(), 2, () => void made.push('alone'));
  expect(made.at(-1)).toBe('alone');
  await turn();
  expect(made.length).toBeLessThan(501);
  await until(() => made.length === 501, 'all of them');
  expect(made.filter((one) => one !== 'alone')).toEqual(crowd.map((_, index) => `crowd ${index}`));
});

it('what one client is given keeps its order, and all of a message comes in one turn, whatever comes together', async () => {
  const messages = fc.array(fc.array(fc.integer({ min: 0, max: 120 }), { maxLength: 200 }), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(messages, async (all) => {
      const pacer = new Pacer();
      const paces = Array.from({ length: 121 }, () => new Pace());
      const heard = new Map<number, number[]>();
      for (const [number, receivers] of all.entries()) {
        for (const receiver of receivers) {
          const pace = paces[receiver];
          if (pace !== undefined) pacer.run(pace, number + 1, () => void heard.set(receiver, [...(heard.get(receiver) ?? []), number]));
        }
        if (number % 3 === 0) await turn();
      }
      while (pacer.waiting > 0) await turn();
      for (const [receiver, numbers] of heard) {
        const sent = all.flatMap((receivers, number) => receivers.filter((one) => one === receiver).map(() => number));
        expect(numbers).toEqual(sent);
      }
    }),
    { numRuns: 50 },
  );
});

it('so many wait and no more', () => {
  const pacer = new Pacer();
  const crowd = Array.from({ length: 1000 }, () => new Pace());
  let made = 0;
  const count = () => {
    made += 1;
  };
  for (let number = 1; number <= 40; number += 1) {
    for (const pace of crowd) pacer.run(pace, number, count);
  }
  expect(pacer.waiting).toBeLessThanOrEqual(16_384);
  expect(made + pacer.waiting).toBe(40_000);
});

it('in a hurry all of it is made at once', () => {
  const pacer = new Pacer();
  let made = 0;
  const count = () => {
    made += 1;
  };
  for (let number = 1; number <= 3; number += 1) {
    for (let receiver = 0; receiver < 300; receiver += 1) pacer.run(new Pace(), number, count);
  }
  expect(made).toBeLessThan(900);
  pacer.hurry();
  expect(made).toBe(900);
  for (let receiver = 0; receiver < 300; receiver += 1) pacer.run(new Pace(), 4, count);
  expect(made).toBe(1200);
});

it('a session that comes back amid a flood to many is not parted, and gets nothing twice', async () => {
  const house = await open({ messages_per_second: 1_000_000, message_burst: 1_000_000, connections_per_address: 1000 });
  for (let index = 0; index < 200; index += 1) await (await Peer.connected(house, `crowd-${index}`)).subscribe(['q'], 0);
  const sender = await Peer.connected(house, 'sender');
  const first = await Peer.connected(house, 'reader', { clean: false });
  await first.subscribe(['q'], 1);
  first.socket.destroy();
  await first.ended();
  let sent = 0;
  const flood = setInterval(() => {
    sent += 1;
    sender.publish('q', String(sent), { qos: 1, messageId: (sent % 60_000) + 1 });
  }, 3);
  for (let visit = 0; visit < 6; visit += 1) {
    const waiting = sent;
    await until(() => sent > waiting + 10, 'messages to wait');
    const reader = await Peer.connected(house, 'reader', { clean: false });
    const come = sent;
    await until(() => reader.closed || reader.texts('q').some((text) => Number(text) > come + 20), 'what is new');
    expect(reader.closed).toBe(false);
    const texts = reader.texts('q');
    expect(new Set(texts).size).toBe(texts.length);
    reader.socket.destroy();
    await reader.ended();
  }
  clearInterval(flood);
  await expectServed(house);
}, 60_000);
