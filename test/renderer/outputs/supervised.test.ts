import { describe, expect, it } from 'vitest';
import { LastingOutputError } from '../../../src/renderer/outputs/output-error.ts';
import { SupervisedOutput } from '../../../src/renderer/outputs/supervised.ts';
import { FakeLoopClock } from '../support/fake-clock.ts';
import { FakeOutput, fault } from '../support/fake-output.ts';
import { settle } from '../support/until.ts';

async function setUp(prepare: (output: FakeOutput) => void = () => undefined) {
  const clock = new FakeLoopClock();
  const output = new FakeOutput(['main']);
  prepare(output);
  const told: string[] = [];
  const supervised = new SupervisedOutput('key', output, clock, {
    failed: (strip, { code }, retryMs) => told.push(`${strip} failed ${code} ${retryMs}`),
    recovered: (strip, downMs) => told.push(`${strip} recovered ${downMs}`),
    progress: () => undefined,
  });
  const bytes = new Uint8Array([0]);
  supervised.bind([{ id: 'main', bytes, preview: () => bytes, componentsPerLed: 3 }]);
  supervised.start(Promise.resolve());
  await settle();
  const offer = (frame: number) => {
    bytes[0] = frame;
    supervised.offer(frame);
  };
  const pass = async (ms: number) => {
    clock.advance(ms);
    await settle();
  };
  return { clock, output, told, supervised, offer, pass };
}

describe('a supervised output', () => {
  it('gives a busy output the newest frame only, once it is free', async () => {
    const { output, offer, supervised } = await setUp();
    output.holds = true;
    for (const frame of [1, 2, 3]) offer(frame);
    output.release();
    output.release();
    expect(output.sent).toEqual([[1], [3]]);
    expect(supervised.takenFrame).toBe(3);
  });

  it('tells a fault once, tries again with growing pauses, and tells the recovery once', async () => {
    const { output, told, pass, supervised } = await setUp((fake) => {
      fake.openFault = fault('gone');
    });
    expect(told).toEqual(['main failed gone 500']);
    await pass(500);
    await pass(999);
    expect(output.opens).toBe(2);
    await pass(1);
    expect(output.opens).toBe(3);
    expect(told).toHaveLength(1);
    output.openFault = null;
    await pass(2000);
    expect(supervised.failing).toBe(true);
    await pass(1000);
    expect(supervised.failing).toBe(false);
    expect(told).toEqual(['main failed gone 500', 'main recovered 4500']);
  });

  it('never pauses longer than 30 s', async () => {
    const { output, pass } = await setUp((fake) => {
      fake.openFault = fault();
    });
    for (let round = 0; round < 20; round += 1) await pass(30_000);
    const opens = output.opens;
    await pass(30_000);
    expect(output.opens).toBe(opens + 1);
  });

  it('sends the picture of the moment when it is back', async () => {
    const { output, offer, pass } = await setUp();
    output.sendFault = fault();
    offer(1);
    offer(2);
    expect(output.closed).toEqual([false]);
    output.sendFault = null;
    await pass(500);
    expect(output.sent).toEqual([[1], [2]]);
  });

  it('does not count as recovered when it breaks again at once', async () => {
    const { output, told, offer, pass } = await setUp();
    output.sendFault = fault();
    offer(1);
    await settle();
    output.sendFault = null;
    await pass(500);
    await pass(900);
    output.breakDown(fault());
    await pass(999);
    expect(output.opens).toBe(2);
    await pass(1);
    expect(output.opens).toBe(3);
    expect(told).toHaveLength(1);
  });

  it('takes an output for failing that never took a frame', async () => {
    const { clock, output, told, offer } = await setUp();
    output.holds = true;
    offer(1);
    clock.advance(2001);
    offer(2);
    expect(told).toEqual(['main failed output_stuck 500']);
  });

  it('does not try again what cannot get well by itself', async () => {
    const { output, pass, supervised, told } = await setUp((fake) => {
      fake.openFault = new LastingOutputError('no_right', 'not allowed', 'restart it');
    });
    expect(told).toEqual(['main failed no_right null']);
    await pass(600_000);
    expect(output.opens).toBe(1);
    expect(supervised.failing).toBe(true);
    await supervised.retire();
    expect(told.at(-1)).toBe('main recovered 600000');
  });

  it('does not open again once closed, and darkens as asked', async () => {
    const { output, supervised, pass } = await setUp((fake) => {
      fake.openFault = fault();
    });
    await supervised.close({ off: true });
    await pass(60_000);
    expect(output.opens).toBe(1);
    expect(output.closed.at(-1)).toBe(true);
  });
});
