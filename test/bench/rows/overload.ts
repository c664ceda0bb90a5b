/** Row 7: 1,000 commands a second × 200 subscribers, more than one core can deliver: what gives, and what holds. */
import type { Row } from '../harness/bench.ts';
import { sleep } from '../harness/clock.ts';
import { gridOf } from '../harness/frames-of.ts';
import { judge, ms } from '../harness/report.ts';
import { DiunaStand, gather, warm } from '../harness/stands.ts';
import { show } from '../harness/statistics.ts';
import { residentMb } from '../servers/process-figures.ts';

const PERIOD_MS = 1000 / 60;
const SUBSCRIBERS = 200;
const LOAD = { rate: 1000, seconds: 10 };
/** A frame is on time within a quarter of its period. */
const ON_TIME_MS = PERIOD_MS / 4;
/** What memory may grow by and still be called bounded: slow readers' buffers of at most 1 MiB each, and the heap's young part. */
const GROWTH_MB = 250;

export const overloadRow: Row = {
  id: '7',
  title: 'overload',
  async run(bench) {
    await using diuna = await DiunaStand.open(bench, { store: 'memory' });
    await warm(bench, diuna.rig); // before there is anybody to be flooded with its events
    const order = { port: diuna.server.port, count: SUBSCRIBERS, prefix: 'subscriber', topic: 'diuna/event/zone/#' };
    const [crowd] = await gather(bench, [order]);
    await diuna.control.animate();
    const beforeMb = residentMb(diuna.server.pid);
    let mostMb = beforeMb;
    const sampling = setInterval(() => {
      mostMb = Math.max(mostMb, residentMb(diuna.server.pid));
    }, 100);
    await crowd?.call('watch', { noteTimes: false });
    await diuna.sink.call('watch', undefined);
    const run = await diuna.rig.load({ ...LOAD, seconds: bench.seconds(LOAD.seconds) });
    const frames = await diuna.sink.call('collect', undefined);
    await sleep(500);
    const counted = await crowd?.call('collect', undefined);
    await crowd?.[Symbol.asyncDispose]();
    clearInterval(sampling);
    const { jitterMs, skipped } = gridOf(frames.arrivedMs, PERIOD_MS);
    const onTime = jitterMs.filter((offMs) => offMs <= ON_TIME_MS).length / (jitterMs.length + skipped);
    const expected = run.sent * SUBSCRIBERS;
    bench.checkBusy('row 7, subscribers', counted?.self.busy ?? 0);
    const values = { before_mb: beforeMb, most_mb: mostMb, on_time: onTime, skipped, p50_ms: run.p50Ms, p99_ms: run.p99Ms, lost: run.lost };
    const line = { row: '7', yardstick: '', ratio: null, values };
    const grewMb = mostMb - beforeMb;
    bench.add({
      ...line,
      what: 'memory before · at most, 1,000/s × 200 subscribers',
      promise: `bounded: grows ≤ ${GROWTH_MB} MB`,
      figure: `${show(beforeMb)} · ${show(mostMb)} MB`,
      verdict: judge(grewMb <= GROWTH_MB),
    });
    bench.add({
      ...line,
      what: 'frames within a quarter frame of their time',
      promise: '≥ 99 %',
      figure: `${(onTime * 100).toFixed(1)} %, ${skipped} skipped`,
      verdict: judge(onTime >= 0.99),
    });
    bench.add({
      ...line,
      what: 'reply p50 / p99',
      promise: 'p99 < 100 ms',
      figure: ms(run.p50Ms, run.p99Ms),
      verdict: judge(run.p99Ms < 100),
    });
    bench.add({
      ...line,
      what: 'commands without reply 8 s after the last · refused (told)',
      promise: '0 without reply',
      figure: `${run.lost} · ${run.refused} of ${run.sent}`,
      verdict: judge(run.lost === 0),
    });
    bench.add({
      ...line,
      what: 'events delivered to subscribers of QoS 0',
      promise: '',
      figure: `${(((counted?.packets ?? 0) / expected) * 100).toFixed(1)} %`,
      verdict: 'told',
    });
  },
};
