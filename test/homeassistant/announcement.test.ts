/** What is told and taken back, as rules over any sequence of configurations. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  emptied,
  forget,
  GONE_MOST,
  nothingTold,
  type Placed,
  revived,
  standing,
  type Told,
  tell,
  toldSchema,
} from '../../src/homeassistant/announcement.ts';
import type { Component } from '../../src/homeassistant/component.ts';

const light = (id: string): Component => ({ platform: 'light', unique_id: id, name: id });

function placed(topic: string, ids: readonly string[]): Placed {
  const components = Object.fromEntries(ids.map((id) => [id, light(id)]));
  return { topic, document: { device: { name: 'd' }, origin: { name: 'o' }, availability: [], components } };
}

const ids = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'));
const step = fc.option(fc.record({ topic: fc.constantFrom('one', 'two'), ids }), { nil: null });
const run = (steps: readonly ({ topic: string; ids: string[] } | null)[]): Told =>
  steps.reduce((told, next) => tell(told, next === null ? null : placed(next.topic, next.ids)), nothingTold);

const componentsOf = (words: readonly [string, string] | null | undefined): Record<string, Component> =>
  words === null || words === undefined || words[1] === '' ? {} : JSON.parse(words[1]).components;

it('whatever was ever there and is not now is said to be gone, by its platform alone', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 8 }), step, (earlier, last) => {
      const told = run([...earlier, last]);
      const ever = earlier.filter((each) => each !== null && each.topic === last?.topic).flatMap((each) => each?.ids ?? []);
      const said = componentsOf(standing(told));
      for (const id of last?.ids ?? []) expect(said[id]).toEqual(light(id));
      for (const id of ever) if (!last?.ids.includes(id)) expect(said[id]).toEqual({ platform: 'light' });
      expect(Object.keys(said).sort()).toEqual([...new Set([...ever, ...(last?.ids ?? [])])].sort().filter(() => last !== null));
    }),
  );
});

it('topics that were left are emptied, but never the one in use', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 8 }), (steps) => {
      const told = run(steps);
      const now = steps.at(-1)?.topic;
      const left = new Set(steps.flatMap((each) => (each === null || each.topic === now || each.ids.length === 0 ? [] : each.topic)));
      expect(emptied(told).map(([topic, payload]) => [topic, payload])).toEqual(
        expect.arrayContaining([...left].map((topic) => [topic, ''])),
      );
      expect(emptied(told).map(([topic]) => topic)).not.toContain(now);
    }),
  );
});

it('for one who has forgotten everything, what is gone is said once more in full beside what there is', () => {
  const told = run([
    { topic: 'one', ids: ['a', 'b'] },
    { topic: 'one', ids: ['b', 'c'] },
  ]);
  expect(componentsOf(revived(told)[0])).toEqual({ a: light('a'), b: light('b'), c: light('c') });
  expect(componentsOf(standing(forget(told)))).toEqual({ b: light('b'), c: light('c') });
});

it('what comes back is not gone', () => {
  const told = run([
    { topic: 'one', ids: ['a', 'b'] },
    { topic: 'one', ids: ['b'] },
    { topic: 'one', ids: ['a', 'b'] },
  ]);
  expect(told.gone).toEqual([]);
});

it('what is remembered to be gone is bounded, and the newest stay', () => {
  let told = nothingTold;
  for (let round = 0; round < 60; round += 1) {
    const those = Array.from({ length: 10 }, (_, index) => `zone${10 * round + index}`);
    told = tell(told, placed('one', those));
  }
  const gone = told.gone.flatMap(({ document }) => Object.keys(document.components));
  expect(gone).toHaveLength(GONE_MOST);
  expect([gone[0], gone.at(-1)]).toEqual(['zone90', 'zone589']);
});

it('comes back from a file as it was', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 6 }), (steps) => {
      const told = run(steps);
      expect(toldSchema.parse(JSON.parse(JSON.stringify(told)))).toEqual(told);
    }),
  );
});
