/** Row 9: processor and memory of the daemon at rest, with an animation, and with 1,000 clients. */
import type { Bench, Row } from '../harness/bench.ts';
import { sleep } from '../harness/clock.ts';
import { Helper } from '../harness/helper-process.ts';
import { judge } from '../harness/report.ts';
import { CrowdedStands, DiunaStand, gather, IDLE_CLIENTS } from '../harness/stands.ts';
import { show } from '../harness/statistics.ts';
import type { Metronome } from '../helpers/metronome.ts';
import { cpuMs, residentMb } from '../servers/process-figures.ts';

const WATCH_MS = 10_000;

async function share(bench: Bench, pid: number): Promise<number> {
  const watchMs = bench.seconds(WATCH_MS);
  const before = cpuMs(pid);
  await sleep(watchMs);
  return (cpuMs(pid) - before) / watchMs;
}

/** What bare Node pays for sending the same packets at the same pace. */
async function bareShare(bench: Bench, port: number): Promise<number> {
  await using metronome = new Helper<Metronome>('metronome');
  const order = { port, periodMs: 1000 / 60, count: 60 };
  await metronome.call('tick', order);
  const before = cpuMs(metronome.pid);
  const count = Math.round(bench.seconds(WATCH_MS) / order.periodMs);
  await metronome.call('tick', { ...order, count });
  return (cpuMs(metronome.pid) - before) / (count * order.periodMs);
}

export const appetiteRow: Row = {
  id: '9',
  title: 'processor and memory',
  async run(bench) {
    await using diuna = await DiunaStand.open(bench, { store: 'disk' });
    const { pid, port } = diuna.server;
    await diuna.rig[Symbol.asyncDispose]();
    const idleMb = residentMb(pid);
    const still = await share(bench, pid);
    await diuna.control.animate('all');
    await sleep(500);
    const moving = await share(bench, pid);
    const bare = await bareShare(bench, diuna.sinkPort);
    await diuna.control.still('all');
    const crowds = await gather(bench, [{ port, count: IDLE_CLIENTS, prefix: 'idle', topic: null }]);
    const crowdedMb = residentMb(pid);
    for (const crowd of crowds) await crowd[Symbol.asyncDispose]();
    percent(bench, '60 fps animation of 300 LEDs, DDP', moving, 0.015, bare);
    percent(bench, 'still scene', still, 0.003);
    megabytes(bench, 'idle, just started', idleMb, 85);
    megabytes(bench, '1,000 idle clients', crowdedMb, 115);
    const worked = residentMb((await CrowdedStands.of(bench)).diuna.server.pid);
    bench.add({ ...memory('1,000 idle clients, after the load of the other rows', worked), promise: '', verdict: 'told' });
  },
};

function percent(bench: Bench, what: string, used: number, bound: number, bare?: number): void {
  bench.add({
    row: '9',
    what: `processor, ${what}`,
    promise: `≤ ${show(bound * 100)} % of a core`,
    figure: `${show(used * 100)} %`,
    yardstick: bare === undefined ? '' : `${show(bare * 100)} % (bare packets)`,
    ratio: bare === undefined ? null : used / bare,
    verdict: judge(used <= bound),
    values: bare === undefined ? { share: used } : { share: used, bare },
  });
}

function megabytes(bench: Bench, what: string, usedMb: number, boundMb: number): void {
  bench.add({ ...memory(what, usedMb), promise: `≤ ${boundMb} MB`, verdict: judge(usedMb <= boundMb) });
}

function memory(what: string, usedMb: number) {
  return { row: '9', what: `memory, ${what}`, figure: `${show(usedMb)} MB`, yardstick: '', ratio: null, values: { resident_mb: usedMb } };
}
