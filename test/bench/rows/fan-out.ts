/** Row 6: one event to 1,000 subscribers: the daemon's own event after a command, and any device's message, against Mosquitto. */
import type { Bench, Row } from '../harness/bench.ts';
import { nowMs, sleep } from '../harness/clock.ts';
import type { Helper } from '../harness/helper-process.ts';
import { judge, ms } from '../harness/report.ts';
import type { Rig } from '../harness/rig.ts';
import { DiunaStand, gather, MosquittoStand, warm } from '../harness/stands.ts';
import { median, pairedRatio } from '../harness/statistics.ts';
import type { Crowd } from '../helpers/crowd.ts';

const SUBSCRIBERS = 1000;
const SHOTS = 8;
const QUICK_SHOTS = 4;
const APART_MS = 250;
const IN_TIME_MS = 50;
/** Of one zone.state_changed event of ours. */
const EVENT_BYTES = 1150;

interface Shots {
  readonly firstMs: number;
  readonly lastMs: number;
  readonly inTime: number;
  readonly expected: number;
}

/** @param shoot sends one; resolves with the moment of sending. */
async function volley(crowd: Helper<Crowd>, count: number, shoot: () => Promise<number>): Promise<Shots> {
  const firsts: number[] = [];
  const lasts: number[] = [];
  let inTime = 0;
  for (let shot = 0; shot < count; shot += 1) {
    await crowd.call('watch', { noteTimes: true });
    const startMs = nowMs();
    const sentMs = await shoot();
    await sleep(Math.max(0, startMs + APART_MS - nowMs()));
    const counted = await crowd.call('collect', undefined);
    const arrivedMs = counted.arrivedMs.filter((atMs) => atMs >= sentMs);
    firsts.push((arrivedMs[0] ?? Number.NaN) - sentMs);
    lasts.push((arrivedMs[arrivedMs.length - 1] ?? Number.NaN) - sentMs);
    inTime += arrivedMs.filter((atMs) => atMs - sentMs <= IN_TIME_MS).length;
  }
  return { firstMs: median(firsts), lastMs: median(lasts), inTime, expected: count * SUBSCRIBERS };
}

const foreign = { topic: 'diuna/event/zone/floor/state_changed', text: 'x'.repeat(EVENT_BYTES) };

export const fanOutRow: Row = {
  id: '6',
  title: 'fan-out of one event to 1,000 subscribers',
  async run(bench) {
    await using diuna = await DiunaStand.open(bench, { store: 'memory' });
    await using mosquitto = await MosquittoStand.open(bench, 700);
    const topic = 'diuna/event/zone/+/state_changed';
    await warm(bench, diuna.rig); // before there is anybody to be flooded with its events
    const orders = [diuna, mosquitto].map(({ server }) => ({ port: server.port, count: SUBSCRIBERS, prefix: 'subscriber', topic }));
    const crowds = await gather(bench, orders);
    const [ourCrowd, theirCrowd] = crowds;
    if (ourCrowd === undefined || theirCrowd === undefined) return;
    const shots = bench.quick ? QUICK_SHOTS : SHOTS;
    const [ours, theirs]: [Shots[], Shots[]] = [[], []];
    for (let repeat = 0; repeat < bench.repeats; repeat += 1) {
      ours.push(await volley(ourCrowd, shots, () => command(diuna.rig)));
      theirs.push(await volley(theirCrowd, shots, () => mosquitto.rig.sender.call('publish', foreign)));
    }
    for (const crowd of crowds) await crowd[Symbol.asyncDispose]();
    report(bench, ours, theirs);
  },
};

async function command(rig: Rig): Promise<number> {
  const { intendedMs } = await rig.load({ rate: 1, seconds: 1 });
  return intendedMs[0] ?? Number.NaN;
}

function report(bench: Bench, ours: readonly Shots[], theirs: readonly Shots[]): void {
  const share = (runs: readonly Shots[]) =>
    runs.reduce((sum, run) => sum + run.inTime, 0) / runs.reduce((sum, run) => sum + run.expected, 0);
  const last = [ours, theirs].map((runs) => runs.map(({ lastMs }) => lastMs)) as [number[], number[]];
  const first = [ours, theirs].map((runs) => runs.map(({ firstMs }) => firstMs)) as [number[], number[]];
  const ratio = pairedRatio(...last);
  bench.add({
    row: '6',
    what: 'last of 1,000 has the event (from the command, durable on tmpfs)',
    promise: '≤ 1.1 × Mosquitto',
    figure: ms(median(last[0])),
    yardstick: ms(median(last[1])),
    ratio,
    verdict: judge(ratio <= 1.1),
    values: { ours_ms: last[0], theirs_ms: last[1] },
  });
  bench.add({
    row: '6',
    what: 'first of 1,000 has the event',
    promise: '≤ 1 ms',
    figure: ms(median(first[0])),
    yardstick: ms(median(first[1])),
    ratio: pairedRatio(...first),
    verdict: judge(median(first[0]) <= 1),
    values: { ours_ms: first[0], theirs_ms: first[1] },
  });
  bench.add({
    row: '6',
    what: 'delivered within 50 ms',
    promise: '≥ 99.9 %',
    figure: `${(share(ours) * 100).toFixed(2)} %`,
    yardstick: `${(share(theirs) * 100).toFixed(2)} %`,
    ratio: null,
    verdict: judge(share(ours) >= 0.999),
    values: { ours: share(ours), theirs: share(theirs) },
  });
}
