import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { effects } from '../../src/light/effects/registry.ts';
import { Stage } from '../../src/light/stage.ts';
import type { CurrentDraw, RenderLayout, StripLayout } from '../../src/model/strip-layout.ts';
import { bytesAt, layout, lit, run, show, strip, white, zone } from './scenes.ts';

const level = fc.integer({ min: 0, max: 255 });
const mA = fc.double({ min: 0, max: 60, noNaN: true });
const draw: fc.Arbitrary<CurrentDraw> = fc.record({
  red: mA,
  green: mA,
  blue: mA,
  white: mA,
  idle: fc.double({ min: 0, max: 3, noNaN: true }),
  series: fc.boolean(),
});

/** What the bytes of a strip draw, counted LED by LED as its part's table says. */
function drawn(bytes: Uint8Array, { order, draw: per, length }: StripLayout): number {
  const of: Readonly<Record<string, number>> = { R: per.red, G: per.green, B: per.blue, W: per.white };
  let total = 0;
  for (let led = 0; led < length; led += 1) {
    const parts = Array.from(order, (letter, at) => ((of[letter] ?? 0) * (bytes[led * order.length + at] ?? 0)) / 255);
    total += per.idle + (per.series ? Math.max(...parts) : parts.reduce((sum, part) => sum + part, 0));
  }
  return total;
}

const stripOf = fc
  .record({
    length: fc.integer({ min: 1, max: 40 }),
    order: fc.constantFrom<StripLayout['order']>('RGB', 'GRB', 'BGR', 'GRBW', 'WRGB'),
    draw,
    autoWhite: fc.constantFrom<StripLayout['autoWhite']>('none', 'brighter', 'accurate', 'dual'),
  })
  .map(({ length, order, ...changed }) => strip(length, order, 'x', changed));

const plan: fc.Arbitrary<RenderLayout> = fc
  .record({
    strips: fc.array(stripOf, { minLength: 1, maxLength: 3 }),
    limitMa: fc.integer({ min: 1, max: 4000 }),
    gamma: fc.constantFrom(1, 2.2, 4),
  })
  .map(({ strips, limitMa, gamma }) => {
    const named = strips.map((each, index) => ({ ...each, id: `s${index}` }));
    const zones = named.map(({ length }, index) => zone(`z${index}`, run(0, length, false, index)));
    // the last strip has another supply than the others, or none
    const fed = named.map((_, index) => index).slice(0, Math.max(1, named.length - 1));
    return { ...layout(named, zones, gamma), supplies: [{ id: 'desk', limitMa, strips: fed }] };
  });

const change = fc.record({
  zone: fc.nat(2),
  effect: fc.constantFrom('off', ...effects.map(({ declaration }) => declaration.id)),
  color: fc.record({ r: level, g: level, b: level, w: level }),
  brightness: fc.integer({ min: 1, max: 255 }),
  transitionMs: fc.constantFrom(0, 100, 1000),
  passMs: fc.constantFrom(0, 1, 10, 500, 5000),
});

