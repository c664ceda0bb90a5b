import { describe, expect, test } from 'vitest';
import { fromColorTemperature } from '../../src/light/color-temperature.ts';
import type { ZoneTarget } from '../../src/model/state.ts';
import { blue, bytesAt, floor, leds, lit, orange, show } from './scenes.ts';

test('a black body has the sRGB values that lighting people publish, within one', () => {
  // T. Kang, "calibrated white light values in sRGB"
  const published = { 2000: [255, 139, 22], 2700: [255, 172, 89], 3000: [255, 184, 109], 3200: [255, 190, 122], 4000: [255, 211, 165] };
  for (const [kelvin, [red = 0, green = 0, blue = 0]] of Object.entries(published)) {
    const { r, g, b } = fromColorTemperature(Number(kelvin));
    expect(r).toBe(red);
    expect(Math.abs(g - green)).toBeLessThanOrEqual(1);
    expect(Math.abs(b - blue)).toBeLessThanOrEqual(1);
  }
});

test('its red never rises and its blue never falls with the temperature, and one component is full', () => {
  let before = fromColorTemperature(1500);
  for (let kelvin = 1501; kelvin <= 9000; kelvin += 1) {
    const now = fromColorTemperature(kelvin);
    expect(now.r).toBeLessThanOrEqual(before.r);
    expect(now.b).toBeGreaterThanOrEqual(before.b);
    expect(Math.max(now.r, now.g, now.b)).toBe(255);
    before = now;
  }
});

/** Orange before, now a temperature: the colour stays in the state and is not shown. */
function warm(kelvin: number, changed: Partial<ZoneTarget> = {}): ZoneTarget {
  return lit({ color: orange, color_mode: 'color_temp', color_temp: kelvin, ...changed });
}

function bytesOf(kelvin: number): number[] {
  const { r, g, b } = fromColorTemperature(kelvin);
  return [r, g, b];
}

describe('a zone in mode color_temp', () => {
  test.each([1500, 2700, 6500, 9000])('shows %i K and not its last colour', (kelvin) => {
    const stage = floor(1);
    show(stage, warm(kelvin));
    expect(bytesAt(stage, 0)).toEqual(bytesOf(kelvin));
  });

  test('goes from one temperature to another, and from and to a colour, by a transition', () => {
    const stage = floor(1);
    const steps = [
      { target: lit({ color: orange }), bytes: [255, 128, 0] },
      { target: warm(2000), bytes: bytesOf(2000) },
      { target: warm(6500), bytes: bytesOf(6500) },
      { target: lit({ color: orange }), bytes: [255, 128, 0] },
    ];
    let nowMs = 0;
    for (const { target, bytes } of steps) {
      const before = bytesAt(stage, nowMs);
      show(stage, target, nowMs, nowMs === 0 ? 0 : 400);
      if (nowMs > 0) expect(bytesAt(stage, nowMs)).toEqual(before);
      nowMs += 1000;
      expect(bytesAt(stage, nowMs)).toEqual(bytes);
    }
  });

  test('lights no white of a strip that has it, whatever white was chosen before', () => {
    const stage = floor(1, 1, 'RGBW');
    show(stage, warm(3000, { color: { ...orange, w: 200 } }));
    expect(bytesAt(stage, 0)).toEqual([...bytesOf(3000), 0]);
  });

  test('flashes in its temperature', () => {
    const stage = floor(1);
    show(stage, warm(2700));
    stage.show([], [{ zone: 'floor', kind: 'flash', durationMs: 1000 }], 0);
    expect(bytesAt(stage, 0)).toEqual(bytesOf(2700));
  });

  test('gives its effect the temperature as first colour, and takes a change of it', () => {
    const stage = floor(8);
    const breathing = { effect: 'breathe', palette: 'colors-1-2', intensity: 0, colors: [orange, blue] };
    for (const kelvin of [2000, 6500]) {
      show(stage, warm(kelvin, breathing));
      expect(leds(bytesAt(stage, 0))).toEqual([...Array(4).fill(bytesOf(kelvin)), ...Array(4).fill([0, 0, 255])]);
    }
  });

  test('gives it to an effect that paints with the colour itself, too', () => {
    const solid = floor(1);
    show(solid, warm(2000, { effect: 'solid' }));
    expect(bytesAt(solid, 0)).toEqual(bytesOf(2000));
  });
});
