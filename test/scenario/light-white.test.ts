/** Colour temperature on three components and on four, and white where there is any. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { TestClient } from '../support/client.ts';
import { light, lightHouse, set } from './light-house.ts';

const { house, wires } = await lightHouse(
  { plain: { length: 4 }, white: { length: 4, type: 'sk6812w', auto_white: 'accurate' } },
  {
    renderer: { transition: 0, gamma: 1 },
    zones: { desk: { strip: 'plain', range: [0, 3] }, lamp: { strip: 'white', range: [0, 3] } },
  },
);
const { plain, white } = wires;
let phone: TestClient;

beforeEach(async () => {
  phone = await house.client('phone');
  await set(phone, 'desk', { state: 'ON', brightness: 255, color: '#000000', effect: 'off' });
  await set(phone, 'lamp', { state: 'ON', brightness: 255, color: '#00000000', effect: 'off' });
  await Promise.all([plain.shows([0]), white.shows([0])]);
});

/** The one colour that all LEDs of the newest frame have. */
function ledOf(frame: Buffer, components: 3 | 4): number[] {
  const led = [...frame.subarray(0, components)];
  expect([...frame]).toEqual(Array.from({ length: frame.length / components }, () => led).flat());
  return led;
}

async function lit(): Promise<{ rgb: number[]; rgbw: number[] }> {
  const isLit = (frame: Buffer) => frame.some((byte) => byte > 0);
  await Promise.all([plain.frame('light', isLit), white.frame('light', isLit)]);
  return { rgb: ledOf(plain.newest, 3), rgbw: ledOf(white.newest, 4) };
}

/** The white component has all of the smallest of r, g, b, and these the rest: together the same light. */
function expectSplit([r = 0, g = 0, b = 0]: readonly number[], [red = 0, green = 0, blue = 0, w = 0]: readonly number[]): void {
  expect(w).toBe(Math.min(r, g, b));
  expect(Math.min(red, green, blue)).toBe(0);
  for (const [whole, rest] of [
    [r, red],
    [g, green],
    [b, blue],
  ] as const) {
    expect(Math.abs(light(rest) + light(w) - light(whole))).toBeLessThan(0.006); // half a step of each
  }
}

describe('a colour temperature', () => {
  // Published: T. Kang, "calibrated white light values in sRGB".
  it.each([
    [2000, [255, 139, 22]],
    [3000, [255, 184, 109]],
    [4000, [255, 211, 165]],
  ])('of %i K is shown on strips with and without white', async (color_temp, published) => {
    for (const zone of ['desk', 'lamp']) {
      const { state } = await set(phone, zone, { color_temp });
      expect(state).toMatchObject({ color_mode: 'color_temp', color_temp, effect: 'off', color: { r: 0, g: 0, b: 0 } });
    }
    const { rgb, rgbw } = await lit();
    for (const [at, value] of published.entries()) expect(Math.abs((rgb[at] ?? 0) - value)).toBeLessThanOrEqual(1);
    expectSplit(rgb, rgbw);
  });

  it('comes on its own topic too, for all zones, and ends a running effect', async () => {
    await set(phone, 'lamp', { effect: 'rainbow' });
    const reply = await phone.say('diuna/zone/all/set/color_temp', '6500');
    expect(reply).toMatchObject({ ok: true, state: { color_mode: 'color_temp', color_temp: 6500, effect: 'off' } });
    const still = await white.frame('no rainbow', (frame) => new Set(frame.toString('hex').match(/.{8}/g)).size === 1);
    const { rgb } = await lit();
    for (const value of rgb) expect(value).toBeGreaterThan(240); // daylight: the white of monitors, nearly
    expectSplit(rgb, ledOf(still, 4));
  });

  it('is over with the next colour', async () => {
    await set(phone, 'desk', { color_temp: 2700 });
    await set(phone, 'lamp', { color_temp: 2700 });
    await lit();
    const modes = [await set(phone, 'desk', { color: '#123456' }), await set(phone, 'lamp', { color: '#ff000020' })];
    expect(modes).toMatchObject([
      { state: { color_mode: 'rgb' } },
      { state: { color_mode: 'rgbw', color: { r: 255, g: 0, b: 0, w: 32 } } },
    ]);
    for (const { state } of modes) expect(state).not.toHaveProperty('color_temp');
    await plain.shows([0x12, 0x34, 0x56]);
    await white.shows([255, 0, 0, 32]);
  });
});

describe('white', () => {
  it.each([
    [{ white: 10 }, 'white'],
    [{ color: '#01020304' }, 'color.w'],
    [{ color: { r: 1, g: 2, b: 3, w: 0 } }, 'color.w'],
    [{ colors: ['#010203', '#04050607'] }, 'colors[1].w'],
  ])('%j is refused where there is none, and nothing of it shown', async (fields, path) => {
    const reply = await phone.ask({ type: 'zone.set', zone: 'desk', brightness: 9, ...fields });
    expect(reply).toMatchObject({
      ok: false,
      error: { code: 'unsupported', path },
      state: { brightness: 255, color: { r: 0, g: 0, b: 0 } },
    });
    await set(phone, 'desk', { color: '#ff0000' });
    await plain.shows([255, 0, 0]);
  });

  it('of its own is shown beside the colour', async () => {
    const reply = await phone.say('diuna/zone/lamp/set', '{"state":"ON","color":{"r":255,"g":0,"b":0,"w":50}}');
    expect(reply).toMatchObject({ ok: true, state: { color_mode: 'rgbw', color: { r: 255, g: 0, b: 0, w: 50 } } });
    await white.shows([255, 0, 0, 50]);
    expect(await phone.say('diuna/zone/lamp/set', '{"white":200}')).toMatchObject({ state: { color: { r: 255, g: 0, b: 0, w: 200 } } });
    await white.shows([255, 0, 0, 200]);
    await phone.say('diuna/zone/lamp/set', '{"state":"ON","color":{"r":0,"g":0,"b":0,"w":0},"white":120}');
    await white.shows([0, 0, 0, 120]);
    await phone.say('diuna/zone/lamp/set/brightness', '128');
    await white.frame('half of it', ([r, g, b, w]) => r === 0 && g === 0 && b === 0 && w === dimmed(120, 128));
  });

  it('of a colour without its own is taken from red, green and blue', async () => {
    for (const zone of ['desk', 'lamp']) await set(phone, zone, { color: { r: 200, g: 100, b: 50 } });
    const { rgb, rgbw } = await lit();
    expect(rgb).toEqual([200, 100, 50]);
    expect(rgbw[3]).toBe(50);
    expectSplit(rgb, rgbw);
  });
});

/** The value that has as much of a value's light as a brightness is of full light. */
function dimmed(value: number, brightness: number): number {
  const wanted = light(value) * light(brightness);
  return Array.from({ length: 256 }, (_, byte) => byte).reduce((best, byte) => (apart(byte, wanted) < apart(best, wanted) ? byte : best));
}

function apart(byte: number, wanted: number): number {
  return Math.abs(light(byte) - wanted);
}
