import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Stage } from '../../src/light/stage.ts';
import { zonePreview } from '../../src/light/zone-preview.ts';
import type { RenderLayout, SegmentLayout } from '../../src/model/strip-layout.ts';
import { bytesAt, floor, layout, lit, run, show, strip, zone } from './scenes.ts';

const shownBy = (stage: Stage) => new Map(stage.strips.map((frame) => [frame.id, frame.preview()]));

function previewOf(id: string, { zones, strips }: RenderLayout, shown: ReadonlyMap<string, Uint8Array>): Uint8Array | null {
  const meant = zones.find((one) => one.id === id);
  return meant === undefined ? null : zonePreview(meant, strips, shown);
}

/** Segments that share no LED, over two strips of 40, in any order. */
const segments = fc
  .array(fc.record({ index: fc.integer({ min: 0, max: 1 }), length: fc.integer({ min: 1, max: 6 }), reverse: fc.boolean() }), {
    minLength: 1,
    maxLength: 6,
  })
  .chain((runs) => {
    const next = [0, 1];
    const placed = runs.map(({ index, length, reverse }): SegmentLayout => {
      const first = next[index] ?? 0;
      next[index] = first + length;
      return run(first, length, reverse, index);
    });
    return fc.shuffledSubarray(placed, { minLength: placed.length });
  });

test('whatever its segments, a zone is previewed as light draws it on a plain strip', () => {
  fc.assert(
    fc.property(segments, fc.constantFrom('rainbow', 'chase'), fc.nat(5000), (placed, effect, ms) => {
      const spread = layout([strip(40), strip(40, 'GRB', 'other')], [zone('floor', ...placed)]);
      const stage = new Stage(spread);
      const plain = floor(placed.reduce((sum, { length }) => sum + length, 0));
      for (const one of [stage, plain]) show(one, lit({ effect }));
      for (const one of [stage, plain]) bytesAt(one, ms);
      expect(previewOf('floor', spread, shownBy(stage))).toEqual(shownBy(plain).get('main'));
    }),
  );
});

describe('a preview', () => {
  const spread = layout([strip(4), strip(2, 'RGB', 'other')], [zone('floor', run(1, 2, true), run(0, 2, false, 1))]);
  const leds = (...numbers: number[]) => Uint8Array.from(numbers.flatMap((one) => [one, one + 100, one + 200]));

  test('walks the segments in their order, reversed ones from their end', () => {
    const shown = new Map([
      ['main', leds(0, 1, 2, 3)],
      ['other', leds(10, 11)],
    ]);
    expect(previewOf('floor', spread, shown)).toEqual(leds(2, 1, 10, 11));
  });

  test.each([
    ['a strip has another length', [['main', leds(0, 1, 2)] as const, ['other', leds(10, 11)] as const]],
    ['a strip is missing', [['main', leds(0, 1, 2, 3)] as const]],
  ])('is none where %s: a picture of the layout before', (_why, shown) => {
    expect(previewOf('floor', spread, new Map(shown))).toBeNull();
  });
});
