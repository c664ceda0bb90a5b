/** A supply that cannot feed its strips at full: what is sent never draws more, and everybody is told. */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { TestClient } from '../support/client.ts';
import { until } from '../support/until.ts';
import { bytesOf, drawOf, lightHouse, set } from './light-house.ts';

const LEDS = 20;
const LIMIT_MA = 500;
/** 42 mA a LED at full white, and 0.7 mA whatever it shows. */
const IDLE_MA = 0.7 * LEDS * 2;
const WHITE_MA = 42 * LEDS * 2 + IDLE_MA;
const supplies = (limit: number) => ({ supplies: { desk: { limit, strips: ['left', 'right'] } } });

const { house, wires, reload } = await lightHouse(
  { left: { length: LEDS }, right: { length: LEDS } },
  {
    ...supplies(LIMIT_MA),
    zones: {
      left: { strip: 'left', range: [0, LEDS - 1] },
      right: { strip: 'right', range: [0, LEDS - 1] },
      pair: {
        overlap: true,
        segments: [
          { strip: 'left', range: [0, LEDS - 1] },
          { strip: 'right', range: [0, LEDS - 1] },
        ],
      },
    },
  },
);
const { left, right } = wires;
const EVENT = 'diuna/event/system/power_limited';
let phone: TestClient;
let watcher: TestClient;

beforeAll(async () => {
  const starter = await house.client('starter');
  await set(starter, 'pair', { state: 'ON', brightness: 255, color: '#000000' });
});

beforeEach(async () => {
  phone = await house.client('phone');
  watcher = await house.watcher('watcher');
});

const told = (): Readonly<Record<string, unknown>>[] => watcher.on(EVENT).map(({ payload }) => JSON.parse(payload).payload);
const untilTold = (limiting: boolean) =>
  until(() => told().findLast((payload) => payload['limiting'] === limiting), `limiting ${limiting}`);

/** The newest that `diuna/system/state` says of the supply, once it says so. */
async function untilStated(limiting: boolean, limitMa = LIMIT_MA): Promise<Readonly<Record<string, number>>> {
  return until(
    () => {
      const states = watcher.on('diuna/system/state').map(({ payload }) => JSON.parse(payload).supplies.desk);
      const newest = states.at(-1);
      return newest?.limiting === limiting && newest.limit_ma === limitMa && newest;
    },
    `a system state with limiting ${limiting}`,
    8000, // it is told by itself every 10 s
  );
}

/** What both strips draw together, of a picture that is still. */
const together = () => drawOf(left.newest) + drawOf(right.newest);

describe('a limit', () => {
  it('is told when it begins to dim and when that is over, and the full light comes back', async () => {
    await set(phone, 'pair', { color: '#ffffff' });
    expect(await untilTold(true)).toEqual({ supply: 'desk', limiting: true, limit_ma: LIMIT_MA, wanted_ma: Math.round(WHITE_MA) });
    const limited = await untilStated(true);
    expect(limited).toMatchObject({ limit_ma: LIMIT_MA, wanted_ma: Math.round(WHITE_MA) });
    expect(limited['current_ma']).toBeLessThanOrEqual(LIMIT_MA);
    expect(limited['current_ma']).toBeGreaterThan(0.9 * LIMIT_MA);
    expect(together()).toBeLessThanOrEqual(LIMIT_MA);
    expect(together()).toBeGreaterThan(0.9 * LIMIT_MA);

    const color = [120, 60, 30];
    await set(phone, 'pair', { color: { r: 120, g: 60, b: 30 } });
    expect(await untilTold(false)).toMatchObject({ supply: 'desk', limiting: false, limit_ma: LIMIT_MA });
    await left.shows(bytesOf(color, 2.2));
    await right.shows(bytesOf(color, 2.2));
    const free = await untilStated(false);
    expect(free['current_ma']).toBe(free['wanted_ma']);
    expect(Math.abs((free['current_ma'] ?? 0) - together())).toBeLessThan(1);
    expect(told()).toHaveLength(2);
  });

  // Both strips show the same, and so each must be within half of the limit in every frame.
  it.each([
    ['rainbow', { effect: 'rainbow', speed: 220, palette: 'rainbow' }],
    ['strobe', { effect: 'strobe', speed: 230, palette: 'default', color: '#ffffff' }],
    ['a white flash over an effect', { effect: 'rainbow', palette: 'lava', color: '#ffffff', flash: 0.3 }],
  ])('holds in every frame of %s', async (_, scene) => {
    const [firstLeft, firstRight] = [left.count, right.count];
    await set(phone, 'pair', { mirror: true, ...scene });
    await left.more(30);
    await right.more(1);
    const frames = [...left.since(firstLeft), ...right.since(firstRight)];
    const draws = frames.map(drawOf);
    expect(draws.filter((mA) => mA > LIMIT_MA / 2)).toEqual([]);
    expect(Math.max(...draws)).toBeGreaterThan(0.4 * LIMIT_MA);
    expect(new Set(frames.map((frame) => frame.toString('hex'))).size).toBeGreaterThan(3);
    expect(together()).toBeLessThanOrEqual(LIMIT_MA);
  });
});

describe('two strips on one supply', () => {
  it('share it: one alone may have it all', async () => {
    await phone.ask({
      type: 'batch',
      commands: [
        { type: 'zone.set', zone: 'pair', state: 'OFF' },
        { type: 'zone.set', zone: 'left', state: 'ON', brightness: 255, color: '#ffffff' },
      ],
    });
    await right.shows([0]);
    await until(() => together() > 0.9 * LIMIT_MA, 'the left strip to have it all');
    expect(together()).toBeLessThanOrEqual(LIMIT_MA);
    expect(drawOf(right.newest)).toBeCloseTo(IDLE_MA / 2);

    await set(phone, 'right', { state: 'ON', brightness: 255, color: '#ff0000' });
    const reds = await right.frame('the right strip lit', (frame) => (frame[0] ?? 0) > 0);
    const alike = () => left.newest[0] === right.newest[0];
    await until(alike, 'the left strip dimmed as much');
    expect(together()).toBeLessThanOrEqual(LIMIT_MA);
    expect([...reds].filter((_byte, at) => at % 3 > 0).every((byte) => byte === 0)).toBe(true);
    expect(together()).toBeGreaterThan(0.9 * LIMIT_MA);
  });

  it('get more at once when a reload raises the limit, and all there is when it is enough', async () => {
    await set(phone, 'pair', { state: 'ON', brightness: 255, color: '#ffffff', effect: 'off', mirror: false });
    await until(() => left.newest[1] === right.newest[1] && (left.newest[1] ?? 0) > 0, 'both strips white');
    await reload(supplies(900));
    await until(() => together() > 860, 'more light');
    expect(together()).toBeLessThanOrEqual(900);
    expect(told()).toEqual([]);
    await reload(supplies(2000));
    expect(await untilTold(false)).toEqual({ supply: 'desk', limiting: false, limit_ma: 2000, wanted_ma: Math.round(WHITE_MA) });
    await left.shows([255]);
    await right.shows([255]);
    expect(await untilStated(false, 2000)).toMatchObject({ current_ma: Math.round(WHITE_MA), wanted_ma: Math.round(WHITE_MA) });
    expect(told()).toHaveLength(1);
  });
});
