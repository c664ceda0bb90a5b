import fc from 'fast-check';
import { expect, it } from 'vitest';
import { startMs, Uptime } from '../../src/engine/uptime.ts';
import { FakeClock } from '../support/fakes.ts';

const MINUTE_MS = 60_000;

it('tells the moment at which it was made, however long ago', () => {
  const clock = new FakeClock();
  const uptime = new Uptime(clock);
  clock.wall += 3_600_000;
  clock.monotonic += 3_600_000_000;
  expect(uptime.look()).toEqual({ uptimeS: 3600, startedAt: '2026-11-20T13:00:00.000Z' });
});

it('takes the true time once a Pi that woke up in 1970 has it from the network, and keeps to it', () => {
  const clock = new FakeClock();
  clock.wall = 0;
  const uptime = new Uptime(clock);
  clock.monotonic += 5_000_000;
  clock.wall += 5000;
  expect(uptime.look().startedAt).toBe('1970-01-01T00:00:00.000Z');
  clock.wall = Date.parse('2026-11-20T13:00:05.000Z');
  expect(uptime.look().startedAt).toBe('2026-11-20T13:00:00.000Z');
  clock.wall += 400; // a last correction
  expect(uptime.look().startedAt).toBe('2026-11-20T13:00:00.000Z');
});

it('is never more than a minute off, and moves only to be right', () => {
  const steps = fc.array(fc.record({ uptimeMs: fc.nat(10 ** 9), stepMs: fc.integer({ min: -10 * MINUTE_MS, max: 10 * MINUTE_MS }) }));
  fc.assert(
    fc.property(steps, (given) => {
      let known = startMs(null, 1000, 0);
      expect(known).toBe(1000);
      for (const { uptimeMs, stepMs } of given) {
        const told = startMs(known, known + stepMs + uptimeMs, uptimeMs);
        expect(told).toBe(Math.abs(stepMs) <= MINUTE_MS ? known : known + stepMs);
        known = told;
      }
    }),
  );
});
