/** Rows 1 and 2: command to reply under 1,000 commands a second with 1,000 idle clients; against Mosquitto, and while frames are made. */
import type { Bench, Row } from '../harness/bench.ts';
import { judge, ms } from '../harness/report.ts';
import type { Replies, Rig } from '../harness/rig.ts';
import { CrowdedStands, DiunaStand, warm } from '../harness/stands.ts';
import { median, pairedRatio } from '../harness/statistics.ts';

const RATE = 1000;
const SECONDS = 2;

interface Pairs {
  readonly ours: Replies[];
  readonly theirs: Replies[];
}

/** A B A B …, each half prepared before it is measured. */
async function pairs(bench: Bench, ours: () => Promise<Rig>, theirs: () => Promise<Rig>): Promise<Pairs> {
  const measured: Pairs = { ours: [], theirs: [] };
  for (let repeat = 0; repeat < bench.repeats; repeat += 1) {
    const load = { rate: RATE, seconds: bench.seconds(SECONDS) };
    measured.ours.push(await (await ours()).load(load));
    measured.theirs.push(await (await theirs()).load(load));
  }
  return measured;
}

export const replyRow: Row = {
  id: '1',
  title: 'command to reply, 1,000 a second, 1,000 idle clients',
  async run(bench) {
    const { diuna, mosquitto } = await CrowdedStands.of(bench);
    const { ours, theirs } = await pairs(
      bench,
      async () => diuna.rig,
      async () => mosquitto.rig,
    );
    bench.check('row 1, diuna', ours);
    bench.check('row 1, Mosquitto', theirs);
    for (const [name, key, bound] of [
      ['p50', 'p50Ms', 0.7],
      ['p99', 'p99Ms', 1],
    ] as const) {
      const [our, their] = [ours.map((run) => run[key]), theirs.map((run) => run[key])];
      const ratio = pairedRatio(our, their);
      bench.add({
        row: '1',
        what: `reply ${name}, store on tmpfs`,
        promise: `≤ ${bound} × Mosquitto + handler`,
        figure: ms(median(our)),
        yardstick: ms(median(their)),
        ratio,
        verdict: judge(ratio <= bound),
        values: { ours_ms: our, theirs_ms: their },
      });
    }
    await onDisk(bench, theirs);
  },
};

async function onDisk(bench: Bench, theirs: readonly Replies[]): Promise<void> {
  await using stand = await DiunaStand.open(bench, { store: 'disk' });
  await warm(bench, stand.rig);
  const run = await stand.rig.load({ rate: RATE, seconds: SECONDS });
  bench.check('row 1, disk', [run]);
  bench.add({
    row: '1',
    what: 'reply p50 / p99, store on the disk, no idle clients',
    promise: '',
    figure: ms(run.p50Ms, run.p99Ms),
    yardstick: ms(median(theirs.map(({ p50Ms }) => p50Ms)), median(theirs.map(({ p99Ms }) => p99Ms))),
    ratio: null,
    verdict: 'told',
    values: { p50_ms: run.p50Ms, p99_ms: run.p99Ms },
  });
}

export const renderingRow: Row = {
  id: '2',
  title: 'the same with rendering on against off',
  async run(bench) {
    const { diuna } = await CrowdedStands.of(bench);
    const { ours, theirs } = await pairs(
      bench,
      async () => {
        await diuna.control.animate();
        return diuna.rig;
      },
      async () => {
        await diuna.control.still();
        return diuna.rig;
      },
    );
    bench.check('row 2', [...ours, ...theirs]);
    const [on, off] = [ours.map(({ p99Ms }) => p99Ms), theirs.map(({ p99Ms }) => p99Ms)];
    const ratio = pairedRatio(on, off);
    bench.add({
      row: '2',
      what: 'reply p99, 60 fps animation on against off',
      promise: '≤ 1.5 ×',
      figure: ms(median(on)),
      yardstick: ms(median(off)),
      ratio,
      verdict: judge(ratio <= 1.5),
      values: { on_ms: on, off_ms: off },
    });
  },
};
