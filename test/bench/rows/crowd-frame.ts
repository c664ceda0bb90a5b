/** Row 11: command to frame while 1,000 clients follow every zone's state. */
import type { Row } from '../harness/bench.ts';
import { judge, ms } from '../harness/report.ts';
import { DiunaStand, gather, warm } from '../harness/stands.ts';
import { percentile } from '../harness/statistics.ts';
import { framesUnder } from './frame.ts';

const LOAD = { rate: 20, seconds: 3 };
const SUBSCRIBERS = 1000;

export const crowdFrameRow: Row = {
  id: '11',
  title: 'command to frame with 1,000 subscribers',
  async run(bench) {
    await using diuna = await DiunaStand.open(bench, { store: 'memory' });
    await warm(bench, diuna.rig); // before there is anybody to be flooded with its events
    const order = { port: diuna.server.port, count: SUBSCRIBERS, prefix: 'subscriber', topic: 'diuna/zone/+/state' };
    const [crowd] = await gather(bench, [order]);
    const latency: number[] = [];
    for (let repeat = 0; repeat < bench.repeats; repeat += 1) {
      latency.push(...(await framesUnder(bench, 'row 11', diuna.rig, diuna.sink, { ...LOAD, seconds: bench.seconds(LOAD.seconds) })));
    }
    await crowd?.[Symbol.asyncDispose]();
    const [p50, p99] = [percentile(latency, 0.5), percentile(latency, 0.99)];
    bench.add({
      row: '11',
      what: 'frame p50 / p99 at 20/s, 1,000 follow the states',
      promise: 'p99 ≤ 3 ms',
      figure: ms(p50, p99),
      yardstick: '25.4 ms (Hyperion, another run)',
      ratio: null,
      verdict: judge(p99 <= 3),
      values: { p50_ms: p50, p99_ms: p99 },
    });
  },
};
