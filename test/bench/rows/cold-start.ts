/** Row 10: from spawn to the first CONNACK, against bare Node serving TCP; and with a long history to read. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { Bench, Row } from '../harness/bench.ts';
import { nowMs, sleep } from '../harness/clock.ts';
import { end, endWithRun } from '../harness/end-process.ts';
import { Helper } from '../harness/helper-process.ts';
import { RawClient } from '../harness/raw-client.ts';
import { judge, ms } from '../harness/report.ts';
import { median, pairedRatio } from '../harness/statistics.ts';
import type { Filler } from '../helpers/filler.ts';
import { diunaCommand, makeHome } from '../servers/diuna.ts';
import { freePort } from '../servers/spawned.ts';

const PAIRS = 7;
const EVENTS = 100_000;
const QUICK_EVENTS = 20_000;
const POLL_MS = 2;
const START_MS = 20_000;

/** @returns milliseconds from spawn until `greeted` succeeded. */
async function timeStart(command: readonly string[], greeted: () => Promise<unknown>): Promise<number> {
  const [program = '', ...words] = command;
  const startMs = nowMs();
  const child = spawn(program, words, { stdio: 'ignore' });
  endWithRun(child);
  try {
    for (;;) {
      if (nowMs() - startMs > START_MS || child.exitCode !== null || child.signalCode !== null)
        throw new Error(`${command.join(' ')} did not start`);
      try {
        await greeted();
        return nowMs() - startMs;
      } catch {
        await sleep(POLL_MS);
      }
    }
  } finally {
    await end(child);
  }
}

async function bareStart(): Promise<number> {
  const port = await freePort();
  const program = `require('node:net').createServer().listen(${port}, '127.0.0.1')`;
  return timeStart([process.execPath, '-e', program], async () => {
    const socket = connect({ port, host: '127.0.0.1' });
    await once(socket, 'connect');
    socket.destroy();
  });
}

/** @param history a store that a power cut left behind; each start gets its own copy. */
async function ourStart(bench: Bench, history: string | null): Promise<number> {
  const home = await makeHome(bench.scratch, { store: 'disk' });
  if (history !== null) await cp(history, home.storePath, { recursive: true });
  return timeStart(diunaCommand(bench.scratch, home), async () => {
    (await RawClient.connect(home.port, 'first')).destroy();
  });
}

export const coldStartRow: Row = {
  id: '10',
  title: 'cold start to the first CONNACK',
  async run(bench) {
    const events = bench.quick ? QUICK_EVENTS : EVENTS;
    const history = await fill(bench, events);
    const [ours, bare, long]: [number[], number[], number[]] = [[], [], []];
    for (let pair = 0; pair < (bench.quick ? bench.repeats : PAIRS); pair += 1) {
      ours.push(await ourStart(bench, null));
      bare.push(await bareStart());
      long.push(await ourStart(bench, history));
    }
    const ratio = pairedRatio(ours, bare);
    const line = { row: '10', yardstick: `${ms(median(bare))} (bare Node)` };
    bench.add({
      ...line,
      what: 'cold start to CONNACK, empty store',
      promise: '≤ 2 × bare Node',
      figure: ms(median(ours)),
      ratio,
      verdict: judge(ratio <= 2),
      values: { ours_ms: ours, bare_ms: bare },
    });
    bench.add({
      ...line,
      what: `the same with ${events} events, never closed`,
      promise: '',
      figure: ms(median(long)),
      ratio: pairedRatio(long, bare),
      verdict: 'told',
      values: { long_ms: long },
    });
  },
};

/** @returns a store's folder on tmpfs that holds so many events and was left as by a power cut. */
export function fill(bench: Bench, events: number): Promise<string> {
  const made = bench.shared(`history ${events}`, async () => {
    const { configPath } = await makeHome(bench.scratch, { store: 'memory' });
    const path = join(await bench.scratch.folder('memory'), 'data');
    await using filler = new Helper<Filler>('filler');
    await filler.call('fill', { configPath, path, events });
    return { path, [Symbol.asyncDispose]: async () => undefined };
  });
  return made.then(({ path }) => path);
}
