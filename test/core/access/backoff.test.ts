import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressGroup } from '../../../src/core/access/address-group.ts';
import { Backoff } from '../../../src/core/access/backoff.ts';

const far = '192.0.2.7';
const minute = 60_000;

/** Fails as soon as it may, so often. @returns how long it had to wait after each failure. */
function failAsSoonAsAllowed(backoff: Backoff, times: number, address = far, user = 'anna'): number[] {
  let now = 0;
  return Array.from({ length: times }, () => {
    backoff.failed(address, user, now);
    const wait = backoff.waitMs(address, user, now);
    now += wait;
    return wait;
  });
}

describe('an address that fails', () => {
  it('waits from the third failure on, twice as long each time, and never longer than five minutes', () => {
    const s = 1000;
    const waits = failAsSoonAsAllowed(new Backoff(), 13);
    expect(waits).toEqual([0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300].map((seconds) => seconds * s));
  });

  it('waits ten seconds at most on loopback', () => {
    expect(failAsSoonAsAllowed(new Backoff(), 9, '127.0.0.1').slice(5)).toEqual([8000, 10_000, 10_000, 10_000]);
    expect(failAsSoonAsAllowed(new Backoff(), 9, '::1').at(-1)).toBe(10_000);
    expect(failAsSoonAsAllowed(new Backoff(), 9, '::ffff:127.0.0.1').at(-1)).toBe(10_000);
  });

  it('is forgotten a quarter of an hour after its last failure', () => {
    const backoff = new Backoff();
    failAsSoonAsAllowed(backoff, 12);
    backoff.failed(far, 'anna', 100 * minute);
    expect(backoff.waitMs(far, 'anna', 100 * minute)).toBe(0);
  });

  it('starts anew once it has come in', () => {
    const backoff = new Backoff();
    failAsSoonAsAllowed(backoff, 5);
    backoff.succeeded(far, 'anna', 0);
    expect(failAsSoonAsAllowed(backoff, 3)).toEqual([0, 0, 1000]);
  });

  it('keeps no other user of the same address out, and no other address', () => {
    const backoff = new Backoff();
    failAsSoonAsAllowed(backoff, 8);
    expect(backoff.waitMs(far, 'bob', 0)).toBe(0);
    expect(backoff.waitMs('192.0.2.8', 'anna', 0)).toBe(0);
  });
});

describe('an address that fails with many names', () => {
  const spray = (backoff: Backoff, names: number) => {
    for (let index = 0; index < names; index += 1) backoff.failed(far, `guess${index}`, 0);
  };

  it('waits with every name that has not come in from there', () => {
    const backoff = new Backoff();
    backoff.succeeded(far, 'anna', 0);
    spray(backoff, 12);
    expect(backoff.waitMs(far, 'bob', 0)).toBe(4000);
    expect(backoff.waitMs(far, 'anna', 0)).toBe(0);
    expect(backoff.waitMs('192.0.2.8', 'bob', 0)).toBe(0);
  });

  it('is not one that fails with the same name again and again', () => {
    const backoff = new Backoff();
    failAsSoonAsAllowed(backoff, 30);
    expect(backoff.waitMs(far, 'bob', 0)).toBe(0);
  });

  it('clears nothing but its own name by coming in', () => {
    const backoff = new Backoff();
    spray(backoff, 12);
    backoff.succeeded(far, 'mine', 0);
    expect(backoff.waitMs(far, 'bob', 0)).toBe(4000);
  });
});

it('the table is bounded, and what nothing was heard of for longest goes', () => {
  const backoff = new Backoff();
  for (let times = 0; times < 3; times += 1) backoff.failed('10.0.0.1', 'anna', 0);
  for (let index = 0; index < 10_000; index += 1) backoff.failed(`10.${index >> 8}.${index & 255}.2`, 'anna', 1);
  expect(backoff.size).toBeLessThanOrEqual(4096);
  expect(backoff.waitMs('10.0.0.1', 'anna', 1)).toBe(0);
});

it('never waits longer than its bound, whatever happens in whatever order', () => {
  const step = fc.record({
    address: fc.constantFrom('192.0.2.1', '127.0.0.1', '2001:db8::1', '2001:db8::2'),
    user: fc.constantFrom('anna', 'bob', ''),
    failed: fc.boolean(),
    passMs: fc.nat(400_000),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const backoff = new Backoff();
      let now = 0;
      for (const { address, user, failed, passMs } of steps) {
        now += passMs;
        if (failed) backoff.failed(address, user, now);
        else backoff.succeeded(address, user, now);
        const wait = backoff.waitMs(address, user, now);
        expect(wait).toBeGreaterThanOrEqual(0);
        expect(wait).toBeLessThanOrEqual(address === '127.0.0.1' ? 10_000 : 300_000);
      }
    }),
  );
});

it.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:DB8:1:2::9', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::1', '::1'],
])('%s counts as %s', (address, group) => {
  expect(addressGroup(address)).toBe(group);
});
