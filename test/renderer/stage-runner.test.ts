import { describe, expect, it } from 'vitest';
import type { FromRenderer } from '../../src/renderer/messages.ts';
import { makeOutputs } from '../../src/renderer/outputs/make-outputs.ts';
import { StageRunner } from '../../src/renderer/stage-runner.ts';
import { FakeLoopClock } from './support/fake-clock.ts';
import { FakeOutput, fault } from './support/fake-output.ts';
import { FakeStage } from './support/fake-stage.ts';
import { layoutOf, lit } from './support/scenes.ts';
import { settle } from './support/until.ts';

const simulated = { driver: 'simulated' } as const;

async function setUp(outputs = [new FakeOutput(['main'])], layout = layoutOf(outputs.map(() => simulated))) {
  const clock = new FakeLoopClock();
  const told: FromRenderer[] = [];
  const stage = new FakeStage(layout);
  const makeOutputs = () => outputs.map((output) => ({ key: output.strips.join(), make: () => output }));
  const runner = new StageRunner({ clock, makeStage: () => stage, makeOutputs, post: (message) => told.push(message) });
  runner.configure(layout);
  await settle();
  let token = 0;
  const show = (zone: string, brightness: number, report = true) => {
    token += 1;
    runner.show({ kind: 'show', token, changes: [lit(zone, brightness)], overlays: [], report });
  };
  const of = <K extends FromRenderer['kind']>(kind: K) => told.filter((message) => message.kind === kind);
  return { clock, told, stage, runner, outputs, show, of, layout };
}

