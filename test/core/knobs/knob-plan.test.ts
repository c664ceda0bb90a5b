import { describe, expect, it } from 'vitest';
import { type KnobPlan, planOf, turnCommand } from '../../../src/core/knobs/knob-plan.ts';
import { parseMoves } from '../../../src/core/knobs/moves.ts';
import { knobSchema } from '../../../src/model/config-knobs.ts';

const plan = (fields: object): KnobPlan => planOf(knobSchema.parse({ driver: 'simulated', ...fields }));

describe('what a knob does', () => {
  it('out of the box is brightness, on and off, the next effect and the colour', () => {
    expect(plan({ zone: 'floor' })).toEqual({
      rotate: { zone: 'floor', what: 'brightness', step: 8 },
      holdRotate: { zone: 'floor', what: 'hue', step: 10 },
      pressed: { type: 'zone.toggle', zone: 'floor' },
      doublePressed: { type: 'zone.next_effect', zone: 'floor' },
      longPressed: null,
    });
  });

  it('is nothing where it has no zone, or where nothing is said', () => {
    const nothing = { rotate: null, holdRotate: null, pressed: null, doublePressed: null, longPressed: null };
    expect(plan({})).toEqual(nothing);
    expect(plan({ zone: 'floor', rotate: null, hold_rotate: null, press: null, double_press: null })).toEqual(nothing);
  });

  it('is what the configuration says, its zone where that says none', () => {
    const batch = {
      type: 'batch',
      commands: [{ type: 'zone.toggle' }, { type: 'zone.toggle', zone: 'shelf' }, { type: 'scene.activate', scene: 'x' }],
    };
    const made = plan({
      zone: 'floor',
      rotate: { zone: 'all', what: 'speed', step: -3 },
      press: batch,
      long_press: { type: 'history.undo' },
    });
    expect(made.rotate).toEqual({ zone: 'all', what: 'speed', step: -3 });
    expect(made.pressed).toEqual({
      type: 'batch',
      commands: [
        { type: 'zone.toggle', zone: 'floor' },
        { type: 'zone.toggle', zone: 'shelf' },
        { type: 'scene.activate', scene: 'x' },
      ],
    });
    expect(made.longPressed).toEqual({ type: 'history.undo', zone: 'floor' });
  });
});

it('a turn is a relative command within its range, and none where nothing is left', () => {
  const turning = { zone: 'floor', step: 8 };
  expect(turnCommand({ ...turning, what: 'brightness' }, 24)).toEqual({
    type: 'zone.adjust_brightness',
    zone: 'floor',
    delta: 24,
    transition: 0.1,
  });
  expect(turnCommand({ ...turning, what: 'hue' }, -725)).toMatchObject({ type: 'zone.adjust_hue', delta: -5 });
  expect(turnCommand({ ...turning, what: 'speed' }, 999)).toMatchObject({ type: 'zone.adjust_speed', delta: 255 });
  expect(turnCommand({ ...turning, what: 'intensity' }, -999)).toMatchObject({ type: 'zone.adjust_intensity', delta: -255 });
  expect(turnCommand({ ...turning, what: 'brightness' }, 0)).toBeNull();
});

describe('the words of a simulated knob', () => {
  it('are moves one after another', () => {
    expect(parseMoves('+3 -1 press  double_press long_press hold +2')).toEqual({
      ok: true,
      value: [
        { kind: 'turn', detents: 3, held: false },
        { kind: 'turn', detents: -1, held: false },
        { kind: 'press' },
        { kind: 'double_press' },
        { kind: 'long_press' },
        { kind: 'turn', detents: 2, held: true },
      ],
    });
  });

  it.each(['', 'pres', '+0', '1001', 'hold', 'hold press', 'hold hold +1', '+1.5', '--1', '{}', 'press\0'])('%j are none', (text) => {
    expect(parseMoves(text)).toMatchObject({ ok: false, error: { code: 'invalid_command', path: 'moves' } });
  });
});
