import { expect, it } from 'vitest';
import type { Loss, Version } from '../../../src/mqtt/external/link.ts';
import { CLOSED } from '../../../src/mqtt/external/trouble.ts';
import { Versions } from '../../../src/mqtt/external/versions.ts';

const hungUp: Loss = { why: CLOSED, code: null, wasUp: false };
const lost: Loss = { ...hungUp, wasUp: true };
const refused: Loss = { why: 'Unsupported Protocol Version', code: 0x84, wasUp: false };
const away: Loss = { why: 'refused', code: 'ECONNREFUSED', wasUp: false };

/** What is spoken at each try: `up` is let in and lost again. */
function tries(newest: Version, ends: readonly (Loss | 'up')[]): Version[] {
  const versions = new Versions(newest);
  return [
    newest,
    ...ends.map((end) => {
      if (end === 'up') versions.up();
      versions.lost(end === 'up' ? lost : end);
      return versions.next;
    }),
  ];
}

it('a broker that took version 5 once is spoken to in it whatever hangs up later', () => {
  expect(tries(5, ['up', hungUp, hungUp, away, 'up', hungUp])).toEqual([5, 5, 5, 5, 5, 5, 5]);
});

it('one that says that it does not is not asked again, however it hangs up', () => {
  expect(tries(5, [refused, 'up', hungUp, 'up'])).toEqual([5, 4, 4, 4, 4]);
  expect(tries(5, ['up', refused, 'up'])).toEqual([5, 5, 4, 4]);
  expect(tries(5, [refused, { ...refused, code: 1 }, 'up'])).toEqual([5, 4, 5, 5]);
});

it('one that hangs up without a word gets the versions in turn, and 5 again after each connection', () => {
  expect(tries(5, [hungUp, hungUp, hungUp, away, 'up', hungUp, 'up'])).toEqual([5, 4, 5, 4, 4, 5, 4, 5]);
});

it('no answer, an answer that is no MQTT, and a file that cannot be read say nothing of versions', () => {
  const ends = ['connack timeout', 'Invalid header flag bits', 'there is no file'].map((why) => ({ ...hungUp, why }));
  expect(tries(5, ends)).toEqual([5, 5, 5, 5]);
});

it('where the older one is asked for nothing else is spoken', () => {
  expect(tries(4, [hungUp, refused, 'up'])).toEqual([4, 4, 4, 4]);
});

it('no more is said of a broker than is known', () => {
  const versions = new Versions(5);
  expect(versions.why).toBeNull();
  versions.lost(hungUp);
  expect(versions.why).toMatch(/hung up on without a word/);
  versions.lost(hungUp);
  expect(versions.why).toBeNull();
  expect(versions.lost(refused)).toBe('at once');
  expect(versions.why).toMatch(/does not speak MQTT 5/);
});
