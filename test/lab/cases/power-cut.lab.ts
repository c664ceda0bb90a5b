/**
 * The machine loses its power amid a storm of commands, again and again, on the same disk. Whatever a client was told must
 * be there after the next boot, as it was told. `DIUNA_LAB_ROUNDS` makes it longer, `DIUNA_SEED` repeats a run's choices.
 */
import { expect, inject, it } from 'vitest';
import { expectWhole, type HistoryEvent, historyAfter, statesFrom } from '../../failure/support/history.ts';
import { Random, seed } from '../../failure/support/random.ts';
import type { TestClient } from '../../support/client.ts';
import { Service } from '../diuna/service.ts';
import { Storm, type Told } from '../diuna/storm.ts';
import { Guest } from '../guest/guest.ts';
import { seconds } from '../prepare/progress.ts';
import { afterwards, connect, machine } from '../stage.ts';

const ROUNDS = Number(process.env['DIUNA_LAB_ROUNDS'] ?? 20);
/** Answers before the cut, at most. */
const ANSWERS_MOST = 120;
const ROUND_MS = 90_000;

it(
  `of ${ROUNDS} power cuts none takes what was acknowledged`,
  async () => {
    const lab = inject('lab');
    const chosen = seed();
    const random = new Random(chosen);
    let { guest, service } = await machine();
    const events: HistoryEvent[] = [];
    const sums = { acknowledged: 0, lost: 0, torn: 0 };
    const slowestBoot = { ms: 0 };
    await service.start();
    for (let round = 1; round <= ROUNDS; round += 1) {
      const storm = await Storm.connect(guest.mqttPort, round);
      await storm.until(1 + random.integer(ANSWERS_MOST));
      const disk = await guest.cut();
      await storm.end();
      expect(storm.odd, `with DIUNA_SEED=${chosen}, round ${round}`).toEqual([]);

      const startMs = performance.now();
      guest = await Guest.boot(lab.base, disk, lab.folder);
      const booted = guest;
      afterwards(() => booted.cut());
      service = new Service(guest);
      await service.start(); // joins the start that the boot began
      slowestBoot.ms = Math.max(slowestBoot.ms, performance.now() - startMs);

      const reader = await connect(guest, `reader-${round}`);
      events.push(...(await historyAfter(reader, events.length)));
      const lost = missing(events, storm.told);
      sums.acknowledged += storm.told.length;
      sums.lost += lost.length;
      sums.torn += await tornTails(service);
      console.log(
        `round ${round}: ${storm.told.length} acknowledged, ${lost.length} lost, ${events.length} events, up again after ${seconds(performance.now() - startMs)}`,
      );
      expect(lost, `with DIUNA_SEED=${chosen}, round ${round}`).toEqual([]);
      await expectConsistent(reader, events);
      await reader[Symbol.asyncDispose]();
    }
    expectWhole(events);
    console.log(
      `${ROUNDS} power cuts: ${sums.acknowledged} commands acknowledged, ${sums.lost} lost; ${events.length} events, ${sums.torn} torn tails; slowest boot to READY ${seconds(slowestBoot.ms)}`,
    );
  },
  60_000 + ROUNDS * ROUND_MS,
);

/** @returns what was told and is not there as it was told. */
function missing(events: readonly HistoryEvent[], told: readonly Told[]): Told[] {
  return told.filter(({ client, command, seq, event_id, version }) => {
    const event = events[seq - 1];
    return event?.id !== event_id || event?.version !== version || event.origin !== client || event.request_id !== command['request_id'];
  });
}

/** @returns how many. @throws where the journal had any other damage, or the store failed. */
async function tornTails(service: Service): Promise<number> {
  const damage = await service.logged('system.store_damaged');
  expect(damage.filter(({ code }) => code !== 'torn_tail')).toEqual([]);
  expect(await service.logged('system.store_failed')).toEqual([]);
  return damage.length;
}

async function expectConsistent(reader: TestClient, events: readonly HistoryEvent[]): Promise<void> {
  expect(await reader.ask({ type: 'state.get' })).toMatchObject({ ok: true, seq: events.length, state: { zones: statesFrom(events) } });
}
