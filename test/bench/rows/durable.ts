/** Row 8: what durability adds to a reply, against one bare append and fdatasync of as many bytes on the same disk. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Row } from '../harness/bench.ts';
import { Helper } from '../harness/helper-process.ts';
import { judge, ms } from '../harness/report.ts';
import { DiunaStand, warm } from '../harness/stands.ts';
import { median, pairedRatio, percentile } from '../harness/statistics.ts';
import type { Appender } from '../helpers/appender.ts';

const SECONDS = 1.5;

export const durableRow: Row = {
  id: '8',
  title: 'what a durable reply adds',
  async run(bench) {
    await using diuna = await DiunaStand.open(bench, { store: 'disk' });
    await using appender = new Helper<Appender>('appender');
    const folder = await bench.scratch.folder('disk');
    await warm(bench, diuna.rig);
    const lineBytes = await journalBytes(diuna);
    for (const rate of [200, 1000]) {
      const [ours, bare]: [number[][], number[][]] = [[], []];
      for (let repeat = 0; repeat < bench.repeats; repeat += 1) {
        const seconds = bench.seconds(SECONDS);
        const run = await diuna.rig.load({ rate, seconds });
        bench.check(`row 8, ${rate}/s`, [run]);
        ours.push([...run.durableMs]);
        const order = { path: join(folder, 'bare'), bytes: lineBytes, rate, count: Math.round(rate * seconds) };
        bare.push([...(await appender.call('append', order))]);
      }
      const [our, their] = [ours, bare].map((runs) => runs.map((run) => percentile(run, 0.99))) as [number[], number[]];
      const ratio = pairedRatio(our, their);
      bench.add({
        row: '8',
        what: `decided to durable p99 at ${rate}/s, on the disk`,
        promise: '≤ 2 × append + fdatasync',
        figure: ms(median(our)),
        yardstick: ms(median(their)),
        ratio,
        verdict: judge(ratio <= 2),
        values: { ours_ms: our, bare_ms: their, line_bytes: lineBytes },
      });
    }
  },
};

/** Bytes of the journal that one command takes. */
async function journalBytes({ storePath, rig }: DiunaStand): Promise<number> {
  const folder = join(storePath, 'journal');
  const size = () => readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
  const before = size();
  const { sent } = await rig.load({ rate: 200, seconds: 1 });
  return Math.round((size() - before) / sent);
}