describe('a supply', () => {
  test('never gives more than its limit, for any frame, order, type and setting', () => {
    fc.assert(
      fc.property(plan, fc.array(change, { minLength: 1, maxLength: 12 }), fc.boolean(), (given, changes, dithers) => {
        const stage = new Stage(given);
        stage.dither(dithers);
        const [supply] = given.supplies;
        const fed = (supply?.strips ?? []).flatMap((index) => given.strips[index] ?? []);
        const idle = fed.reduce((sum, each) => sum + each.length * each.draw.idle, 0);
        let nowMs = 0;
        for (const { zone: index, transitionMs, passMs, ...target } of changes) {
          show(stage, lit({ ...target, colors: [target.color] }), nowMs, transitionMs, `z${index}`);
          for (const stepMs of [0, 7, passMs]) {
            nowMs += stepMs;
            stage.draw(nowMs);
            const total = fed.reduce(
              (sum, each) => sum + drawn(stage.strips.find(({ id }) => id === each.id)?.bytes ?? new Uint8Array(), each),
              0,
            );
            expect(total).toBeLessThanOrEqual(Math.max(supply?.limitMa ?? 0, idle) + 1e-6);
            expect(stage.supplies[0]?.currentMa).toBeCloseTo(total, 6);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  const leds = 100; // 70 mA dark, 4,270 mA white
  function limited(limitMa: number, dithers = false): Stage {
    const stage = new Stage({
      ...layout([strip(leds)], [zone('floor', run(0, 50)), zone('shelf', run(50, 50))]),
      supplies: [{ id: 'desk', limitMa, strips: [0] }],
    });
    stage.dither(dithers);
    return stage;
  }

  test('leaves alone what it can feed', () => {
    const stage = limited(4270);
    for (const id of ['floor', 'shelf']) show(stage, lit(), 0, 0, id);
    expect(new Set(bytesAt(stage, 0))).toEqual(new Set([255]));
    expect(stage.supplies[0]).toMatchObject({ limiting: false, limitMa: 4270 });
    expect(stage.supplies[0]?.currentMa).toBeCloseTo(4270);
  });

  test('uses nearly all of the limit, keeps colours, and says what it would have been', () => {
    const stage = limited(2000);
    for (const id of ['floor', 'shelf']) show(stage, lit({ color: { r: 255, g: 128, b: 64 } }), 0, 0, id);
    const [r = 0, g = 0, b = 0] = bytesAt(stage, 0);
    const { currentMa = 0, wantedMa = 0, limiting } = stage.supplies[0] ?? {};
    expect(limiting).toBe(true);
    expect(currentMa).toBeGreaterThan(1930);
    expect(wantedMa).toBeCloseTo(70 + 100 * (16 + (11 * 128) / 255 + (15 * 64) / 255), 0);
    expect([g / r, b / r].map((ratio) => Math.round(ratio * 20))).toEqual([10, 5]);
  });

  test('of a still scene does not pump: the frames stay the same, and then there are none', () => {
    const stage = limited(2000);
    for (const id of ['floor', 'shelf']) show(stage, lit(), 0, 0, id);
    const first = bytesAt(stage, 0);
    for (let nowMs = 16; nowMs < 5000; nowMs += 16) expect(bytesAt(stage, nowMs)).toEqual(first);
    expect(stage.moving(5000)).toBe(false);
  });

  test('dims at once, and comes back slowly: what stands beside a blinking zone is calm', () => {
    const stage = limited(2000);
    show(stage, lit(), 0, 0, 'floor');
    stage.draw(0);
    const reds: number[] = [];
    for (let nowMs = 0; nowMs < 4000; nowMs += 10) {
      if (nowMs % 500 === 0) show(stage, lit({ state: nowMs % 1000 === 0 ? 'ON' : 'OFF' }), nowMs, 0, 'shelf');
      reds.push(bytesAt(stage, nowMs)[0] ?? 0);
    }
    const rises = reds.slice(1).map((red, index) => red - (reds[index] ?? 0));
    expect(Math.max(...rises)).toBeLessThanOrEqual(2); // of 255, in 10 ms
    expect(Math.min(...rises)).toBeLessThan(-10);
  });

  test('is back at full soon after the load is gone, over five seconds later, and says so', () => {
    const stage = limited(1000);
    for (const id of ['floor', 'shelf']) show(stage, lit(), 0, 0, id);
    stage.draw(0);
    expect(stage.supplies[0]?.limiting).toBe(true);
    show(stage, lit({ state: 'OFF' }), 10, 0, 'shelf');
    show(stage, lit({ color: { r: 255, g: 0, b: 0 } }), 10, 0, 'floor');
    let nowMs = 10;
    for (; nowMs < 30_000; nowMs += 16) {
      stage.draw(nowMs);
      if (!stage.moving(nowMs)) break;
    }
    expect(stage.supplies[0]?.limiting).toBe(false);
    expect(bytesAt(stage, nowMs)[0]).toBe(255);
    expect(nowMs).toBeGreaterThan(5000);
    expect(nowMs).toBeLessThan(9000);
  });

  test('is over, too, where only the rounding of a still picture would draw more', () => {
    const plan = layout([strip(leds)], [zone('floor', run(0, leds))], 2.2);
    const stage = new Stage({ ...plan, supplies: [{ id: 'desk', limitMa: 1298, strips: [0] }] });
    show(stage, lit());
    stage.draw(0);
    show(stage, lit({ color: { r: 226, g: 0, b: 0 } }), 10); // 1,296.8 mA, and 1,299.8 where each byte is the nearest
    for (let nowMs = 10; nowMs < 10_000; nowMs += 16) stage.draw(nowMs);
    expect(stage.supplies[0]?.limiting).toBe(false);
    expect(stage.supplies[0]?.currentMa).toBeLessThanOrEqual(1298);
    expect(stage.moving(10_000)).toBe(false);
  });

  test('counts those five seconds from when a still picture was limited last, not from when it was drawn', () => {
    const stage = limited(4200); // a little below all
    for (const id of ['floor', 'shelf']) show(stage, lit(), 0, 0, id);
    stage.draw(0);
    expect(stage.moving(0)).toBe(false);
    show(stage, lit({ state: 'OFF' }), 60_000, 0, 'shelf');
    for (let nowMs = 60_000; nowMs < 64_900; nowMs += 16) {
      stage.draw(nowMs);
      expect(stage.supplies[0]?.limiting).toBe(true);
    }
    for (let nowMs = 64_900; nowMs < 65_100; nowMs += 16) stage.draw(nowMs);
    expect(stage.supplies[0]?.limiting).toBe(false);
  });

  test('goes on from where it was after a reload', () => {
    const stage = limited(1500);
    for (const id of ['floor', 'shelf']) show(stage, lit(), 0, 0, id);
    const before = bytesAt(stage, 0);
    stage.configure(
      {
        ...layout([strip(leds)], [zone('floor', run(0, 50)), zone('shelf', run(50, 50))]),
        supplies: [{ id: 'desk', limitMa: 1500, strips: [0] }],
      },
      10,
    );
    expect(bytesAt(stage, 20)).toEqual(before);
    expect(stage.supplies[0]?.limiting).toBe(true);
  });

  test('below what its dark LEDs draw gives no light, and all of it back when the limit goes', () => {
    const stage = limited(50);
    show(stage, lit({ color: white }), 0, 0, 'floor');
    expect(Math.max(...bytesAt(stage, 0))).toBe(0);
    stage.configure(layout([strip(leds)], [zone('floor', run(0, 50)), zone('shelf', run(50, 50))]), 10);
    expect(bytesAt(stage, 20)[0]).toBe(255);
  });
});
