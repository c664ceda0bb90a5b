import { expect, it } from 'vitest';
import type { DiunaEvent } from '../../src/model/event.ts';
import { EventQueue, type Skipped } from '../../src/mqtt/event-queue.ts';
import { accept, freshWorld } from '../support/deciding.ts';

function eventAt(seq: number): DiunaEvent {
  const [event] = accept(freshWorld, { type: 'zone.toggle', zone: 'floor' }).events;
  if (event === undefined) throw new Error('no event');
  return { ...event, seq };
}

function makeQueue(limit: number, receivers = 1000) {
  const told: number[] = [];
  const skipped: Skipped[] = [];
  const waiting: (() => void)[] = [];
  const deliver = (event: DiunaEvent) => {
    told.push(event.seq);
    return new Promise<void>((resolve) => void waiting.push(resolve));
  };
  const queue = new EventQueue(
    deliver,
    (gap) => void skipped.push(gap),
    () => receivers,
    limit,
  );
  const release = async () => {
    waiting.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { queue, told, skipped, release };
}

it('tells one event at a time to a crowd, in order', async () => {
  const { queue, told, release } = makeQueue(10);
  for (let seq = 1; seq <= 5; seq += 1) queue.push(eventAt(seq));
  expect(told).toEqual([1]);
  await release();
  expect(told).toEqual([1, 2]);
  for (let turns = 0; turns < 3; turns += 1) await release();
  expect(told).toEqual([1, 2, 3, 4, 5]);
});

it('tells several at a time where few listen', () => {
  const { queue, told } = makeQueue(10, 100);
  for (let seq = 1; seq <= 5; seq += 1) queue.push(eventAt(seq));
  expect(told).toEqual([1, 2]);
});

it('skips the oldest when too many wait, and says which', async () => {
  const { queue, told, skipped, release } = makeQueue(3);
  for (let seq = 1; seq <= 10; seq += 1) queue.push(eventAt(seq));
  for (let turns = 0; turns < 4; turns += 1) await release();
  await queue.drained(1000);
  expect(told).toEqual([1, 8, 9, 10]);
  expect(skipped).toEqual([{ count: 6, after: 1, until: 7 }]);
});
