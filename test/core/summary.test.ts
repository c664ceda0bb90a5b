/** Several zones as one light. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { summarize } from '../../src/core/summary.ts';
import { defaultTarget, type ZoneState } from '../../src/model/state.ts';

const provenance = { version: 1, seq: 1, event_id: null, source: 'system', origin: null, trigger: null, request_id: null } as const;
const zone = (target: Partial<ZoneState>): ZoneState => ({
  ...defaultTarget,
  ...provenance,
  timestamp: '2026-01-01T00:00:00.000Z',
  ...target,
});

const level = fc.integer({ min: 0, max: 255 });
const colored = fc.record({
  state: fc.constantFrom<'ON' | 'OFF'>('ON', 'OFF'),
  brightness: fc.integer({ min: 1, max: 255 }),
  color: fc.record({ r: level, g: level, b: level }),
  effect: fc.constantFrom('off', 'rainbow'),
  speed: level,
});

it('of zones that are the same it is each of them', () => {
  fc.assert(
    fc.property(colored, fc.integer({ min: 1, max: 5 }), (target, count) => {
      const { palette, intensity, color_mode } = defaultTarget;
      expect(summarize(Array.from({ length: count }, () => zone(target)))).toEqual({ ...target, palette, intensity, color_mode });
    }),
  );
});

it('is on where any is, and has the mean brightness of those that are lit', () => {
  fc.assert(
    fc.property(fc.array(colored, { minLength: 1, maxLength: 6 }), (targets) => {
      const lit = targets.filter(({ state }) => state === 'ON');
      const shown = (lit.length > 0 ? lit : targets).map(({ brightness }) => brightness);
      const summary = summarize(targets.map(zone));
      expect(summary?.state).toBe(lit.length > 0 ? 'ON' : 'OFF');
      expect(Math.abs((summary?.brightness ?? 0) - shown.reduce((sum, each) => sum + each, 0) / shown.length)).toBeLessThanOrEqual(0.5);
      expect([summary?.color, summary?.effect]).toEqual([(lit[0] ?? targets[0])?.color, (lit[0] ?? targets[0])?.effect]);
    }),
  );
});

it('has white only where all of them have', () => {
  const white = zone({ color_mode: 'rgbw', color: { r: 1, g: 2, b: 3, w: 4 } });
  expect(summarize([white, white])).toMatchObject({ color_mode: 'rgbw', color: { w: 4 } });
  expect(summarize([white, zone({})])).toMatchObject({ color_mode: 'rgb', color: { r: 1, g: 2, b: 3 } });
  expect(summarize([white, zone({})])?.color).not.toHaveProperty('w');
});

it('keeps a colour temperature, and is nothing of no zones', () => {
  const warm = zone({ color_mode: 'color_temp', color_temp: 2700 });
  expect(summarize([warm, zone({})])).toMatchObject({ color_mode: 'color_temp', color_temp: 2700 });
  expect(summarize([])).toBeNull();
});
