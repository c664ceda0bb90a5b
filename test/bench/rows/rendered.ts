/** Row 4: command to the reply `ack: rendered`. There is no WS281x wire here, so its multiple cannot be shown: only what comes on top. */
import type { Row } from '../harness/bench.ts';
import { judge, ms } from '../harness/report.ts';
import { DiunaStand, warm } from '../harness/stands.ts';
import { percentile } from '../harness/statistics.ts';

const LOAD = { rate: 20, ack: 'rendered' } as const;
const SECONDS = 2.5;

export const renderedRow: Row = {
  id: '4',
  title: 'command to reply `rendered`',
  async run(bench) {
    await using simulated = await DiunaStand.open(bench, { store: 'memory', simulated: true });
    await using ddp = await DiunaStand.open(bench, { store: 'memory' });
    await warm(bench, simulated.rig, ddp.rig);
    const stands = [
      { name: 'simulated', rig: simulated.rig, latency: [] as number[] },
      { name: 'DDP', rig: ddp.rig, latency: [] as number[] },
    ];
    for (let repeat = 0; repeat < bench.repeats; repeat += 1) {
      for (const { name, rig, latency } of stands) {
        const run = await rig.load({ ...LOAD, seconds: bench.seconds(SECONDS) });
        bench.check(`row 4, ${name}`, [run]);
        latency.push(...run.latencyMs);
      }
    }
    for (const { name, latency } of stands) {
      const [p50, p99] = [percentile(latency, 0.5), percentile(latency, 0.99)];
      bench.add({
        row: '4',
        what: `reply rendered p50 / p99 at 20/s, ${name} (no wire here), store on tmpfs`,
        promise: 'p99 ≤ 2 × wire (0) + 2 ms',
        figure: ms(p50, p99),
        yardstick: '',
        ratio: null,
        verdict: judge(p99 <= 2),
        values: { p50_ms: p50, p99_ms: p99 },
      });
    }
  },
};
