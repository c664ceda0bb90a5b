import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Stage } from '../../src/light/stage.ts';
import { blue, bytesAt, dark, floor, layout, leds, lit, orange, run, show, strip, white, zone } from './scenes.ts';

const level = fc.integer({ min: 0, max: 255 });

describe('a solid colour', () => {
  test('sends its values as they came, with gamma 1 and full brightness', () => {
    fc.assert(
      fc.property(level, level, level, (r, g, b) => {
        const stage = floor(2);
        show(stage, lit({ color: { r, g, b } }));
        expect(bytesAt(stage, 0)).toEqual([r, g, b, r, g, b]);
      }),
    );
  });

  test('has gamma applied exactly once, and none in its preview', () => {
    fc.assert(
      fc.property(level, fc.constantFrom(1, 1.8, 2.2, 2.8, 4), (value, gamma) => {
        const stage = floor(1, gamma);
        show(stage, lit({ color: { r: value, g: 255, b: 0 } }));
        expect(bytesAt(stage, 0)).toEqual([Math.round(255 * (value / 255) ** gamma), 255, 0]);
        expect([...(stage.strips[0]?.preview() ?? [])]).toEqual([value, 255, 0]);
      }),
    );
  });

  test('follows the order of components of its strip', () => {
    const orders = { RGB: [1, 2, 3], RBG: [1, 3, 2], GRB: [2, 1, 3], GBR: [2, 3, 1], BRG: [3, 1, 2], BGR: [3, 2, 1] } as const;
    for (const order of ['RGB', 'RBG', 'GRB', 'GBR', 'BRG', 'BGR'] as const) {
      const stage = floor(1, 1, order);
      show(stage, lit({ color: { r: 1, g: 2, b: 3 } }));
      expect(bytesAt(stage, 0)).toEqual(orders[order]);
    }
  });

  test('lights the white of a strip that has it, and mixes it into the preview', () => {
    const stage = floor(2, 1, 'GRBW');
    show(stage, lit({ color: { r: 255, g: 0, b: 0, w: 99 } }));
    expect(bytesAt(stage, 0)).toEqual([0, 255, 0, 99, 0, 255, 0, 99]);
    expect([...(stage.strips[0]?.preview() ?? [])].slice(0, 3)).toEqual([255, 99, 99]);
    show(stage, lit({ effect: 'rainbow', color: { r: 255, g: 0, b: 0, w: 99 } }));
    expect(leds(bytesAt(stage, 0), 4).map((led) => led[3])).toEqual([0, 0]);
  });

  test('has a white that goes out while an effect runs, on a picture that is fresh, replaced or half-way, and comes back', () => {
    const color = { r: 10, g: 0, b: 0, w: 255 };
    const stage = floor(2, 1, 'RGBW');
    const whites = (nowMs: number) => leds(bytesAt(stage, nowMs), 4).map((led) => led[3]);
    show(stage, lit({ effect: 'rainbow', color }));
    expect(whites(10)).toEqual([0, 0]);
    show(stage, lit({ effect: 'rainbow', palette: 'party', color }), 20, 400);
    show(stage, lit({ effect: 'chase', color }), 100, 400);
    show(stage, lit({ effect: 'breathe', color }), 200, 400);
    expect([200, 300, 700].map(whites)).toEqual(Array(3).fill([0, 0]));
    show(stage, lit({ color }), 800, 0);
    expect(whites(800)).toEqual([255, 255]);
    show(stage, lit({ effect: 'rainbow', color }), 900, 400);
    expect(whites(1300)).toEqual([0, 0]);
  });

  test('lights LEDs of its zone alone', () => {
    const stage = new Stage(layout([strip(5)], [zone('floor', run(1, 2))]));
    show(stage, lit());
    expect(leds(bytesAt(stage, 0)).map((led) => led[0])).toEqual([0, 255, 255, 0, 0]);
  });
});

describe('brightness', () => {
  test('dims white to its own value, with gamma 1', () => {
    for (let brightness = 1; brightness <= 255; brightness += 1) {
      const stage = floor(1);
      show(stage, lit({ brightness }));
      expect(bytesAt(stage, 0)).toEqual([brightness, brightness, brightness]);
    }
  });

  test('never falls as it rises, and leaves a full component lit at 1', () => {
    for (const gamma of [1, 2.2, 4]) {
      const stage = floor(1, gamma);
      let before = 1;
      for (let brightness = 1; brightness <= 255; brightness += 1) {
        show(stage, lit({ brightness, color: orange }));
        const [red = 0] = bytesAt(stage, 0);
        expect(red).toBeGreaterThanOrEqual(before);
        before = red;
      }
      expect(before).toBe(255);
    }
  });

  test('of 1 leaves a full white lit, and where there is none is not raised by its gamma', () => {
    const gamma = { red: 1, green: 1, blue: 1, white: 4 };
    const only = (order: 'RGB' | 'RGBW') => new Stage({ ...layout([strip(1, order)], [zone('floor', run(0, 1))]), gamma });
    const [plain, white4] = [only('RGB'), only('RGBW')];
    show(plain, lit({ brightness: 1 }));
    expect(bytesAt(plain, 0)).toEqual([1, 1, 1]);
    show(white4, lit({ brightness: 1, color: { r: 0, g: 0, b: 0, w: 255 } }));
    expect(bytesAt(white4, 0)).toEqual([0, 0, 0, 1]);
  });

  test('of a zone that is off is black', () => {
    const stage = floor(2);
    show(stage, dark);
    expect(bytesAt(stage, 0)).toEqual([0, 0, 0, 0, 0, 0]);
  });
});

describe('the current', () => {
  test('is 0.7 mA a LED when dark and 16 + 11 + 15 mA more at full white', () => {
    const stage = floor(100);
    stage.draw(0);
    expect(stage.currentMa()).toBeCloseTo(70);
    show(stage, lit());
    stage.draw(0);
    expect(stage.currentMa()).toBeCloseTo(100 * 42.7);
  });

  test('counts 18 mA for a white component', () => {
    const stage = floor(10, 1, 'GRBW');
    show(stage, lit({ color: { r: 0, g: 0, b: 0, w: 255 } }));
    stage.draw(0);
    expect(stage.currentMa()).toBeCloseTo(187);
  });
});

describe('an overlay', () => {
  test('flashes in the colour of the zone, twice a second, until its time is over', () => {
    const stage = floor(1);
    show(stage, lit({ color: blue }));
    stage.show([], [{ zone: 'floor', kind: 'flash', durationMs: 1000 }], 100);
    expect([100, 349, 350, 599, 600, 1099].map((nowMs) => bytesAt(stage, nowMs)[2])).toEqual([255, 255, 0, 0, 255, 0]);
    expect(stage.moving(1099)).toBe(true);
    expect(bytesAt(stage, 1100)).toEqual([0, 0, 255]);
    expect(stage.moving(1100)).toBe(false);
  });

  test('identifies in white, even a zone that is off', () => {
    const stage = floor(1);
    stage.show([], [{ zone: 'floor', kind: 'identify', durationMs: 1000 }], 0);
    expect(bytesAt(stage, 0)).toEqual([white.r, white.g, white.b]);
    expect(bytesAt(stage, 250)).toEqual([0, 0, 0]);
    expect(bytesAt(stage, 1000)).toEqual([0, 0, 0]);
  });
});