describe('the renderer', () => {
  it('draws nothing before the first target, so that a restart does not blink', async () => {
    const { told, outputs } = await setUp();
    expect(told).toEqual([{ kind: 'ready' }]);
    expect(outputs[0]?.sent).toEqual([]);
  });

  it('draws nothing before it, whatever layouts come meanwhile', async () => {
    const { runner, layout, outputs, stage } = await setUp();
    runner.configure(layout);
    await settle();
    expect([stage.drawnAt, outputs[0]?.sent]).toEqual([[], []]);
  });

  it('has sent a change of a still scene, and said so, when show returns', async () => {
    const { show, outputs, of } = await setUp();
    show('floor', 7);
    expect(outputs[0]?.sent).toEqual([[7, 7, 7, 7, 7, 7]]);
    expect(of('shown')).toEqual([{ kind: 'shown', token: 1, failed: [] }]);
  });

  it('reports only what it is asked to', async () => {
    const { show, of } = await setUp();
    show('floor', 7, false);
    expect(of('shown')).toEqual([]);
  });

  it('reports a change of a moving scene with the next frame of the grid', async () => {
    const { clock, stage, show, of } = await setUp();
    stage.movesUntilMs = 1_000_000;
    show('floor', 1, false);
    clock.advance(5);
    show('floor', 2);
    show('floor', 3);
    expect(of('shown')).toEqual([]);
    clock.advance(20);
    expect(of('shown')).toEqual([{ kind: 'shown', token: 3, failed: [] }]);
  });

  it('never lets the time of the stage go back, however late a frame is', async () => {
    const { clock, stage, show } = await setUp();
    stage.movesUntilMs = 1_000_000;
    show('floor', 1);
    clock.stall(35);
    show('floor', 2);
    clock.advance(100);
    expect(stage.times).toEqual(stage.times.toSorted((a, b) => a - b));
  });

  it('tells the tokens of a failing output apart from the others', async () => {
    const [well, ill] = [new FakeOutput(['main']), new FakeOutput(['side'])];
    ill.openFault = fault();
    const { show, of } = await setUp([well, ill]);
    show('floor', 5);
    show('shelf', 5);
    expect(of('shown')).toEqual([
      { kind: 'shown', token: 1, failed: [] },
      { kind: 'shown', token: 2, failed: [2] },
    ]);
    expect(of('output_failed')).toMatchObject([{ strip: 'side', code: 'test_fault', cure: 'mend it', retryMs: 500 }]);
  });

  it('waits with its report for an output that is still opening', async () => {
    const layout = layoutOf([simulated]);
    const told: FromRenderer[] = [];
    const output = new FakeOutput(['main']);
    const runner = new StageRunner({
      clock: new FakeLoopClock(),
      makeStage: () => new FakeStage(layout),
      makeOutputs: () => [{ key: 'main', make: () => output }],
      post: (message) => told.push(message),
    });
    runner.configure(layout);
    runner.show({ kind: 'show', token: 1, changes: [lit('floor', 9)], overlays: [], report: true });
    expect(told.filter(({ kind }) => kind === 'shown')).toEqual([]);
    await settle();
    expect(output.sent).toEqual([[9, 9, 9, 9, 9, 9]]);
    expect(told.at(-1)).toEqual({ kind: 'shown', token: 1, failed: [] });
  });

  it('stretches the grid to the slowest wire and says so', async () => {
    const slow = new FakeOutput(['main']);
    slow.wireMs = 40;
    const { clock, stage, show, of } = await setUp([slow]);
    expect(of('capped')).toEqual([{ kind: 'capped', strip: 'main', wireMs: 40, fps: 25 }]);
    stage.movesUntilMs = 1_000_000;
    show('floor', 1);
    clock.advance(125);
    expect(stage.drawnAt).toEqual([1000, 1040, 1080, 1120]);
  });

  it('stretches the grid to SPI at the clock that its controller makes', () => {
    const spi = { driver: 'spi', device: '/dev/spidev250.9', encoding: 'ws281x_3', speedHz: 2_400_000 } as const;
    const layout = layoutOf([spi], 300, { fps: 120 });
    const told: FromRenderer[] = [];
    const makeStage = () => new FakeStage(layout);
    new StageRunner({ clock: new FakeLoopClock(), makeStage, makeOutputs, post: (message) => told.push(message) }).configure(layout);
    const [capped] = told.filter(({ kind }) => kind === 'capped');
    expect(capped).toMatchObject({ strip: 'main', wireMs: expect.closeTo(9.77, 2), fps: expect.closeTo(102.4, 1) });
  });

  it('sends a still picture again to the outputs that need it, and to no other', async () => {
    const [network, wired] = [new FakeOutput(['main']), new FakeOutput(['side'])];
    network.refreshMs = 1000;
    const { clock, stage, show } = await setUp([network, wired]);
    show('floor', 5);
    clock.advance(3500);
    expect(network.sent.length).toBe(4);
    expect(wired.sent.length).toBe(1);
    expect(stage.drawnAt).toEqual([1000]);
  });

  it('tells its counters once a second while it moves, and when that begins and ends', async () => {
    const { clock, stage, show, of } = await setUp();
    stage.movesUntilMs = 3500;
    show('floor', 5);
    clock.advance(60_000);
    const stats = of('stats').flatMap((message) => (message.kind === 'stats' ? [message.stats] : []));
    expect(stats.map(({ moving }) => moving)).toEqual([true, true, true, false]);
    expect(stats[1]?.fps).toBeCloseTo(50, 0);
    expect(stats.at(-1)).toMatchObject({ fps: 0, frames: 126, overruns: 0, currentMa: 5 });
  });

  it('tells of overruns at most once a second, with the worst of them', async () => {
    const { clock, stage, show, of } = await setUp();
    stage.movesUntilMs = 1_000_000;
    show('floor', 5);
    for (const stallMs of [50, 90, 70]) {
      clock.stall(stallMs);
      clock.advance(21);
    }
    expect(of('overrun')).toHaveLength(1);
    clock.advance(3000);
    expect(of('overrun')).toHaveLength(2);
    const [, later] = of('overrun');
    expect(later).toMatchObject({ kind: 'overrun' });
  });

  it('shows previews at most so often, ends with the last picture, and sends none while nothing changes', async () => {
    const { clock, stage, show, of, runner } = await setUp();
    show('floor', 5);
    runner.preview(10);
    stage.movesUntilMs = clock.nowMs() + 1000;
    show('floor', 6);
    clock.advance(900);
    show('floor', 200);
    clock.advance(10_000);
    const levels = of('preview').map((message) => (message.kind === 'preview' ? message.strips[0]?.rgb[0] : undefined));
    expect(levels[0]).toBe(5);
    expect(levels.at(-1)).toBe(200);
    expect(levels.length).toBeLessThanOrEqual(13);
    runner.preview(0);
    show('floor', 7);
    clock.advance(1000);
    expect(of('preview')).toHaveLength(levels.length);
  });

  it('shows no preview of a new layout before its first frame', async () => {
    const output = new FakeOutput(['main']);
    output.gapMs = 500;
    const { clock, show, of, runner, layout } = await setUp([output]);
    show('floor', 5);
    runner.preview(10);
    show('floor', 6);
    runner.configure(layout);
    runner.preview(10);
    clock.advance(400);
    runner.preview(10);
    clock.advance(1000);
    const levels = of('preview').map((message) => (message.kind === 'preview' ? message.strips[0]?.rgb[0] : undefined));
    expect(levels.slice(0, -1)).toEqual(levels.slice(0, -1).map(() => 5));
    expect(levels.at(-1)).toBe(6);
  });

  it('copies no more pictures for who asks for previews again and again', async () => {
    const { clock, show, of, runner } = await setUp();
    show('floor', 5);
    for (let times = 0; times < 100; times += 1) {
      runner.preview(10);
      clock.advance(5);
      runner.preview(0);
    }
    expect(of('preview').length).toBeLessThanOrEqual(6);
    runner.preview(10);
    clock.advance(100);
    expect(of('preview').at(-1)).toMatchObject({ strips: [{ rgb: { 0: 5 } }] });
  });

  it('keeps outputs that a new layout does not change', async () => {
    const { runner, outputs, layout, show } = await setUp();
    show('floor', 5);
    runner.configure({ ...layout, fps: 25 });
    await settle();
    expect(outputs[0]?.opens).toBe(1);
    expect(outputs[0]?.closed).toEqual([]);
  });

  it('keeps what moves moving through a new layout', async () => {
    const { runner, clock, stage, layout, show } = await setUp();
    stage.movesUntilMs = 1200;
    show('floor', 5);
    clock.advance(50);
    runner.configure({ ...layout, fps: 25 });
    clock.advance(1000);
    expect(stage.drawnAt.slice(0, 6)).toEqual([1000, 1020, 1040, 1050, 1090, 1130]);
    expect(stage.drawnAt.at(-1)).toBeGreaterThanOrEqual(1200);
  });

  it.each(['keep', 'off'] as const)('ends with the LEDs as the layout wants them: %s', async (onStop) => {
    const { runner, outputs } = await setUp([new FakeOutput(['main'])], layoutOf([simulated], 2, { onStop }));
    await runner.stop();
    expect(outputs[0]?.closed).toEqual([onStop === 'off']);
  });
});
