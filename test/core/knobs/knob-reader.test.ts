import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COALESCE_US } from '../../../src/core/knobs/coalescer.ts';
import { type KnobAction, type KnobInput, KnobReader, type ReaderSettings } from '../../../src/core/knobs/knob-reader.ts';

const settings: ReaderSettings = {
  stepsPerDetent: 4,
  reverse: false,
  restsAt: 1,
  activeLow: true,
  bounceUs: 10_000,
  acceleration: null,
  steps: { free: 8, held: 10 },
  doubles: true,
};
const button = (level: 0 | 1): KnobInput => ({ kind: 'level', line: 'switch', level });
const turned = (detents: number): KnobInput => ({ kind: 'turned', detents });

/** What comes of inputs at these milliseconds, and of waiting afterwards. */
function hear(inputs: readonly (readonly [KnobInput, number])[], given: Partial<ReaderSettings> = {}): KnobAction[] {
  const reader = new KnobReader({ ...settings, ...given });
  const actions = inputs.flatMap(([input, atMs]) => reader.hear(input, atMs * 1000));
  for (let { deadlineUs } = reader; deadlineUs !== null; { deadlineUs } = reader) actions.push(...reader.due(deadlineUs));
  return actions;
}

describe('a knob', () => {
  it('found pressed is no press, but turning it is turning while held', () => {
    expect(
      hear([
        [button(0), 0],
        [turned(1), 500],
        [button(1), 2000],
      ]),
    ).toEqual([
      { kind: 'turned', held: true, detents: 1, amount: 10 },
      { kind: 'released', heldUs: 2_000_000 },
    ]);
  });

  it('with a button that bounces is pressed once', () => {
    const bouncing = [0, 0.3, 0.9, 80, 80.5, 81].map((atMs, index) => [button(index % 2 === 0 ? 0 : 1), atMs] as const);
    const kinds = hear([[button(1), -100], ...bouncing, [button(1), 82]]).map(({ kind }) => kind);
    expect(kinds).toEqual(['released', 'pressed']);
  });

  it('whose kernel decodes it is turned the other way where it is wired so', () => {
    expect(hear([[turned(3), 0]], { reverse: true })).toEqual([{ kind: 'turned', held: false, detents: -3, amount: -24 }]);
  });

  it('turned and then pressed is turned first, also where we are late', () => {
    const reader = new KnobReader({ ...settings, doubles: false });
    reader.hear(button(1), 0);
    reader.hear(turned(1), 1000);
    reader.hear(turned(2), 2000);
    reader.hear(button(0), 30_000, 200_000);
    const actions = reader.hear(button(1), 100_000, 200_000);
    expect(actions.map(({ kind }) => kind)).toEqual(['released', 'pressed']);
    expect(reader.deadlineUs).toBeNull();
  });
});

