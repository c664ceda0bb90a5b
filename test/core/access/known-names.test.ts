import { expect, it } from 'vitest';
import { Backoff } from '../../../src/core/access/backoff.ts';

it('a name that has come in from an address before is kept out no longer than ten seconds by failures from there', () => {
  const backoff = new Backoff();
  backoff.succeeded('192.0.2.7', 'anna', 0);
  for (let times = 0; times < 30; times += 1) backoff.failed('192.0.2.7', 'anna', 0);
  expect(backoff.waitMs('192.0.2.7', 'anna', 0)).toBe(10_000);
});
