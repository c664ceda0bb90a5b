import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Stage } from '../../src/light/stage.ts';
import type { ZoneTarget } from '../../src/model/state.ts';
import { blue, bytesAt, dark, floor, layout, lit, orange, run, show, strip, white, zone } from './scenes.ts';

const level = fc.integer({ min: 0, max: 255 });
const color = fc.record({ r: level, g: level, b: level });
/** Any target whose own picture does not jump: fire leaps from step to step by itself. */
const target: fc.Arbitrary<ZoneTarget> = fc
  .record({
    state: fc.constantFrom('ON', 'ON', 'ON', 'OFF'),
    brightness: fc.integer({ min: 1, max: 255 }),
    colors: fc.array(color, { minLength: 1, maxLength: 3 }),
    effect: fc.constantFrom('off', 'off', 'solid', 'rainbow', 'breathe', 'chase'),
    palette: fc.constantFrom('default', 'party', 'ocean', 'color-1', 'color-gradient'),
    speed: fc.integer({ min: 0, max: 128 }),
    intensity: level,
    reverse: fc.boolean(),
    mirror: fc.boolean(),
  })
  .map((changed) => lit({ ...changed, color: changed.colors[0] ?? white }));

const change = fc.record({
  target,
  waitMs: fc.integer({ min: 0, max: 400 }),
  transitionMs: fc.integer({ min: 200, max: 600 }),
  zone: fc.constantFrom('floor', 'shelf'),
});

function overlapping(): Stage {
  return new Stage(layout([strip(9)], [zone('floor', run(0, 6)), zone('shelf', run(4, 5))], 2.2));
}

describe('a transition', () => {
  test('never jumps, however often it is interrupted', () => {
    fc.assert(
      fc.property(fc.array(change, { minLength: 2, maxLength: 6 }), (changes) => {
        const stage = overlapping();
        let before = bytesAt(stage, 0);
        let nowMs = 0;
        const watch = (untilMs: number) => {
          for (; nowMs < untilMs; nowMs += 1) {
            const now = bytesAt(stage, nowMs);
            // In 1 ms of at least 200 ms a component's fade moves 1.3 of 255, and its brightness three times that.
            expect(Math.max(...now.map((byte, index) => Math.abs(byte - (before[index] ?? 0))))).toBeLessThanOrEqual(8);
            before = now;
          }
        };
        for (const { target: next, waitMs, transitionMs, zone: id } of changes) {
          watch(nowMs + waitMs);
          show(stage, next, nowMs, transitionMs, id);
        }
        watch(nowMs + 700);
      }),
      { numRuns: 40 },
    );
  });

  test('arrives exactly at its target, then rests', () => {
    fc.assert(
      fc.property(fc.array(color, { minLength: 1, maxLength: 4 }), color, (ways, last) => {
        const stage = floor(3);
        ways.forEach((way, index) => {
          show(stage, lit({ color: way }), index * 50, 400);
        });
        show(stage, lit({ color: last }), 200, 300);
        expect(stage.moving(200)).toBe(true);
        expect(bytesAt(stage, 500)).toEqual([last, last, last].flatMap(({ r, g, b }) => [r, g, b]));
        expect(stage.moving(500)).toBe(false);
      }),
    );
  });

  test('interrupted a thousand times stays where it was each time, and arrives', () => {
    const stage = floor(3);
    show(stage, lit({ color: blue }));
    for (let nowMs = 0; nowMs < 10_000; nowMs += 10) {
      const before = bytesAt(stage, nowMs);
      const next = nowMs % 20 === 0 ? lit({ color: orange, effect: 'rainbow' }) : lit({ color: blue, brightness: 100 });
      show(stage, next, nowMs, 5000);
      const after = bytesAt(stage, nowMs);
      expect(Math.max(...after.map((byte, index) => Math.abs(byte - (before[index] ?? 0))))).toBeLessThanOrEqual(1);
    }
    show(stage, lit({ color: orange }), 10_000, 400);
    expect(bytesAt(stage, 10_400)).toEqual([255, 128, 0, 255, 128, 0, 255, 128, 0]);
    expect(stage.moving(10_400)).toBe(false);
  });

  test('of an hour moves evenly all the time', () => {
    const stage = floor(1);
    show(stage, lit({ brightness: 1 }));
    show(stage, lit({ brightness: 255 }), 0, 3_600_000);
    const reds = Array.from({ length: 61 }, (_, minute) => bytesAt(stage, minute * 60_000)[0] ?? 0);
    for (const [minute, red] of reds.entries()) expect(Math.abs(red - (1 + (254 * minute) / 60))).toBeLessThanOrEqual(1);
    expect(stage.moving(3_599_000)).toBe(true);
  });

  test('of 0 ms is at once, and ends what was under way', () => {
    const stage = floor(1);
    show(stage, lit({ color: blue }));
    show(stage, lit({ color: orange }), 0, 1000);
    show(stage, lit({ color: orange }), 500, 0);
    expect(bytesAt(stage, 500)).toEqual([255, 128, 0]);
    expect(stage.moving(500)).toBe(false);
  });

  test('mixes colours as light: half of red and half of green are each as bright as 188', () => {
    const stage = floor(1);
    show(stage, lit({ color: { r: 255, g: 0, b: 0 } }));
    show(stage, lit({ color: { r: 0, g: 255, b: 0 } }), 0, 400);
    expect(bytesAt(stage, 200)).toEqual([188, 188, 0]);
  });

  test('of brightness is even to the eye', () => {
    const stage = floor(1);
    show(stage, lit());
    show(stage, dark, 0, 255);
    expect([0, 55, 155, 254, 255].map((nowMs) => bytesAt(stage, nowMs)[0])).toEqual([255, 200, 100, 1, 0]);
    expect(stage.moving(255)).toBe(false);
  });

  test('of a zone that turns on from dark shows its own colour from the start', () => {
    const stage = floor(1);
    show(stage, lit({ color: { r: 255, g: 0, b: 0 } }));
    show(stage, lit({ color: { r: 255, g: 0, b: 0 }, state: 'OFF' }), 0, 100);
    show(stage, lit({ color: blue }), 200, 400);
    expect(bytesAt(stage, 300)).toEqual([0, 0, 64]);
  });

  test('of colour is not disturbed by a change of brightness alone', () => {
    const stage = floor(1);
    const still = floor(1);
    for (const each of [stage, still]) {
      show(each, lit({ color: blue }));
      show(each, lit({ color: orange }), 0, 1000);
    }
    show(stage, lit({ color: orange, brightness: 100 }), 300, 100);
    show(stage, lit({ color: orange, brightness: 255 }), 450, 100);
    expect(bytesAt(stage, 700)).toEqual(bytesAt(still, 700));
  });

  test('keeps both pictures moving', () => {
    const stage = floor(20);
    show(stage, lit({ effect: 'rainbow' }));
    show(stage, lit({ effect: 'rainbow', palette: 'ocean' }), 0, 1e9);
    expect(bytesAt(stage, 1000)).not.toEqual(bytesAt(stage, 1500));
    const plain = floor(20);
    show(plain, lit({ effect: 'rainbow' }));
    expect(bytesAt(stage, 1000)).toEqual(bytesAt(plain, 1000));
  });
});