describe('a knob whose edges are heard of late', () => {
  it('was let go when it was, and not when a timer that fired late looked', () => {
    const reader = new KnobReader(settings);
    reader.hear(button(1), 0);
    reader.hear(button(0), 10_000);
    expect(reader.due(900_000, 10_000)).toEqual([]);
    expect(reader.hear(button(1), 110_000, 905_000)).toEqual([{ kind: 'released', heldUs: 100_000 }]);
    expect(reader.due(906_000, 900_000)).toEqual([{ kind: 'pressed' }]);
    expect(reader.deadlineUs).toBeNull();
  });

  it('is held long once it is known that nothing happened meanwhile', () => {
    const reader = new KnobReader(settings);
    reader.hear(button(1), 0);
    reader.hear(button(0), 10_000);
    expect(reader.due(900_000, 609_999)).toEqual([]);
    expect(reader.due(900_000, 610_000)).toEqual([{ kind: 'long_pressed' }]);
  });

  it('does what it would have done heard at once, whatever hands do and however late we are', () => {
    const step = fc.record({ afterUs: fc.oneof(fc.nat(800_000), fc.nat(20_000)), lateUs: fc.nat(2_000_000), looks: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.boolean(), (steps, doubles) => {
        const [punctual, late] = [new KnobReader({ ...settings, doubles }), new KnobReader({ ...settings, doubles })];
        const edges = steps.map(({ afterUs, ...rest }, index) => ({ input: button(index % 2 === 0 ? 1 : 0), afterUs, ...rest }));
        const [wanted, told]: [KnobAction[], KnobAction[]] = [[], []];
        let [atUs, nowUs] = [0, 0];
        for (const { input, afterUs, lateUs, looks } of edges) {
          nowUs = Math.max(nowUs, atUs + afterUs) + lateUs;
          if (looks) told.push(...late.due(nowUs, atUs)); // of what came after this edge nothing is known yet
          atUs += afterUs;
          for (let { deadlineUs } = punctual; deadlineUs !== null && deadlineUs <= atUs; { deadlineUs } = punctual) {
            wanted.push(...punctual.due(deadlineUs));
          }
          wanted.push(...punctual.hear(input, atUs));
          told.push(...late.hear(input, atUs, nowUs));
        }
        wanted.push(...punctual.due(atUs + 2_000_000));
        told.push(...late.due(nowUs + 2_000_000, atUs + 2_000_000));
        expect(told).toEqual(wanted);
      }),
      { numRuns: 500 },
    );
  });
});

it('whatever is done with it and however late we look: no detent is lost, no deadline stays, and commands keep their pace', () => {
  const step = fc.record({
    input: fc.oneof(
      fc.integer({ min: -4, max: 4 }).map(turned),
      fc.constantFrom<0 | 1>(0, 1).map(button),
      fc.record({
        kind: fc.constant('level' as const),
        line: fc.constantFrom('clk' as const, 'dt' as const),
        level: fc.constantFrom<0 | 1>(0, 1),
      }),
    ),
    afterUs: fc.oneof(fc.nat(5000), fc.nat(800_000)),
    lateUs: fc.oneof(fc.constant(0), fc.nat(100_000)),
    looks: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), fc.constantFrom<1 | 2 | 4>(1, 2, 4), (steps, stepsPerDetent) => {
      const reader = new KnobReader({ ...settings, stepsPerDetent });
      const actions: { readonly action: KnobAction; readonly nowUs: number }[] = [];
      let [atUs, nowUs, asked, free] = [0, 0, 0, 0];
      const take = (told: readonly KnobAction[]) => actions.push(...told.map((action) => ({ action, nowUs })));
      for (const { input, afterUs, lateUs, looks } of steps) {
        atUs += afterUs;
        nowUs = Math.max(nowUs, atUs + lateUs);
        if (looks) {
          atUs = nowUs;
          take(reader.due(nowUs));
        }
        take(reader.hear(input, atUs, nowUs));
        if (input.kind === 'turned') asked += input.detents;
        else if (input.kind === 'level' && input.line !== 'switch') free += 1;
      }
      for (let { deadlineUs } = reader; deadlineUs !== null; { deadlineUs } = reader) {
        nowUs = Math.max(nowUs, deadlineUs);
        take(reader.due(nowUs));
      }
      const turns = actions.flatMap(({ action, nowUs }) => (action.kind === 'turned' ? [{ ...action, nowUs }] : []));
      const heard = turns.reduce((sum, { detents }) => sum + detents, 0);
      expect(Math.abs(heard - asked)).toBeLessThanOrEqual(2 * free); // of levels at random an edge is two detents at most
      for (const held of [true, false]) {
        const times = turns.filter((turn) => turn.held === held).map((turn) => turn.nowUs);
        expect(times.slice(1).every((time, index) => time - (times[index] ?? 0) >= COALESCE_US)).toBe(true);
      }
      expect(turns.every(({ held, detents, amount }) => amount === detents * (held ? 10 : 8))).toBe(true);
    }),
    { numRuns: 500 },
  );
});
