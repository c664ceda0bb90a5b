/** Row 3: command to the UDP frame that shows it, 300 LEDs, durable state on, for a scene that is still. */
import type { Bench, Row } from '../harness/bench.ts';
import { commandToFrame } from '../harness/frames-of.ts';
import { Helper } from '../harness/helper-process.ts';
import { ms } from '../harness/report.ts';
import type { Load, Rig } from '../harness/rig.ts';
import { DiunaStand, MosquittoStand, warm } from '../harness/stands.ts';
import { median, pairedRatio, percentile } from '../harness/statistics.ts';
import type { Sink } from '../helpers/sink.ts';

interface Reference {
  readonly rate: number;
  readonly seconds: number;
  /** Hyperion 2.2 by JSON, from performance.md: another run on another day. The upper ends where it gives a range. */
  readonly hyperionMs: readonly [number, number];
}
const references: readonly Reference[] = [
  { rate: 20, seconds: 2.5, hyperionMs: [0.69, 1.25] },
  { rate: 500, seconds: 1.5, hyperionMs: [0.24, 0.44] },
];

/** Milliseconds to the frame, of each command that a frame showed. */
export async function framesUnder(bench: Bench, what: string, rig: Rig, sink: Helper<Sink>, load: Load): Promise<number[]> {
  await sink.call('watch', undefined);
  const replies = await rig.load(load);
  const frames = await sink.call('collect', undefined);
  bench.check(what, [replies]);
  bench.checkBusy(what, frames.self.busy);
  const latency = commandToFrame(replies, frames);
  if (latency.length < replies.sent) bench.warn(`${what}: ${replies.sent - latency.length} of ${replies.sent} commands were never shown`);
  return latency;
}

export const frameRow: Row = {
  id: '3',
  title: 'command to UDP frame',
  async run(bench) {
    await using diuna = await DiunaStand.open(bench, { store: 'disk' });
    const replyBytes = await warm(bench, diuna.rig);
    // A sink of its own: ours refreshes a still picture once a second.
    await using sink = new Helper<Sink>('sink');
    await using mosquitto = await MosquittoStand.open(bench, replyBytes, await sink.call('open', undefined));
    await warm(bench, mosquitto.rig);
    for (const reference of references) await measure(bench, { rig: diuna.rig, sink: diuna.sink }, { rig: mosquitto.rig, sink }, reference);
  },
};

interface Shown {
  readonly rig: Rig;
  readonly sink: Helper<Sink>;
}

async function measure(bench: Bench, diuna: Shown, mosquitto: Shown, { rate, seconds, hyperionMs }: Reference): Promise<void> {
  const runs: { ours: number[][]; theirs: number[][] } = { ours: [], theirs: [] };
  const load = { rate, seconds: bench.seconds(seconds) };
  for (let repeat = 0; repeat < bench.repeats; repeat += 1) {
    runs.ours.push(await framesUnder(bench, `row 3, ${rate}/s`, diuna.rig, diuna.sink, load));
    runs.theirs.push(await framesUnder(bench, `row 3, ${rate}/s, Mosquitto`, mosquitto.rig, mosquitto.sink, load));
  }
  for (const [name, fraction, reference] of [
    ['p50', 0.5, hyperionMs[0]],
    ['p99', 0.99, hyperionMs[1]],
  ] as const) {
    const ours = runs.ours.map((run) => percentile(run, fraction));
    const theirs = runs.theirs.map((run) => percentile(run, fraction));
    bench.add({
      row: '3',
      what: `frame ${name} at ${rate}/s, DDP, store on the disk`,
      promise: `≤ Hyperion (${reference} ms, another run)`,
      figure: ms(median(ours)),
      yardstick: `${ms(median(theirs))} (Mosquitto + Node + UDP)`,
      ratio: pairedRatio(ours, theirs),
      verdict: median(ours) <= reference ? 'kept~' : 'short~',
      values: { ours_ms: ours, mosquitto_ms: theirs, hyperion_ms: reference },
    });
  }
}
