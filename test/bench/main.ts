/**
 * `npm run bench [-- --quick] [--json FILE] [row …]`: shows the promises of docs/performance.md side by side with their
 * yardsticks in one run. Everything stays on loopback, and every loop is bounded.
 */
import { writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { Bench, type Row } from './harness/bench.ts';
import { ROLE } from './harness/helper-process.ts';
import { table } from './harness/report.ts';
import { play } from './helpers/roles.ts';
import { appetiteRow } from './rows/appetite.ts';
import { coldStartRow } from './rows/cold-start.ts';
import { crowdFrameRow } from './rows/crowd-frame.ts';
import { durableRow } from './rows/durable.ts';
import { effectCostRow } from './rows/effect-cost.ts';
import { fanOutRow } from './rows/fan-out.ts';
import { frameRow } from './rows/frame.ts';
import { fullFrameRow } from './rows/full-frame.ts';
import { gridRow } from './rows/grid.ts';
import { growthRow } from './rows/growth.ts';
import { overloadRow } from './rows/overload.ts';
import { renderedRow } from './rows/rendered.ts';
import { renderingRow, replyRow } from './rows/reply.ts';
import { Scratch } from './servers/scratch.ts';

const rows: readonly Row[] = [
  replyRow,
  renderingRow,
  frameRow,
  renderedRow,
  gridRow,
  fanOutRow,
  overloadRow,
  durableRow,
  appetiteRow,
  coldStartRow,
  crowdFrameRow,
  growthRow,
  effectCostRow,
  fullFrameRow,
];

/** Far more than any row takes; past it something hangs. */
const ROW_MS = 150_000;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      json: { type: 'string', default: new URL('bench.json', import.meta.url).pathname },
    },
    allowPositionals: true,
  });
  const wanted = rows.filter(({ id }) => positionals.length === 0 || positionals.includes(id));
  const unknown = positionals.filter((id) => !rows.some((row) => row.id === id));
  if (unknown.length > 0)
    throw new Error(`no row ${unknown.join(', ')}; there are ${rows.map(({ id, title }) => `${id} (${title})`).join(', ')}`);
  await using scratch = await Scratch.open();
  await using bench = new Bench(values.quick, scratch);
  const machine = { processor: cpus()[0]?.model ?? '', cores: cpus().length, node: process.version, load_before: loadavg() };
  for (const row of wanted) await run(row, bench);
  process.stdout.write(`\n${table(bench.lines)}\n\n`);
  for (const warning of new Set(bench.warnings)) process.stdout.write(`! ${warning}\n`);
  process.stdout.write('~ judged by figures of performance.md from another run: neither Hyperion nor the Python daemon is here.\n');
  process.stdout.write(
    `${machine.processor}, ${machine.cores} cores, Node ${machine.node}, load ${machine.load_before.map((load) => load.toFixed(1)).join(' ')}\n`,
  );
  await writeFile(
    values.json,
    `${JSON.stringify({ quick: values.quick, machine, lines: bench.lines, warnings: bench.warnings }, null, 2)}\n`,
  );
}

/** A row that fails says so and lets the others go on. */
async function run(row: Row, bench: Bench): Promise<void> {
  const startMs = performance.now();
  const before = bench.lines.length;
  let late: NodeJS.Timeout | undefined;
  const hanging = new Promise<never>((_, reject) => {
    late = setTimeout(() => reject(new Error(`it took longer than ${ROW_MS / 1000} s`)), ROW_MS);
  });
  try {
    await Promise.race([row.run(bench), hanging]);
  } catch (cause) {
    bench.warn(`row ${row.id} (${row.title}) could not be measured: ${cause instanceof Error ? cause.message : String(cause)}`);
    process.exitCode = 1;
  } finally {
    clearTimeout(late);
  }
  if (bench.lines.length > before) process.stderr.write(`${table(bench.lines.slice(before))}\n`);
  process.stderr.write(`row ${row.id}: ${row.title}, ${((performance.now() - startMs) / 1000).toFixed(0)} s\n`);
}

const role = process.env[ROLE];
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
if (role === undefined) await main();
else play(role);
