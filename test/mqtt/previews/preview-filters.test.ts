import fc from 'fast-check';
import { expect, it } from 'vitest';
import { matches } from '../../../src/mqtt/guards/filters.ts';
import { EVERY, meantBy } from '../../../src/mqtt/previews/preview-filters.ts';

const room = 'home/diuna/preview';

it.each([
  ['home/diuna/preview/floor', 'floor'],
  ['home/diuna/preview/floor/#', 'floor'],
  ['+/+/+/floor', 'floor'],
  ['#', EVERY],
  ['home/#', EVERY],
  ['home/diuna/preview/#', EVERY],
  ['home/diuna/preview/+', EVERY],
  ['home/diuna/preview/+/#', EVERY],
  ['home/diuna/preview', null],
  ['home/diuna/preview/floor/more', null],
  ['home/diuna/zone/+/state', null],
  ['diuna/preview/floor', null],
  ['+', null],
])('%s means %s', (filter, meant) => {
  expect(meantBy(filter, room)).toBe(meant);
});

it('any filter means what it matches', () => {
  const level = fc.constantFrom('home', 'diuna', 'preview', 'floor', 'shelf', '+');
  const filters = fc
    .tuple(fc.array(level, { minLength: 1, maxLength: 6 }), fc.boolean())
    .map(([levels, isOpen]) => (isOpen ? [...levels.slice(0, -1), '#'] : levels).join('/'));
  const likely = fc.tuple(fc.constantFrom('home', '+'), fc.constantFrom('diuna', '+'), fc.constantFrom('preview', '+'), filters);
  fc.assert(
    fc.property(
      fc.oneof(
        filters,
        likely.map((parts) => parts.join('/')),
      ),
      (filter) => {
        const meant = meantBy(filter, room);
        for (const zone of ['floor', 'shelf']) expect(meant === EVERY || meant === zone).toBe(matches(filter, `${room}/${zone}`));
      },
    ),
    { numRuns: 2000 },
  );
});
