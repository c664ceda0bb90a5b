import { expect, it } from 'vitest';
import { Sparing } from '../../src/mqtt/sparing.ts';

it('says the same once in ten seconds, and then how often it did not', () => {
  let nowMs = 0;
  const sparing = new Sparing(() => nowMs);
  const said: unknown[] = [];
  const say = (what: string) => sparing.say(what, (unsaid) => said.push([what, unsaid]));
  for (const what of ['a', 'a', 'b', 'a']) say(what);
  expect(said).toEqual([
    ['a', {}],
    ['b', { more: 1 }],
  ]);
  nowMs = 10_000;
  say('a');
  expect(said.at(-1)).toEqual(['a', { more: 1 }]);
});

it('says no more than 64 different things in that time', () => {
  const sparing = new Sparing(() => 0);
  let said = 0;
  for (let index = 0; index < 1000; index += 1) sparing.say(String(index), () => (said += 1));
  expect(said).toBe(64);
});
