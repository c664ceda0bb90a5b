/** What a new layout does to outputs that are replaced while they open or fail, and to those who wait for them. */
import { describe, expect, it } from 'vitest';
import type { FromRenderer } from '../../src/renderer/messages.ts';
import { StageRunner } from '../../src/renderer/stage-runner.ts';
import { FakeLoopClock } from './support/fake-clock.ts';
import { FakeOutput, fault } from './support/fake-output.ts';
import { FakeStage } from './support/fake-stage.ts';
import { layoutOf, lit } from './support/scenes.ts';
import { settle } from './support/until.ts';

const to = (host: string) => layoutOf([{ driver: 'ddp', host, port: 4048 }]);

/** A renderer whose only strip goes to `first`; a reload sends it to `second`. */
async function setUp(prepare: (first: FakeOutput) => void) {
  const clock = new FakeLoopClock();
  const told: FromRenderer[] = [];
  const [first, second] = [new FakeOutput(['main']), new FakeOutput(['main'])];
  prepare(first);
  const runner = new StageRunner({
    clock,
    makeStage: (layout) => new FakeStage(layout),
    makeOutputs: ({ strips }) =>
      strips.map(({ output }) => {
        const key = output.driver === 'ddp' ? output.host : '';
        return { key, make: () => (key === 'first' ? first : second) };
      }),
    post: (message) => told.push(message),
  });
  runner.configure(to('first'));
  await settle();
  const show = (token: number) => runner.show({ kind: 'show', token, changes: [lit('floor', token)], overlays: [], report: true });
  const of = <K extends FromRenderer['kind']>(kind: K) => told.filter((message) => message.kind === kind);
  return { clock, runner, first, second, show, of };
}

describe('a new layout', () => {
  it('answers changes that wait on an output which it replaces, and those that come later', async () => {
    const { runner, first, second, show, of, clock } = await setUp((output) => {
      output.opensForever = true;
    });
    show(1);
    expect(of('shown')).toEqual([]);
    runner.configure(to('second'));
    expect(of('shown')).toEqual([{ kind: 'shown', token: 1, failed: [1] }]);
    await settle();
    for (const token of [2, 3]) {
      clock.advance(20);
      show(token);
    }
    expect(of('shown').slice(1)).toEqual([2, 3].map((token) => ({ kind: 'shown', token, failed: [] })));
    expect([first.sent.length, second.sent.at(-1)?.[0]]).toEqual([0, 3]);
  });

  it('answers changes that wait on an output which took a frame and never let go of it', async () => {
    const { runner, show, of, second } = await setUp((output) => {
      output.holds = true;
    });
    show(1);
    second.gapMs = 1000; // no frame comes by itself
    runner.configure(to('second'));
    expect(of('shown')).toEqual([{ kind: 'shown', token: 1, failed: [1] }]);
  });

  it.each([
    ['replaced', to('second')],
    ['removed', layoutOf([])],
  ])('ends the fault of an output that is %s', async (_, next) => {
    const { runner, clock, of } = await setUp((output) => {
      output.openFault = fault();
    });
    clock.advance(400);
    expect(of('output_recovered')).toEqual([]);
    runner.configure(next);
    await settle();
    clock.advance(60_000);
    await settle();
    expect(of('output_failed')).toHaveLength(1);
    expect(of('output_recovered')).toEqual([{ kind: 'output_recovered', strip: 'main', downMs: 400 }]);
  });

  it('ends no fault when the renderer stops: the strip is as dark as before', async () => {
    const { runner, of } = await setUp((output) => {
      output.openFault = fault();
    });
    await runner.stop();
    expect(of('output_recovered')).toEqual([]);
  });
});
