import { expect, test } from 'vitest';
import { fromColorTemperature } from '../../src/light/color-temperature.ts';

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
