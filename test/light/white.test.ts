import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromColorTemperature } from '../../src/light/color-temperature.ts';
import { FULL_LIGHT, toLight } from '../../src/light/linear.ts';
import { Stage } from '../../src/light/stage.ts';
import type { Components } from '../../src/model/color.ts';
import type { StripLayout } from '../../src/model/strip-layout.ts';
import { bytesAt, layout, lit, run, show, strip, zone } from './scenes.ts';

const level = fc.integer({ min: 0, max: 255 });

/** The bytes r, g, b, w of one LED that shows this colour. */
function shown(color: Components, changed: Partial<StripLayout>, order: StripLayout['order'] = 'RGBW'): number[] {
  const stage = new Stage(layout([strip(1, order, 'main', changed)], [zone('floor', run(0, 1))]));
  show(stage, lit({ color }));
  return bytesAt(stage, 0);
}

describe('the white component', () => {
  const color = { r: 200, g: 150, b: 100 };

  test('shows nothing by itself in mode none, but what was sent', () => {
    expect(shown(color, {})).toEqual([200, 150, 100, 0]);
    expect(shown({ ...color, w: 7 }, {})).toEqual([200, 150, 100, 7]);
  });

  test('adds the least component in mode brighter', () => {
    expect(shown(color, { autoWhite: 'brighter' })).toEqual([200, 150, 100, 100]);
  });

  test('takes the place of the least component in mode accurate', () => {
    const [r = 0, g = 0, b = 0, w = 0] = shown(color, { autoWhite: 'accurate' });
    expect([b, w]).toEqual([0, 100]);
    for (const [byte, value] of [
      [r, 200],
      [g, 150],
    ] as const)
      expect(Math.abs(toLight(byte) + toLight(100) - toLight(value))).toBeLessThan(400);
  });

  test('takes over no more in mode accurate than it can give beside what the client sent', () => {
    expect(shown({ r: 255, g: 255, b: 255, w: 255 }, { autoWhite: 'accurate' })).toEqual([255, 255, 255, 255]);
    fc.assert(
      fc.property(level, level, level, level, (r, g, b, w) => {
        const [redByte = 0, , , whiteByte = 0] = shown({ r, g, b, w }, { autoWhite: 'accurate' });
        expect(Math.abs(toLight(redByte) + toLight(whiteByte) - toLight(r) - toLight(w))).toBeLessThan(FULL_LIGHT * 0.012);
      }),
    );
  });

  test('is the client’s alone in mode dual where it sent one', () => {
    expect(shown(color, { autoWhite: 'dual' })).toEqual([200, 150, 100, 100]);
    expect(shown({ ...color, w: 3 }, { autoWhite: 'dual' })).toEqual([200, 150, 100, 3]);
  });

  test('never shows less than the client sent', () => {
    fc.assert(
      fc.property(level, level, level, level, fc.constantFrom('none', 'brighter', 'accurate', 'dual'), (r, g, b, w, autoWhite) => {
        expect(shown({ r, g, b, w }, { autoWhite })[3]).toBeGreaterThanOrEqual(w);
      }),
    );
  });

  test('of any colour gives in mode accurate the light that was asked for, to a step of the bytes', () => {
    fc.assert(
      fc.property(level, level, level, fc.option(fc.integer({ min: 1500, max: 9000 })), (r, g, b, whiteKelvin) => {
        const [redByte = 0, greenByte = 0, blueByte = 0, whiteByte = 0] = shown({ r, g, b }, { autoWhite: 'accurate', whiteKelvin });
        const white = whiteKelvin === null ? { r: 255, g: 255, b: 255 } : fromColorTemperature(whiteKelvin);
        for (const [byte, value, part] of [
          [redByte, r, white.r],
          [greenByte, g, white.g],
          [blueByte, b, white.b],
        ] as const) {
          const given = toLight(byte) + (toLight(whiteByte) * toLight(part)) / FULL_LIGHT;
          // A step of a byte is at most 1.2 % of all light, near full.
          expect(Math.abs(given - toLight(value))).toBeLessThan(FULL_LIGHT * 0.012);
        }
      }),
    );
  });

  test('of a warm LED takes only what is warm of a cold white', () => {
    const [r = 0, , b = 0, w = 0] = shown({ r: 255, g: 255, b: 255 }, { autoWhite: 'accurate', whiteKelvin: 2700 });
    expect(w).toBe(255);
    expect(r).toBe(0);
    expect(b).toBeGreaterThan(200);
  });

  test('helps a colour temperature in the modes that use it', () => {
    const stage = new Stage(layout([strip(1, 'RGBW', 'main', { autoWhite: 'accurate', whiteKelvin: 3000 })], [zone('floor', run(0, 1))]));
    show(stage, lit({ color_mode: 'color_temp', color_temp: 3000 }));
    expect(bytesAt(stage, 0)).toEqual([0, 0, 0, 255]);
  });

  test('stands where the order of components says', () => {
    const color4 = { r: 1, g: 2, b: 3, w: 4 };
    const values: Readonly<Record<string, number>> = { R: 1, G: 2, B: 3, W: 4 };
    for (const order of ['WRGB', 'RWGB', 'BGWR', 'GRBW'] as const)
      expect(shown(color4, {}, order)).toEqual(Array.from(order, (letter) => values[letter]));
  });
});

describe('the white balance', () => {
  test('dims the components as it says, and none of them where it is white', () => {
    expect(shown({ r: 255, g: 255, b: 255 }, { whiteBalance: [255, 255, 0] }, 'RGB')).toEqual([255, 255, 0]);
    fc.assert(
      fc.property(level, level, (value, gain) => {
        const [r, g, b] = shown({ r: value, g: value, b: value }, { whiteBalance: [255, gain, 128] }, 'RGB');
        expect(r).toBe(value);
        expect(g).toBeLessThanOrEqual(value);
        expect(Math.abs(toLight(g ?? 0) - (toLight(value) * gain) / 255)).toBeLessThan(FULL_LIGHT * 0.006);
        expect(Math.abs(toLight(b ?? 0) - (toLight(value) * 128) / 255)).toBeLessThan(FULL_LIGHT * 0.006);
      }),
    );
  });

  test('leaves the white component alone', () => {
    expect(shown({ r: 255, g: 255, b: 255, w: 255 }, { whiteBalance: [255, 0, 0] })).toEqual([255, 0, 0, 255]);
  });
});

test('gamma is each component’s own', () => {
  const plan = layout([strip(1, 'RGBW')], [zone('floor', run(0, 1))]);
  const stage = new Stage({ ...plan, gamma: { red: 1, green: 2, blue: 3, white: 4 } });
  show(stage, lit({ color: { r: 128, g: 128, b: 128, w: 128 } }));
  expect(bytesAt(stage, 0)).toEqual([1, 2, 3, 4].map((exponent) => Math.round(255 * (128 / 255) ** exponent)));
});