describe('an effect', () => {
  test('goes on where it was when its palette or speed changes', () => {
    const changed = floor(30);
    const plain = floor(30);
    show(changed, lit({ effect: 'rainbow', palette: 'ocean', speed: 20 }));
    show(plain, lit({ effect: 'rainbow', palette: 'ocean', speed: 20 }));
    show(changed, lit({ effect: 'rainbow', palette: 'ocean', speed: 255 }), 5000, 400);
    expect(bytesAt(changed, 5000)).toEqual(bytesAt(plain, 5000));
    show(changed, lit({ effect: 'rainbow', palette: 'rainbow', speed: 20 }), 5000, 0);
    const rainbow = floor(30);
    show(rainbow, lit({ effect: 'rainbow', speed: 20 }));
    expect(bytesAt(changed, 9000)).toEqual(bytesAt(rainbow, 9000));
  });

  test('keeps its fire when the palette changes', () => {
    const changed = floor(40);
    const plain = floor(40);
    show(changed, lit({ effect: 'fire-2012', palette: 'ocean' }));
    show(plain, lit({ effect: 'fire-2012' }));
    show(changed, lit({ effect: 'fire-2012' }), 3000, 100);
    expect(bytesAt(changed, 3500)).toEqual(bytesAt(plain, 3500));
  });

  test('moves while it is lit', () => {
    const stage = floor(3);
    show(stage, lit({ effect: 'rainbow' }));
    stage.draw(0);
    expect(stage.moving(0)).toBe(true);
    show(stage, lit({ effect: 'rainbow', state: 'OFF' }), 100, 400);
    stage.draw(500);
    expect(stage.moving(500)).toBe(false);
  });
});
