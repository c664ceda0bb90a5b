import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Acceleration } from '../../../src/core/knobs/acceleration.ts';
import { COALESCE_US, Coalescer, type Turn } from '../../../src/core/knobs/coalescer.ts';
import { Debounce } from '../../../src/core/knobs/debounce.ts';

describe('coalescing', () => {
  it('gives the first at once and those after it together 20 ms later', () => {
    const coalescer = new Coalescer();
    expect(coalescer.add(1, 8, 0)).toEqual({ detents: 1, amount: 8 });
    expect([coalescer.add(1, 8, 5000), coalescer.add(2, 16, 9000)]).toEqual([null, null]);
    expect(coalescer.deadlineUs).toBe(COALESCE_US);
    expect(coalescer.due(COALESCE_US - 1)).toBeNull();
    expect(coalescer.due(COALESCE_US)).toEqual({ detents: 3, amount: 24 });
    expect(coalescer.deadlineUs).toBeNull();
  });

  it('says nothing of what went to and fro', () => {
    const coalescer = new Coalescer();
    coalescer.add(1, 8, 0);
    coalescer.add(1, 8, 1000);
    coalescer.add(-1, -8, 2000);
    expect([coalescer.deadlineUs, coalescer.due(COALESCE_US)]).toEqual([null, null]);
  });

  it('loses and makes nothing, and tells at most once in 20 ms', () => {
    const step = fc.record({
      detents: fc.integer({ min: -5, max: 5 }),
      weight: fc.constantFrom(8, -8, 10, 2.5, 1.25),
      afterUs: fc.oneof(fc.nat(60_000), fc.constantFrom(0, 5000, COALESCE_US)),
      looks: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const coalescer = new Coalescer();
        const turns: (Turn & { readonly atUs: number })[] = [];
        let [nowUs, detents, amount] = [0, 0, 0];
        const take = (turn: Turn | null) => turn !== null && turns.push({ ...turn, atUs: nowUs });
        for (const step of steps) {
          nowUs += step.afterUs;
          if (step.looks) take(coalescer.due(nowUs));
          take(coalescer.add(step.detents, step.detents * step.weight, nowUs));
          detents += step.detents;
          amount += step.detents * step.weight;
        }
        nowUs += COALESCE_US;
        take(coalescer.due(nowUs));
        const total = (key: 'detents' | 'amount') => turns.reduce((all, turn) => all + turn[key], 0);
        expect(total('detents')).toBe(detents);
        expect(Math.abs(total('amount') - amount)).toBeLessThan(1);
        expect(turns.every(({ amount }) => Number.isInteger(amount))).toBe(true);
        const apart = turns.slice(1).map(({ atUs }, index) => atUs - (turns[index]?.atUs ?? 0));
        expect(apart.every((gapUs) => gapUs >= COALESCE_US)).toBe(true);
        expect(coalescer.deadlineUs).toBeNull();
      }),
      { numRuns: 500 },
    );
  });
});

describe('acceleration', () => {
  const turned = (factor: number | null, intervalMs: number) => {
    const acceleration = new Acceleration(factor);
    return Array.from({ length: 20 }, (_, index) => acceleration.weigh(1, index * intervalMs * 1000)).at(-1);
  };

  it('counts slow detents once and fast ones as often as its factor says', () => {
    expect([turned(4, 1000), turned(4, 200), turned(4, 5)]).toEqual([1, 1, 4]);
    expect(turned(4, 50)).toBeGreaterThan(1);
    expect(turned(4, 50)).toBeLessThan(4);
    expect(turned(null, 5)).toBe(1);
  });

  it('begins anew when the knob is turned back', () => {
    const acceleration = new Acceleration(4);
    for (let detent = 0; detent < 20; detent += 1) acceleration.weigh(1, detent * 5000);
    expect(acceleration.weigh(-1, 100_000)).toBe(-1);
  });
});

describe('the button', () => {
  it('counts at once, and its bounce does not', () => {
    const debounce = new Debounce(10_000);
    debounce.begin(false);
    expect(debounce.level(true, 0)).toEqual([{ down: true, atUs: 0 }]);
    expect([debounce.level(false, 300), debounce.level(true, 900)]).toEqual([[], []]);
    expect(debounce.deadlineUs).toBeNull();
    expect(debounce.level(false, 90_000)).toEqual([{ down: false, atUs: 90_000 }]);
    expect(debounce.level(true, 90_500)).toEqual([]);
    expect(debounce.due(100_000)).toEqual([{ down: true, atUs: 100_000 }]);
  });
});
