/**
 * Row 14: the full frame of three zones with a transition, dither and a limit, beside plain loops over typed arrays that
 * do the same for two still colours: the ratio tells what the time alone cannot on another machine.
 */
import type { Bench, Row } from '../harness/bench.ts';
import { Helper } from '../harness/helper-process.ts';
import { judge } from '../harness/report.ts';
import { median, pairedRatio, show } from '../harness/statistics.ts';
import type { Painter } from '../helpers/painter.ts';
import type { FullFrame } from '../helpers/stagings.ts';
import { effectCosts, sampling, WIRE_SHARE_US } from './effect-cost.ts';

/** LEDs, and µs that they may take. */
const BOUNDS = [
  [300, 10],
  [1000, 30],
] as const;

type Scene = Omit<FullFrame, 'leds'> & { readonly name: string; readonly judged: boolean };

export const fullFrameRow: Row = {
  id: '14',
  title: 'the full frame',
  async run(bench) {
    for (const scene of await scenes(bench)) {
      for (const [leds, mostUs] of BOUNDS) await measure(bench, scene, leds, mostUs);
    }
  },
};

async function scenes(bench: Bench): Promise<readonly Scene[]> {
  const [worst, second] = [...(await effectCosts(bench))].sort((a, b) => (b.us[1] ?? 0) - (a.us[1] ?? 0));
  const still = { from: 'solid', to: 'solid' };
  return [
    { ...still, kind: 'rgb', name: 'solid → solid', judged: true },
    { from: 'rainbow', to: 'chase', kind: 'rgb', name: 'rainbow → chase', judged: true },
    {
      from: worst?.effect ?? '',
      to: second?.effect ?? '',
      kind: 'rgb',
      name: `the two worst, ${worst?.effect} → ${second?.effect}`,
      judged: true,
    },
    { ...still, kind: 'rgbw', name: 'solid → solid, RGBW accurate', judged: false },
    { ...still, kind: 'series', name: 'solid → solid, LEDs in series', judged: false },
  ];
}

async function measure(bench: Bench, scene: Scene, leds: number, mostUs: number): Promise<void> {
  await using painter = new Helper<Painter>('painter', ['--expose-gc']);
  const { oursUs, plainUs, limiting } = await painter.call('timeFullFrame', { scene: { ...scene, leds }, sampling: sampling(bench) });
  if (!limiting) bench.warn(`row 14: ${scene.name} does not reach the supply's limit`);
  const us = median(oursUs);
  bench.add({
    row: '14',
    what: `full frame of ${leds} LEDs, ${scene.name}`,
    promise: scene.judged ? `≤ ${mostUs} µs` : '',
    figure: `${show(us)} µs (${show(us / (leds * WIRE_SHARE_US))} % of the wire)`,
    yardstick: `${show(median(plainUs))} µs (plain loops)`,
    ratio: pairedRatio(oursUs, plainUs),
    verdict: scene.judged ? judge(us <= mostUs) : 'told',
    values: { ours_us: oursUs, plain_us: plainUs },
  });
}
