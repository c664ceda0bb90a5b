import { describe, expect, it } from 'vitest';
import type { Clock } from '../../src/base/clock.ts';
import { SystemIds } from '../../src/system/ids.ts';

class SettableClock implements Clock {
  now = 1_790_000_000_000;
  wallMs(): number {
    return this.now;
  }
  monotonicUs(): number {
    return 0;
  }
}

describe('event ids', () => {
  it('sort in the order in which they were made, however the clock jumps', () => {
    const clock = new SettableClock();
    const ids = new SystemIds(clock);
    const made = Array.from({ length: 2000 }, (_, index) => {
      if (index % 3 === 0) clock.now += index % 2 === 0 ? 5 : -1000;
      return ids.eventId();
    });
    expect(made).toEqual([...made].sort());
    expect(new Set(made).size).toBe(made.length);
    expect(made[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('sort after those of an earlier run, even where the machine boots in 1970', () => {
    const clock = new SettableClock();
    const newest = new SystemIds(clock).eventId();
    clock.now = 12_000;
    const ids = new SystemIds(clock);
    ids.eventId();
    ids.continueAfter(newest);
    const [next, second] = [ids.eventId(), ids.eventId()];
    expect(next > newest && second > next).toBe(true);
    expect(new SystemIds(clock, newest).eventId() > newest).toBe(true);
  });
});

it('a digest is 22 characters, equal for equal texts', () => {
  const ids = new SystemIds(new SettableClock());
  expect(ids.digest('a')).toBe('ypeBEsobvcr6wjGzmiPcTa');
  expect(ids.digest('b')).not.toBe(ids.digest('a'));
});
