import { expect, it } from 'vitest';
import { Newest } from '../../src/base/newest.ts';
import { FakeLoopClock } from '../renderer/support/fake-clock.ts';

const settled = () => new Promise((resolve) => setImmediate(resolve));

/** Offers one value a millisecond from 0 on, and says when which was taken. */
async function offered(everyMs: number, forMs: number): Promise<{ atMs: number; value: number }[]> {
  const clock = new FakeLoopClock(0);
  const taken: { atMs: number; value: number }[] = [];
  const newest = new Newest<number>(everyMs, clock, (value) => void taken.push({ atMs: clock.nowMs(), value }));
  for (let value = 0; value < forMs; value += 1) {
    newest.offer(value);
    await settled();
    clock.advance(1);
  }
  clock.advance(everyMs);
  await settled();
  return taken;
}

it('hands on the first at once, then no more than so many, and the last always', async () => {
  const taken = await offered(1000 / 30, 1000);
  expect(taken[0]).toEqual({ atMs: 0, value: 0 });
  expect(taken.at(-1)?.value).toBe(999);
  expect(taken.filter(({ atMs }) => atMs < 1000).length).toBeLessThanOrEqual(31);
  expect(taken.filter(({ atMs }) => atMs < 1000).length).toBeGreaterThanOrEqual(28);
});

it('waits for whoever takes it, and then hands on the newest alone', async () => {
  const clock = new FakeLoopClock(0);
  const taken: string[] = [];
  let release = () => {};
  const newest = new Newest<string>(10, clock, (value) => {
    taken.push(value);
    return new Promise((resolve) => {
      release = resolve;
    });
  });
  for (const value of ['a', 'b', 'c']) {
    newest.offer(value);
    clock.advance(50);
  }
  await settled();
  expect(taken).toEqual(['a']);
  release();
  await settled();
  expect(taken).toEqual(['a', 'c']);
});

it('hands on nothing after it was stopped, and begins again where something new comes', async () => {
  const clock = new FakeLoopClock(0);
  const taken: number[] = [];
  const newest = new Newest<number>(10, clock, (value) => void taken.push(value));
  newest.offer(1);
  await settled();
  newest.offer(2);
  newest.stop();
  clock.advance(100);
  expect(taken).toEqual([1]);
  expect(clock.pending).toBe(0);
  newest.offer(3);
  expect(taken).toEqual([1, 3]);
});
