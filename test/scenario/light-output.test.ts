/** How a value becomes the bytes of a wire: gamma, the order of components, white balance. */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { TestClient } from '../support/client.ts';
import { bytesOf, light, lightHouse, set } from './light-house.ts';

const balance = [255, 128, 64] as const;
const strips = {
  rgb: { length: 3 },
  bgr: { length: 3, order: 'BGR' },
  grb: { length: 3, order: 'GRB' },
  wrgb: { length: 3, type: 'sk6812w', order: 'WRGB' },
  warm: { length: 3, white_balance: '#ff8040' },
};
const zones = Object.fromEntries(Object.keys(strips).map((id) => [id, { strip: id, range: [0, 2] }]));

const { house, wires, reload } = await lightHouse(strips, { renderer: { transition: 0 }, zones });
let phone: TestClient;

beforeAll(async () => {
  const starter = await house.client('starter');
  await set(starter, 'all', { state: 'ON', brightness: 255 });
});

beforeEach(async () => {
  phone = await house.client('phone');
});

const color = { r: 200, g: 100, b: 30 };
const values = [color.r, color.g, color.b];

describe.each([
  ['as it is where none is configured', 2.2, undefined],
  ['of 1', 1, 1],
  ['of 2.8', 2.8, 2.8],
])('a gamma %s', (_, gamma, configured) => {
  beforeAll(async () => {
    await reload({ renderer: { transition: 0, ...(configured === undefined ? {} : { gamma: configured }) } });
  });

  it('is that of the bytes, in the order of each wire', async () => {
    await set(phone, 'all', { color });
    const [r = 0, g = 0, b = 0] = bytesOf(values, gamma);
    await wires.rgb.shows([r, g, b]);
    await wires.bgr.shows([b, g, r]);
    await wires.grb.shows([g, r, b]);
    await wires.wrgb.shows([0, r, g, b]);
    await set(phone, 'wrgb', { color: { ...color, w: 150 } });
    const [w = 0] = bytesOf([150], gamma);
    await wires.wrgb.shows([w, r, g, b]);
  });

  it('is that of a brightness as well: white dimmed to a value is that value', async () => {
    await set(phone, 'rgb', { color: '#ffffff', brightness: 120 });
    await wires.rgb.shows(bytesOf([120, 120, 120], gamma));
    await set(phone, 'rgb', { brightness: 255 });
  });
});

it('a gamma of each component', async () => {
  await reload({ renderer: { transition: 0, gamma: { red: 1, blue: 2.8 } } });
  await set(phone, 'bgr', { color });
  await wires.bgr.shows([...bytesOf([color.b], 2.8), ...bytesOf([color.g], 2.2), ...bytesOf([color.r], 1)]);
});

it('a white balance takes its share of the light of each component', async () => {
  await reload({ renderer: { transition: 0, gamma: 2.2 } });
  await set(phone, 'warm', { color: '#ffffff' });
  const frame = await wires.warm.frame('white', ([red]) => red === 255);
  for (const [at, share] of balance.entries()) {
    expect(Math.abs((frame[at] ?? 0) - share)).toBeLessThan(6); // LEDs at 2.2 give light nearly as they are driven
    expect(Math.abs((frame[at] ?? 0) - drivenAt(share / 255))).toBeLessThanOrEqual(1);
  }
});

/** The byte, at gamma 2.2, of the value that has this light. */
function drivenAt(wanted: number): number {
  let value = 255;
  while (light(value - 0.01) > wanted) value -= 0.01;
  return 255 * (value / 255) ** 2.2;
}
