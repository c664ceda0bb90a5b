/** Figures as lines of the output. They tell of the machine that they were taken on, and of how busy it was. */
import { readFile } from 'node:fs/promises';
import { percentile, show } from '../../bench/harness/statistics.ts';

export type Row = readonly [what: string, samplesMs: readonly number[]];

/** Prints a title, and a line for each row below it. */
export async function print(title: string, rows: readonly Row[]): Promise<void> {
  const width = Math.max(...rows.map(([what]) => what.length));
  console.log(`${title} (load of the machine ${(await readFile('/proc/loadavg', 'utf8')).split(' ')[0]})`);
  for (const [what, samplesMs] of rows) {
    const [p50, p99] = [0.5, 0.99].map((fraction) => show(percentile(samplesMs, fraction)));
    console.log(`  ${what.padEnd(width)}  p50 ${p50} ms, p99 ${p99} ms, most ${show(Math.max(...samplesMs))} ms, of ${samplesMs.length}`);
  }
}
