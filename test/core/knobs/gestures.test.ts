import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DOUBLE_PRESS_US, type Gesture, Gestures, LONG_PRESS_US } from '../../../src/core/knobs/gestures.ts';

type Input = 'down' | 'up' | 'turn';
const ms = (milliseconds: number) => milliseconds * 1000;

/** What happens at these milliseconds, and what was told with it or after. */
function told(inputs: readonly (readonly [Input, number])[], doubles = true): string[] {
  const gestures = new Gestures(doubles);
  const all = inputs.flatMap(([input, atMs]): Gesture[] => gestures[input](ms(atMs)));
  const rest = gestures.deadlineUs === null ? [] : gestures.due(gestures.deadlineUs);
  return [...all, ...rest].map(({ kind }) => kind);
}

describe('a press', () => {
  it('is told once nobody can press a second time', () => {
    const gestures = new Gestures(true);
    gestures.down(ms(0));
    expect(gestures.up(ms(80))).toEqual([{ kind: 'released', heldUs: ms(80) }]);
    expect(gestures.deadlineUs).toBe(ms(80) + DOUBLE_PRESS_US);
    expect(gestures.due(ms(80) + DOUBLE_PRESS_US - 1)).toEqual([]);
    expect(gestures.due(ms(80) + DOUBLE_PRESS_US)).toEqual([{ kind: 'pressed' }]);
    expect(gestures.deadlineUs).toBeNull();
  });

  it('is told at once where two mean nothing', () => {
    expect(
      told(
        [
          ['down', 0],
          ['up', 80],
          ['down', 200],
          ['up', 280],
        ],
        false,
      ),
    ).toEqual(['released', 'pressed', 'released', 'pressed']);
  });

  it('and another within 350 ms are a double press, later they are two', () => {
    expect(
      told([
        ['down', 0],
        ['up', 80],
        ['down', 429],
        ['up', 500],
      ]),
    ).toEqual(['released', 'released', 'double_pressed']);
    expect(
      told([
        ['down', 0],
        ['up', 80],
        ['down', 430],
        ['up', 500],
      ]),
    ).toEqual(['released', 'pressed', 'released', 'pressed']);
  });

  it('is long after 600 ms, while it is still held', () => {
    const gestures = new Gestures(true);
    gestures.down(0);
    expect(gestures.due(LONG_PRESS_US)).toEqual([{ kind: 'long_pressed' }]);
    expect(gestures.up(ms(900))).toEqual([{ kind: 'released', heldUs: ms(900) }]);
    expect(gestures.deadlineUs).toBeNull();
  });

  it('that was held to turn is neither a press nor long', () => {
    expect(
      told([
        ['down', 0],
        ['turn', 100],
        ['up', 2000],
      ]),
    ).toEqual(['released']);
    expect(
      told([
        ['down', 0],
        ['up', 50],
        ['down', 100],
        ['turn', 150],
        ['up', 200],
      ]),
    ).toEqual(['released', 'pressed', 'released']);
  });

  it('comes before a turn that follows it', () => {
    expect(
      told([
        ['down', 0],
        ['up', 50],
        ['turn', 60],
      ]),
    ).toEqual(['released', 'pressed']);
  });

  it('that was found held means nothing', () => {
    const gestures = new Gestures(true);
    gestures.foundHeld(0);
    expect([gestures.isHeld, gestures.deadlineUs]).toEqual([true, null]);
    expect(gestures.up(ms(50)).map(({ kind }) => kind)).toEqual(['released']);
    expect(gestures.deadlineUs).toBeNull();
  });
});

it('each press comes to exactly one thing, whatever hands do and however late we look', () => {
  const step = fc.record({
    input: fc.constantFrom<Input | 'look'>('down', 'up', 'turn', 'look'),
    afterUs: fc.oneof(fc.integer({ min: 0, max: ms(1000) }), fc.constantFrom(0, 1, DOUBLE_PRESS_US, LONG_PRESS_US, ms(100))),
  });
  fc.assert(
    fc.property(fc.boolean(), fc.array(step, { maxLength: 60 }), (doubles, steps) => {
      const gestures = new Gestures(doubles);
      const heard: Gesture[] = [];
      let [atUs, presses, turnedHolds, isTurned] = [0, 0, 0, false];
      for (const { input, afterUs } of [...steps, { input: 'up' as const, afterUs: 1 }]) {
        atUs += afterUs;
        const before = gestures.isHeld;
        const longBefore = heard.filter(({ kind }) => kind === 'long_pressed').length;
        heard.push(...(input === 'look' ? gestures.due(atUs) : gestures[input](atUs)));
        if (input === 'down' && !before) [presses, isTurned] = [presses + 1, false];
        const isLong = heard.filter(({ kind }) => kind === 'long_pressed').length > longBefore;
        if (isLong) isTurned = true; // settled already
        if (input === 'turn' && before && !isTurned) [turnedHolds, isTurned] = [turnedHolds + 1, true];
      }
      heard.push(...gestures.due(atUs + DOUBLE_PRESS_US));
      const count = (kind: Gesture['kind']) => heard.filter((gesture) => gesture.kind === kind).length;
      expect(count('pressed') + 2 * count('double_pressed') + count('long_pressed') + turnedHolds).toBe(presses);
      expect(count('released')).toBe(presses);
      if (!doubles) expect(count('double_pressed')).toBe(0);
      expect(gestures.deadlineUs).toBeNull();
    }),
    { numRuns: 1000 },
  );
});
