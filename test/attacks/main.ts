/**
 * `npm run bench:attacks [-- --repeats N] [--json FILE] [attack …]`: does to a bare aedes and to the daemon what an attacker
 * or a broken device might, and prints what each did. Everything stays on loopback, and is bounded in count, bytes and time.
 */
import { writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { type Handlers, ROLE, serve } from '../bench/harness/helper-process.ts';
import { Scratch } from '../bench/servers/scratch.ts';
import type { Attack, Target } from './attack.ts';
import { attacker } from './attacker.ts';
import { attacks } from './attacks.ts';
import { BARE, serveBare } from './bare-aedes.ts';
import { bystander } from './bystander.ts';
import { type Outcome, runAttack } from './run-attack.ts';
import { guardLines, type Row, table } from './table.ts';

const roles: Readonly<Record<string, Handlers>> = { attacker, bystander };
const kinds = ['bare', 'diuna'] as const;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: {
      repeats: { type: 'string', default: '3' },
      json: { type: 'string', default: new URL('attacks.json', import.meta.url).pathname },
    },
    allowPositionals: true,
  });
  const wanted = attacks.filter(({ id }) => positionals.length === 0 || positionals.includes(id));
  const unknown = positionals.filter((id) => !attacks.some((attack) => attack.id === id));
  if (unknown.length > 0) throw new Error(`no attack ${unknown.join(', ')}; there are ${attacks.map(({ id }) => id).join(', ')}`);
  await using scratch = await Scratch.open();
  const load = loadavg();
  const rows: Row[] = [];
  for (const attack of wanted) {
    rows.push(await measure(scratch, attack, Number(values.repeats)));
    process.stderr.write(`${table(rows.slice(-1)).split('\n').at(-1)}\n`);
    await writeFile(values.json, `${JSON.stringify(rows, null, 2)}\n`);
  }
  process.stdout.write(`\n${table(rows)}\n\n${guardLines(rows)}\n\n`);
  const loads = [...load, ...loadavg()].map((figure) => figure.toFixed(1)).join(' ');
  process.stdout.write(`${cpus()[0]?.model ?? ''}, ${cpus().length} cores, Node ${process.version}, load before and after ${loads}\n`);
}

/** The two servers take turns, so that what else the machine does meets both. */
async function measure(scratch: Scratch, attack: Attack, repeats: number): Promise<Row> {
  const outcomes: Readonly<Record<Target['kind'], Outcome[]>> = { bare: [], diuna: [] };
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    for (const kind of kinds) {
      try {
        outcomes[kind].push(await runAttack(scratch, attack, kind, repeat === 0));
      } catch (cause) {
        process.stderr.write(
          `! ${attack.id} on ${kind} could not be measured: ${cause instanceof Error ? cause.message : String(cause)}\n`,
        );
        process.exitCode = 1;
      }
    }
  }
  return { attack, ...outcomes };
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
const [, , word, port, httpPort, users] = process.argv;
const handlers = roles[process.env[ROLE] ?? ''];
if (handlers !== undefined) serve(handlers);
else if (word === BARE) await serveBare(Number(port), Number(httpPort), users === 'users');
else await main();
