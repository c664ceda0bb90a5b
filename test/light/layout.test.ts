import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Stage } from '../../src/light/stage.ts';
import type { SegmentLayout } from '../../src/model/strip-layout.ts';
import { blue, bytesAt, dark, floor, layout, leds, lit, orange, run, show, strip, white, zone } from './scenes.ts';

/** Segments that share no LED, over two strips, in any order. */
const apart = fc
  .array(
    fc.record({ index: fc.integer({ min: 0, max: 1 }), gap: fc.nat(3), length: fc.integer({ min: 1, max: 9 }), reverse: fc.boolean() }),
    {
      minLength: 1,
      maxLength: 6,
    },
  )
  .chain((runs) => {
    const next = [0, 0];
    const segments = runs.map(({ index, gap, length, reverse }): SegmentLayout => {
      const first = (next[index] ?? 0) + gap;
      next[index] = first + length;
      return run(first, length, reverse, index);
    });
    const lengths = next.map((end) => end + 2);
    return fc.shuffledSubarray(segments, { minLength: segments.length }).map((shuffled) => ({ segments: shuffled, lengths }));
  });

test('a zone lights each of its LEDs exactly once, in the order of its segments, and no other', () => {
  fc.assert(
    fc.property(apart, ({ segments, lengths }) => {
      const spread = new Stage(layout([strip(lengths[0] ?? 1), strip(lengths[1] ?? 1, 'RGB', 'other')], [zone('floor', ...segments)]));
      const length = segments.reduce((sum, segment) => sum + segment.length, 0);
      const plain = floor(length);
      for (const stage of [spread, plain]) show(stage, lit({ effect: 'rainbow' }));
      const drawn = [leds(bytesAt(spread, 500, 0)), leds(bytesAt(spread, 500, 1))];
      const walked = segments.flatMap(({ strip: index, first, length: count, reverse }) => {
        const part = drawn[index]?.splice(first, count, ...Array.from({ length: count }, () => [0, 0, 0])) ?? [];
        return reverse ? part.toReversed() : part;
      });
      expect(walked).toEqual(leds(bytesAt(plain, 500)));
      expect(drawn.flat(2).every((byte) => byte === 0)).toBe(true);
    }),
  );
});

describe('zones that overlap', () => {
  const overlapping = () => new Stage(layout([strip(3)], [zone('below', run(0, 2)), zone('above', run(1, 2))]));

  test('show the later one where both are on', () => {
    const stage = overlapping();
    show(stage, lit({ color: blue }), 0, 0, 'below');
    show(stage, lit({ color: orange }), 0, 0, 'above');
    expect(leds(bytesAt(stage, 0))).toEqual([
      [0, 0, 255],
      [255, 128, 0],
      [255, 128, 0],
    ]);
  });

  test('show the earlier one where the later is off, without a jump while it turns off', () => {
    const stage = overlapping();
    show(stage, lit({ color: white }), 0, 0, 'below');
    show(stage, lit({ color: white }), 0, 0, 'above');
    show(stage, dark, 0, 400, 'above');
    let before = 255;
    for (let nowMs = 0; nowMs <= 400; nowMs += 1) {
      const red = leds(bytesAt(stage, nowMs))[1]?.[0] ?? 0;
      expect(Math.abs(red - before)).toBeLessThanOrEqual(2);
      before = red;
    }
    expect(leds(bytesAt(stage, 400)).map((led) => led[0])).toEqual([255, 255, 0]);
  });
});

describe('a new layout', () => {
  test('leaves zones that stay as they are, in the middle of a transition too', () => {
    const stage = floor(4);
    const still = floor(4);
    for (const each of [stage, still]) {
      show(each, lit({ effect: 'rainbow' }));
      show(each, lit({ color: blue }), 100, 1000);
    }
    stage.configure(layout([strip(6, 'GRB')], [zone('new', run(0, 2)), zone('floor', run(2, 4))]), 500);
    const drawn = leds(bytesAt(stage, 600));
    expect(drawn.slice(2).map(([g, r, b]) => [r, g, b])).toEqual(leds(bytesAt(still, 600)));
    expect(drawn.slice(0, 2).flat()).toEqual([0, 0, 0, 0, 0, 0]);
  });

  test('keeps brightness on its way, effects in their phase and flashes, where a zone lies elsewhere now', () => {
    const before = layout([strip(6)], [zone('floor', run(0, 4)), zone('shelf', run(4, 2))]);
    const after = layout([strip(9, 'BGR', 'new'), strip(6)], [zone('shelf', run(4, 2, false, 1)), zone('floor', run(0, 4, false, 1))]);
    const [stage, still] = [new Stage(before), new Stage(before)];
    for (const each of [stage, still]) {
      show(each, lit({ effect: 'chase' }));
      show(each, lit({ effect: 'chase', state: 'OFF' }), 100, 2000);
      show(each, lit({ color: orange, brightness: 40 }), 100, 0, 'shelf');
      each.show([], [{ zone: 'shelf', kind: 'flash', durationMs: 2000 }], 300);
    }
    for (const [ms, next] of [
      [400, after],
      [900, before],
      [950, after],
    ] as const) {
      stage.configure(next, ms);
      for (const later of [ms, ms + 33]) expect(bytesAt(stage, later, next === after ? 1 : 0)).toEqual(bytesAt(still, later));
    }
    for (const ms of [1500, 2100, 2299]) expect(bytesAt(stage, ms, 1)).toEqual(bytesAt(still, ms));
    expect(stage.moving(2299)).toBe(true);
    expect(bytesAt(stage, 2300, 1)).toEqual(bytesAt(still, 2300));
    expect(stage.moving(2300)).toBe(false);
  });

  test('gives a zone of another length its target anew', () => {
    const stage = floor(2);
    show(stage, lit({ color: orange }));
    stage.configure(layout([strip(3)], [zone('floor', run(0, 3))]), 10);
    expect(leds(bytesAt(stage, 10))).toEqual([
      [255, 128, 0],
      [255, 128, 0],
      [255, 128, 0],
    ]);
  });

  test('takes another gamma', () => {
    const stage = floor(1);
    show(stage, lit({ color: orange }));
    stage.configure(layout([strip(1)], [zone('floor', run(0, 1))], 2.2), 10);
    expect(bytesAt(stage, 10)).toEqual([255, 56, 0]);
  });

  test('forgets zones that are gone, and ignores what is still sent to them', () => {
    const stage = floor(1);
    show(stage, lit());
    stage.configure(layout([strip(1)], []), 10);
    show(stage, lit(), 20);
    expect(bytesAt(stage, 20)).toEqual([0, 0, 0]);
  });
});
