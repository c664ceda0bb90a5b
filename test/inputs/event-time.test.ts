import fc from 'fast-check';
import { expect, it } from 'vitest';
import { EventTime, kernelMonotonicUs } from '../../src/inputs/event-time.ts';
import { realClock } from '../../src/system/real-clock.ts';
import { FakeClock } from '../support/fakes.ts';

it('an event keeps the time at which it happened, whenever it is heard of', () => {
  const clock = new FakeClock();
  const time = new EventTime(clock, () => 7_000_000 + clock.monotonic);
  clock.monotonic = 500_000;
  expect(time.at(7_480_000)).toBe(480_000);
  expect(time.at(7_490_000)).toBe(490_000);
});

it('where the clock that stamps was set, it happened when it was heard of', () => {
  const clock = new FakeClock();
  const time = new EventTime(clock, () => 9e15);
  clock.monotonic = 500_000;
  expect(time.at(1)).toBe(500_000);
  expect(time.at(9e15 + 1)).toBe(500_000);
});

it('times never decrease, whatever the stamps and the clocks', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ stamp: fc.nat(5_000_000), passes: fc.nat(3_000_000), set: fc.nat(5_000_000) })), (steps) => {
      const clock = new FakeClock();
      let kernelUs = 0;
      const time = new EventTime(clock, () => kernelUs);
      const told = steps.flatMap(({ stamp, passes, set }) => {
        clock.monotonic += passes;
        kernelUs = set;
        return [time.at(stamp), time.now()];
      });
      expect(told).toEqual(told.toSorted((one, other) => one - other));
      expect(told.every((us) => us <= clock.monotonic)).toBe(true);
    }),
  );
});

it("the kernel's clock runs with ours", () => {
  const apart = kernelMonotonicUs() - realClock.monotonicUs();
  const time = new EventTime(realClock, kernelMonotonicUs);
  expect(Math.abs(time.at(kernelMonotonicUs()) - (kernelMonotonicUs() - apart))).toBeLessThan(50_000);
});
