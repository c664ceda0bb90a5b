/** Row 12: whether a command costs the same after a long history and with many clients, and a frame in proportion to its LEDs. */
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bench, Row } from '../harness/bench.ts';
import { sleep } from '../harness/clock.ts';
import { judge } from '../harness/report.ts';
import { CrowdedStands, DiunaStand, warm } from '../harness/stands.ts';
import { median, pairedRatio, show } from '../harness/statistics.ts';
import { cpuMs } from '../servers/process-figures.ts';
import { fill } from './cold-start.ts';

const EVENTS = 50_000;
const QUICK_EVENTS = 20_000;
const LOAD = { rate: 500, seconds: 1.5 };
/** What counts as flat, and as linear: what repeats of the same scatter by on a shared machine. */
const FLAT = 1.15;
const FPS = 60;
const LEDS = [300, 1000, 3000] as const;

export const growthRow: Row = {
  id: '12',
  title: 'growth with history, clients and LEDs',
  async run(bench) {
    await commandCost(bench);
    await frameCost(bench);
  },
};

async function commandCost(bench: Bench): Promise<void> {
  const events = bench.quick ? QUICK_EVENTS : EVENTS;
  const storePath = join(await bench.scratch.folder('memory'), 'data');
  await cp(await fill(bench, events), storePath, { recursive: true });
  await using fresh = await DiunaStand.open(bench, { store: 'memory' });
  await using old = await DiunaStand.open(bench, { store: 'memory', storePath });
  const { diuna: crowded } = await CrowdedStands.of(bench);
  await warm(bench, fresh.rig, old.rig);
  const stands = [fresh, old, crowded];
  const costs: number[][] = stands.map(() => []);
  for (let repeat = 0; repeat < bench.repeats; repeat += 1) {
    for (const [index, { server, rig }] of stands.entries()) {
      const before = cpuMs(server.pid);
      const { sent } = await rig.load({ ...LOAD, seconds: bench.seconds(LOAD.seconds) });
      costs[index]?.push(((cpuMs(server.pid) - before) * 1000) / sent);
    }
  }
  const [base = [], history = [], clients = []] = costs;
  for (const [what, measured] of [
    [`${events} events of history`, history],
    ['1,000 idle clients', clients],
  ] as const) {
    const ratio = pairedRatio(measured, base);
    bench.add({
      row: '12',
      what: `processor a command and frame, ${what}`,
      promise: `flat (≤ ${FLAT} ×)`,
      figure: `${show(median(measured))} µs`,
      yardstick: `${show(median(base))} µs (neither)`,
      ratio,
      verdict: judge(ratio <= FLAT),
      values: { with_us: measured, without_us: base },
    });
  }
}

async function frameCost(bench: Bench): Promise<void> {
  const costs: number[][] = LEDS.map(() => []);
  for (let repeat = 0; repeat < (bench.quick ? 1 : 3); repeat += 1) {
    for (const [index, leds] of LEDS.entries()) costs[index]?.push(await frameCostOf(bench, leds));
  }
  const [few = 0, some = 0, many = 0] = costs.map(median);
  const [lower, upper] = [(some - few) / (LEDS[1] - LEDS[0]), (many - some) / (LEDS[2] - LEDS[1])];
  bench.add({
    row: '12',
    what: 'processor a frame of 300 / 1,000 / 3,000 LEDs',
    promise: 'linear: ≤ 1.25 × a LED more',
    figure: `${show(few)} / ${show(some)} / ${show(many)} µs`,
    yardstick: `${show(lower * 1000)} → ${show(upper * 1000)} ns a LED`,
    ratio: upper / lower,
    verdict: judge(upper / lower <= 1.25),
    values: { us: [few, some, many] },
  });
}

async function frameCostOf(bench: Bench, leds: number): Promise<number> {
  await using stand = await DiunaStand.open(bench, { store: 'memory', leds, senders: 1 });
  await stand.control.animate('all');
  await sleep(700);
  const watchMs = bench.seconds(2000);
  const before = cpuMs(stand.server.pid);
  await sleep(watchMs);
  return ((cpuMs(stand.server.pid) - before) * 1000) / ((watchMs * FPS) / 1000);
}
