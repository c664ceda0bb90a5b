/** The wall clock jumps while the daemon runs: it labels, and orders nothing. A Raspberry Pi boots in 1970 and learns better. */
import { expect, it } from 'vitest';
import type { Clock } from '../../src/base/clock.ts';
import type { TestClient } from '../support/client.ts';
import { type Home, type RunningDaemon, startInProcess } from '../support/daemon.ts';
import { until } from '../support/until.ts';
import { expectWhole, historyAfter } from './support/history.ts';
import { afterwards, connect, makeStage } from './support/stage.ts';

const DAY_MS = 86_400_000;

class MovableClock implements Clock {
  #aheadMs = 0;

  wallMs(): number {
    return Date.now() + this.#aheadMs;
  }

  monotonicUs(): number {
    return performance.now() * 1000;
  }

  moveBy(ms: number): void {
    this.#aheadMs += ms;
  }

  /** ISO 8601, as a client whose clock goes the same would write it. */
  ago(ms: number): string {
    return new Date(this.wallMs() - ms).toISOString();
  }
}

async function start(home: Home, clock: Clock): Promise<RunningDaemon> {
  const running = await startInProcess(home, clock);
  let ended = false;
  const end = async () => {
    if (!ended) await running[Symbol.asyncDispose]();
    ended = true;
  };
  afterwards(end);
  return { ...running, [Symbol.asyncDispose]: end };
}

async function toggle(client: TestClient, times: number): Promise<void> {
  for (let count = 0; count < times; count += 1) {
    expect(await client.ask({ type: 'zone.toggle', zone: 'floor' })).toMatchObject({ ok: true, changed: true });
  }
}

it('events keep their order and their ids sort when the clock is set back and forth', async () => {
  const [home, clock] = [await makeStage(), new MovableClock()];
  await start(home, clock);
  const phone = await connect(home, 'phone');
  const watcher = await connect(home, 'watcher');
  await watcher.mqtt.subscribeAsync('diuna/event/zone/#', { qos: 1 });
  for (const ms of [0, -DAY_MS, -1, 3 * DAY_MS, -365 * DAY_MS]) {
    clock.moveBy(ms);
    await toggle(phone, 3);
  }
  const events = await historyAfter(phone, 0);
  expect(events).toHaveLength(15);
  expectWhole(events);
  const times = events.map(({ timestamp }) => timestamp);
  expect(times).not.toEqual([...times].sort());
  await until(() => watcher.heard.length === 15, 'the events');
  expect(watcher.heard.map(({ payload }) => JSON.parse(payload).seq)).toEqual(events.map(({ seq }) => seq));
});

it('a command expires by the wall clock as it stands when it comes', async () => {
  const [home, clock] = [await makeStage(), new MovableClock()];
  await start(home, clock);
  const phone = await connect(home, 'phone');
  const issued = (issued_at: string) => phone.ask({ type: 'zone.toggle', zone: 'floor', issued_at });
  const before = clock.ago(0);
  expect(await issued(clock.ago(20_000))).toMatchObject({ ok: true });
  expect(await issued(clock.ago(40_000))).toMatchObject({ ok: false, error: { code: 'expired' } });
  clock.moveBy(-DAY_MS);
  expect(await issued(clock.ago(20_000))).toMatchObject({ ok: true });
  expect(await issued(clock.ago(40_000))).toMatchObject({ ok: false, error: { code: 'expired' } });
  expect(await issued(before)).toMatchObject({ ok: true });
  clock.moveBy(2 * DAY_MS);
  expect(await issued(before)).toMatchObject({ ok: false, error: { code: 'expired' } });
});

/** The reply to the request that is sent again, without how long it took. */
async function once(client: TestClient): Promise<Record<string, unknown>> {
  const { timing_us: _, ...reply } = {
    timing_us: undefined,
    ...(await client.ask({ request_id: 'ONCE', type: 'zone.toggle', zone: 'floor' })),
  };
  return reply;
}

it('a repeated request is known as one after the clock jumped a year', async () => {
  const [home, clock] = [await makeStage(), new MovableClock()];
  await start(home, clock);
  const phone = await connect(home, 'phone');
  const first = await once(phone);
  clock.moveBy(365 * DAY_MS);
  expect(await once(phone)).toEqual({ ...first, duplicate: true });
});

it('a retained state goes out although the clock was set back', async () => {
  const [home, clock] = [await makeStage(), new MovableClock()];
  await start(home, clock);
  const phone = await connect(home, 'phone');
  await phone.mqtt.subscribeAsync('diuna/zone/+/state', { qos: 1 });
  await toggle(phone, 5);
  clock.moveBy(-DAY_MS);
  await toggle(phone, 5);
  await until(() => phone.state('floor')?.['version'] === 10, 'the last state');
});

it('a restart in 1970 goes on with ids that sort behind the old ones, and knows the old requests', async () => {
  const [home, clock] = [await makeStage(), new MovableClock()];
  const running = await start(home, clock);
  const phone = await connect(home, 'phone');
  await toggle(phone, 3);
  const first = await once(phone);
  await running[Symbol.asyncDispose]();
  clock.moveBy(-Date.now());
  await start(home, clock);
  const again = await connect(home, 'phone');
  expect(await once(again)).toEqual({ ...first, duplicate: true });
  await toggle(again, 3);
  const events = await historyAfter(again, 0);
  expect(events).toHaveLength(7);
  expectWhole(events);
  expect(events.at(-1)?.timestamp).toMatch(/^1970-/);
});
