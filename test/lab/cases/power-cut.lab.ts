/**
 * The power goes amid a storm of commands, again and again, on the same disk. Whatever a client was told must be there
 * afterwards, as it was told. `DIUNA_LAB_ROUNDS` and `DIUNA_LAB_BOOTS` make it longer, `DIUNA_SEED` repeats a run's choices.
 *
 * Most rounds keep the store on a disk of its own, which a machine finds as the power cut left it that has just been
 * restored: the kernel recovers its file system, and no boot is waited for. A few go through a whole boot.
 */
import { expect, inject, it } from 'vitest';
import { expectWhole, type HistoryEvent, historyAfter, statesFrom } from '../../failure/support/history.ts';
import { Random, seed } from '../../failure/support/random.ts';
import { afterwards } from '../../support/afterwards.ts';
import { seconds } from '../../support/progress.ts';
import { STORE_PATH } from '../diuna/config.ts';
import { Service } from '../diuna/service.ts';
import { Storm, type Told } from '../diuna/storm.ts';
import type { Disk } from '../guest/disk.ts';
import { DATA_DEVICE, Guest } from '../guest/guest.ts';
import { connect } from '../stage.ts';

const ROUNDS = Number(process.env['DIUNA_LAB_ROUNDS'] ?? 20);
const BOOTS = Number(process.env['DIUNA_LAB_BOOTS'] ?? Math.ceil(ROUNDS / 8));
/** Answers before the cut, at most. */
const ANSWERS_MOST = 120;
const ROUND_MS = 90_000;
const BOOTED_ROUND_MS = 180_000;

const lab = inject('lab');

it(
  `of ${ROUNDS} power cuts none takes what was acknowledged`,
  () =>
    cutAgainAndAgain(ROUNDS, async (left) => {
      const guest = await Guest.restore(lab.base, lab.installed, lab.folder, left?.data);
      await guest.must(`mkdir -p ${STORE_PATH} && mount -t ext4 ${DATA_DEVICE} ${STORE_PATH}`);
      return guest;
    }),
  60_000 + ROUNDS * ROUND_MS,
);

it(
  `of ${BOOTS} power cuts with a whole boot after each none takes what was acknowledged`,
  () =>
    cutAgainAndAgain(BOOTS, (left) =>
      left === null ? Guest.restore(lab.base, lab.installed, lab.folder) : Guest.boot(lab.base, left.disk, lab.folder, left.data),
    ),
  60_000 + BOOTS * BOOTED_ROUND_MS,
);

interface Left {
  readonly disk: Disk;
  readonly data: Disk;
}

/** @param up makes a machine of what the cut before left; `null` is the first one. */
async function cutAgainAndAgain(rounds: number, up: (left: Left | null) => Promise<Guest>): Promise<void> {
  const chosen = seed();
  const random = new Random(chosen);
  const events: HistoryEvent[] = [];
  const sums = { acknowledged: 0, lost: 0, torn: 0 };
  let guest = await serving(up, null);
  for (let round = 1; round <= rounds; round += 1) {
    const what = `with DIUNA_SEED=${chosen}, round ${round}`;
    const storm = await Storm.connect(guest.mqttPort, round);
    await storm.until(1 + random.integer(ANSWERS_MOST));
    await guest.cut();
    await storm.end();
    expect(storm.odd, what).toEqual([]);

    const startMs = performance.now();
    guest = await serving(up, guest);
    const upMs = performance.now() - startMs;
    const known = events.length;
    await catchUp(guest, `reader-${round}`, events);
    const [lost, torn] = [missing(events, storm.told), await tornTails(new Service(guest))];
    console.log(
      `round ${round}: ${storm.told.length} acknowledged, ${lost.length} lost, ${events.length - known} kept, ${torn} torn tails; up again after ${seconds(upMs)}`,
    );
    expect(lost, what).toEqual([]);
    sums.acknowledged += storm.told.length;
    sums.lost += lost.length;
    sums.torn += torn;
  }
  await guest.cut();
  expectWhole(events);
  console.log(`${rounds} power cuts: ${sums.acknowledged} acknowledged, ${sums.lost} lost, ${events.length} kept, ${sums.torn} torn tails`);
}

async function serving(up: (left: Left | null) => Promise<Guest>, left: Left | null): Promise<Guest> {
  const guest = await up(left);
  afterwards(() => guest.cut());
  await new Service(guest).start(); // joins the start of a boot
  return guest;
}

/** Adds what happened since to `events`, and holds the daemon's state against them all. */
async function catchUp(guest: Guest, name: string, events: HistoryEvent[]): Promise<void> {
  const reader = await connect(guest, name);
  events.push(...(await historyAfter(reader, events.length)));
  expect(await reader.ask({ type: 'state.get' })).toMatchObject({ ok: true, seq: events.length, state: { zones: statesFrom(events) } });
  await reader[Symbol.asyncDispose]();
}

/** @returns what was told and is not there as it was told. */
function missing(events: readonly HistoryEvent[], told: readonly Told[]): Told[] {
  return told.filter(({ client, command, seq, event_id, version }) => {
    const event = events[seq - 1];
    const kept = event?.id === event_id && event?.version === version;
    return !(kept && event.origin === client && event.request_id === command['request_id']);
  });
}

/** @returns how many. @throws where the journal had any other damage, or the store failed. */
async function tornTails(service: Service): Promise<number> {
  const damage = await service.logged('system.store_damaged');
  expect(damage.filter(({ code }) => code !== 'torn_tail')).toEqual([]);
  expect(await service.logged('system.store_failed')).toEqual([]);
  return damage.length;
}
