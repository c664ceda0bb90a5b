/** Row 5: whether frames stay on their grid under 1,000 commands a second × 20 subscribers, beside a bare sender of packets on the same machine. */
import type { Bench, Row } from '../harness/bench.ts';
import { type Grid, gridOf } from '../harness/frames-of.ts';
import { Helper } from '../harness/helper-process.ts';
import { judge, ms } from '../harness/report.ts';
import { DiunaStand, gather, warm } from '../harness/stands.ts';
import { median, pairedRatio, percentile, show } from '../harness/statistics.ts';
import type { Metronome } from '../helpers/metronome.ts';
import type { Sink } from '../helpers/sink.ts';

const PERIOD_MS = 1000 / 60;
const SUBSCRIBERS = 20;
const LOAD = { rate: 1000, seconds: 4 };

export const gridRow: Row = {
  id: '5',
  title: 'frame grid under load',
  async run(bench) {
    await using diuna = await DiunaStand.open(bench, { store: 'memory' });
    await using metronome = new Helper<Metronome>('metronome');
    await using bareSink = new Helper<Sink>('sink');
    const barePort = await bareSink.call('open', undefined);
    await warm(bench, diuna.rig); // before there is anybody to be flooded with its events
    const order = { port: diuna.server.port, count: SUBSCRIBERS, prefix: 'subscriber', topic: 'diuna/event/#' };
    const crowds = await gather(bench, [order]);
    await diuna.control.animate();
    const overrunsBefore = diuna.control.system?.overruns ?? 0;
    const [ours, bare]: [Grid[], Grid[]] = [[], []];
    for (let repeat = 0; repeat < bench.repeats; repeat += 1) {
      const seconds = bench.seconds(LOAD.seconds);
      await Promise.all([diuna.sink.call('watch', undefined), bareSink.call('watch', undefined)]);
      const beats = metronome.call('beat', { port: barePort, periodMs: PERIOD_MS, count: Math.floor((seconds * 1000) / PERIOD_MS) });
      const replies = await diuna.rig.load({ rate: LOAD.rate, seconds });
      await beats;
      const [frames, bareFrames] = [await diuna.sink.call('collect', undefined), await bareSink.call('collect', undefined)];
      if (replies.lost + replies.refused > 0) bench.warn(`row 5: ${replies.lost} commands lost, ${replies.refused} refused`);
      bench.checkBusy('row 5', frames.self.busy);
      ours.push(gridOf(frames.arrivedMs, PERIOD_MS));
      bare.push(gridOf(bareFrames.arrivedMs, PERIOD_MS));
    }
    await Promise.all(crowds.map((crowd) => crowd[Symbol.asyncDispose]()));
    report(bench, ours, bare, (diuna.control.system?.overruns ?? 0) - overrunsBefore);
  },
};

function report(bench: Bench, ours: readonly Grid[], bare: readonly Grid[], overruns: number): void {
  for (const [name, fraction, boundMs] of [
    ['p99', 0.99, 1],
    ['max', 1, PERIOD_MS / 4],
  ] as const) {
    const [our, their] = [ours, bare].map((grids) => grids.map(({ jitterMs }) => percentile(jitterMs, fraction))) as [number[], number[]];
    if (median(their) > boundMs)
      bench.warn(`row 5: packets of a bare process were off by ${show(median(their))} ms (${name}) themselves: it is the machine`);
    bench.add({
      row: '5',
      what: `frame jitter ${name}, 1,000/s × 20 subscribers`,
      promise: `≤ ${boundMs.toFixed(1)} ms`,
      figure: ms(median(our)),
      yardstick: `${ms(median(their))} (bare packets)`,
      ratio: pairedRatio(our, their),
      verdict: judge(median(our) <= boundMs),
      values: { ours_ms: our, bare_ms: their },
    });
  }
  const skipped = ours.map((grid) => grid.skipped);
  const bareSkipped = bare.map((grid) => grid.skipped);
  const total = skipped.reduce((sum, count) => sum + count, 0);
  bench.add({
    row: '5',
    what: 'frames skipped at the receiver · overruns that the renderer told',
    promise: 'none',
    figure: `${total} · ${overruns} of ${ours.reduce((sum, { frames }) => sum + frames, 0)}`,
    yardstick: `${bareSkipped.reduce((sum, count) => sum + count, 0)} (bare packets)`,
    ratio: null,
    verdict: judge(total === 0 && overruns === 0),
    values: { skipped, overruns, bare_skipped: bareSkipped },
  });
}
