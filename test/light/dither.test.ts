import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Dither, nearest, PERIOD, quantize3, quantize4 } from '../../src/light/dither.ts';
import { Stage } from '../../src/light/stage.ts';
import { blue, bytesAt, dark, floor, layout, lit, orange, run, show, strip, zone } from './scenes.ts';

const WHOLE = 65_536;
const drive = fc.integer({ min: 0, max: 65_535 });

/** The sum of each byte over one period of frames that begins at `first`. */
function sumsOf(drives: Uint16Array, quantize: typeof quantize3, scale: number, first: number): number[] {
  const [dither, bytes, sums] = [new Dither(), new Uint8Array(drives.length), new Float64Array(4)];
  const totals = new Array<number>(drives.length).fill(0);
  for (let frame = first; frame < first + PERIOD; frame += 1) {
    dither.setFrame(frame);
    quantize(bytes, drives, scale, dither, sums);
    for (const [at, byte] of bytes.entries()) totals[at] = (totals[at] ?? 0) + byte;
  }
  return totals;
}

describe('dithered bytes', () => {
  test('have over a period exactly the mean of their 16-bit value, at every place, from any frame on', () => {
    fc.assert(
      fc.property(fc.array(drive, { minLength: 12, maxLength: 24 }), fc.nat(1_000_000), (given, first) => {
        const drives = Uint16Array.from(given.slice(0, given.length - (given.length % 12)));
        for (const quantize of [quantize3, quantize4]) expect(sumsOf(drives, quantize, WHOLE, first)).toEqual([...drives]);
      }),
    );
  });

  test('of a scaled value have the mean of that value rounded down', () => {
    fc.assert(
      fc.property(drive, fc.integer({ min: 0, max: WHOLE }), (value, scale) => {
        const drives = Uint16Array.from([value, value, value]);
        const scaled = Number((BigInt(value) * BigInt(scale)) >> 16n);
        expect(sumsOf(drives, quantize3, scale, 0)).toEqual([scaled, scaled, scaled]);
      }),
    );
  });

  test('are near that mean in a few frames already, and near it over the strip in each', () => {
    const leds = 120;
    const [dither, bytes, sums] = [new Dither(), new Uint8Array(leds * 3), new Float64Array(4)];
    fc.assert(
      fc.property(drive, fc.nat(10_000), (value, first) => {
        const drives = new Uint16Array(leds * 3).fill(value);
        const ofOne: number[] = [];
        for (let frame = first; frame < first + 8; frame += 1) {
          dither.setFrame(frame);
          quantize3(bytes, drives, WHOLE, dither, sums);
          ofOne.push(bytes[0] ?? 0);
          expect(Math.abs((sums[0] ?? 0) - (leds * value) / 257)).toBeLessThan(4.5); // 4.44 is the worst of all thresholds and values
        }
        expect(Math.abs(ofOne.reduce((sum, byte) => sum + byte, 0) / 8 - value / 257)).toBeLessThan(0.25);
      }),
    );
  });

  test('are the nearest where nothing is dithered', () => {
    const [bytes, sums] = [new Uint8Array(3), new Float64Array(4)];
    for (let value = 0; value <= 65_535; value += 1) {
      quantize3(bytes, new Uint16Array(3).fill(value), WHOLE, nearest, sums);
      if (bytes[0] !== Math.round(value / 257) || bytes[2] !== bytes[0]) expect([value, ...bytes]).toEqual('the nearest');
    }
    expect([...sums]).toEqual([255, 255, 255, 0]);
  });
});

describe('a stage that dithers', () => {
  /** The light of the first component over a period of frames at one moment. */
  function lightAt(stage: Stage, nowMs: number): number {
    let sum = 0;
    for (let frame = 0; frame < PERIOD; frame += 1) sum += bytesAt(stage, nowMs)[0] ?? 0;
    return sum;
  }

  test('shows each value of a client at its own light, where 8 bits have the same byte for many', () => {
    const stage = floor(2, 2.2);
    stage.dither(true);
    for (let value = 0; value <= 255; value += 1) {
      show(stage, lit({ color: { r: value, g: 0, b: 0 } }));
      expect(lightAt(stage, 0)).toBe(Math.round(65_535 * (value / 255) ** 2.2));
    }
  });

  test('fades at 2 % brightness without a step: thirty moments of it are thirty lights', () => {
    const stage = floor(1, 2.2);
    stage.dither(true);
    show(stage, lit({ brightness: 40 }));
    show(stage, lit({ brightness: 45 }), 0, 3000);
    const lights = Array.from({ length: 31 }, (_, moment) => lightAt(stage, moment * 100));
    expect(new Set(lights).size).toBe(31);
    expect(lights).toEqual(lights.toSorted((a, b) => a - b));
  });

  test('goes on while it is still, as long as a value lies between two bytes', () => {
    const stage = floor(1, 2.2);
    stage.dither(true);
    show(stage, lit({ color: orange }));
    stage.draw(0);
    expect(stage.moving(0)).toBe(true);
    for (const target of [lit({ color: blue }), dark]) {
      show(stage, target);
      stage.draw(0);
      expect(stage.moving(0)).toBe(false);
    }
    show(stage, lit({ color: orange }));
    stage.dither(false);
    stage.draw(0);
    expect(stage.moving(0)).toBe(false);
  });

  test('keeps brightness 1 lit, and lets more of the low levels differ than 8 bits do', () => {
    const levels = (dithers: boolean) => {
      const stage = floor(1, 2.2);
      stage.dither(dithers);
      return Array.from({ length: 40 }, (_, index) => {
        show(stage, lit({ brightness: index + 1 }));
        return lightAt(stage, 0);
      });
    };
    const [plain, dithered] = [levels(false), levels(true)];
    expect(Math.min(...plain, ...dithered)).toBeGreaterThan(0);
    expect(new Set(dithered).size).toBeGreaterThan(2 * new Set(plain).size);
  });

  test('keeps dithering after a reload', () => {
    const plan = layout([strip(2)], [zone('floor', run(0, 2))], 2.2);
    const stage = new Stage(plan);
    stage.dither(true);
    stage.configure(plan, 0);
    show(stage, lit({ color: orange }));
    stage.draw(0);
    expect(stage.moving(0)).toBe(true);
  });
});
