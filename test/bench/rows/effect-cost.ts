/**
 * Row 13: what a frame of each effect costs, one zone over the whole strip with the effect's own defaults: time, against
 * what the wire takes, and memory. Each effect has a process of its own.
 */
import { effects } from '../../../src/light/effects/registry.ts';
import type { Bench, Row } from '../harness/bench.ts';
import { Helper } from '../harness/helper-process.ts';
import { judge } from '../harness/report.ts';
import { median, show } from '../harness/statistics.ts';
import type { HeapUse, Painter, Sampling } from '../helpers/painter.ts';

const LEDS = [300, 1000, 3000] as const;
/** A hundredth of the wire time of a LED: 24 bits of 1.25 µs. */
export const WIRE_SHARE_US = 0.3;
const FRAMES = 10_000;
/** What is left behind by a frame, bytes; less is the engine's own. */
const GROWN_BYTES = 2;
/** What a frame may allocate: a few numbers that the engine boxes, and nothing that grows with the zone. */
const FRAME_BYTES = 256;

export interface EffectCost {
  readonly effect: string;
  /** µs a frame of each of `LEDS`. */
  readonly us: readonly number[];
  readonly heap: HeapUse;
}

export const effectCostRow: Row = {
  id: '13',
  title: 'compute and memory of each effect',
  async run(bench) {
    const costs = await effectCosts(bench);
    for (const [index, leds] of LEDS.entries()) reportTime(bench, costs, index, leds);
    reportHeap(bench, costs);
  },
};

/** Measured once a run. */
export async function effectCosts(bench: Bench): Promise<readonly EffectCost[]> {
  const measured = await bench.shared('effect costs', async () => {
    const costs: EffectCost[] = [];
    for (const { declaration } of effects) costs.push(await costOf(bench, declaration.id));
    return { costs, [Symbol.asyncDispose]: async () => undefined };
  });
  return measured.costs;
}

async function costOf(bench: Bench, effect: string): Promise<EffectCost> {
  await using painter = new Helper<Painter>('painter', ['--expose-gc']);
  const us: number[] = [];
  const { warmMs, ...rest } = sampling(bench);
  for (const leds of LEDS) {
    // The code is compiled for the first length already; the others only have to confirm it.
    const warm = { ...rest, warmMs: us.length === 0 ? warmMs : warmMs / 4 };
    us.push(median(await painter.call('timeEffect', { effect, leds, sampling: warm })));
  }
  const heap = await painter.call('weighEffect', { effect, leds: LEDS[0], frames: FRAMES });
  return { effect, us, heap };
}

export function sampling(bench: Bench): Sampling {
  return bench.quick ? { warmMs: 200, samples: 5, sampleMs: 8 } : { warmMs: 600, samples: 15, sampleMs: 15 };
}

function reportTime(bench: Bench, costs: readonly EffectCost[], index: number, leds: number): void {
  const us = (cost: EffectCost) => cost.us[index] ?? Number.NaN;
  const [worst, middle] = worstAndMiddle(costs, us);
  const most = leds * WIRE_SHARE_US;
  bench.add({
    row: '13',
    what: `compute a frame of ${leds} LEDs: worst of ${costs.length} effects, and the median one`,
    promise: `≤ 1 % of the wire: ${show(most)} µs`,
    figure: `${show(us(worst))} µs (${worst.effect}) · ${show(us(middle))} µs (${middle.effect})`,
    yardstick: `${show((leds * WIRE_SHARE_US) / 10)} ms (wire)`,
    ratio: null,
    verdict: judge(costs.every((cost) => us(cost) <= most)),
    values: Object.fromEntries(costs.map((cost) => [`${cost.effect}_us`, us(cost)])),
  });
}

function reportHeap(bench: Bench, costs: readonly EffectCost[]): void {
  const line = { row: '13', yardstick: '', ratio: null };
  const [grown] = worstAndMiddle(costs, ({ heap }) => heap.grownBytes);
  bench.add({
    ...line,
    what: `heap after ${FRAMES} frames more and a collection, worst effect`,
    promise: `no growth (≤ ${GROWN_BYTES} bytes a frame)`,
    figure: `${show(grown.heap.grownBytes / 1024)} KiB (${grown.effect})`,
    verdict: judge(grown.heap.grownBytes <= GROWN_BYTES * FRAMES),
    values: Object.fromEntries(costs.map(({ effect, heap }) => [`${effect}_bytes`, heap.grownBytes])),
  });
  const bytes = ({ heap }: EffectCost) => heap.frameBytes;
  const [greedy, middle] = worstAndMiddle(costs, bytes);
  const over = costs.filter((cost) => bytes(cost) > FRAME_BYTES);
  if (over.length > 0) {
    bench.warn(
      `row 13: more than ${FRAME_BYTES} bytes a frame: ${over.map((cost) => `${cost.effect} ${bytes(cost).toFixed(0)}`).join(', ')}`,
    );
  }
  bench.add({
    ...line,
    what: 'allocated a frame of 300 LEDs: worst effect, and the median one',
    promise: `≤ ${FRAME_BYTES} bytes`,
    figure: `${show(bytes(greedy))} bytes (${greedy.effect}) · ${show(bytes(middle))} (${middle.effect})`,
    verdict: judge(over.length === 0),
    values: Object.fromEntries(costs.map((cost) => [`${cost.effect}_frame_bytes`, bytes(cost)])),
  });
}

/** @throws where there is no effect. */
function worstAndMiddle(costs: readonly EffectCost[], figure: (cost: EffectCost) => number): [EffectCost, EffectCost] {
  const sorted = [...costs].sort((a, b) => figure(b) - figure(a));
  const [worst, middle] = [sorted[0], sorted[sorted.length >> 1]];
  if (worst === undefined || middle === undefined) throw new Error('there are no effects');
  return [worst, middle];
}
