/**
 * The daemon is killed at random moments of a load, of its start and of its stop. Whatever a client was told must be there
 * afterwards, once. `DIUNA_KILL_ROUNDS` and `DIUNA_KILL_REPLIES` make it longer, `DIUNA_SEED` repeats a run's choices.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Reply } from '../../src/model/reply.ts';
import { TestClient } from '../support/client.ts';
import { type Home, makeHome } from '../support/daemon.ts';
import { until } from '../support/until.ts';
import type { Body, Caller } from './support/caller.ts';
import { Caller as Connecting } from './support/caller.ts';
import { expectWhole, type HistoryEvent, historyAfter, statesFrom } from './support/history.ts';
import { type Launched, launch, launchRunning } from './support/launched.ts';
import { Load } from './support/load.ts';
import { Random, seed } from './support/random.ts';

const ROUNDS = Number(process.env['DIUNA_KILL_ROUNDS'] ?? 12);
/** At most 1,000: older answers of a client may be forgotten (protocol §4). */
const REPLIES_MOST = Number(process.env['DIUNA_KILL_REPLIES'] ?? 200);
/** Longer than a start and a stop take. */
const MOMENTS_MS = 250;

let home: Home;

beforeAll(async () => {
  home = await makeHome();
});
afterAll(async () => {
  await home.remove();
});

interface Told {
  readonly client: string;
  readonly body: Body;
  readonly reply: Reply;
}

it(
  `nothing that was told is lost or done twice when the daemon is killed ${ROUNDS} times`,
  async () => {
    const chosen = seed();
    const random = new Random(chosen);
    const told: Told[] = [];
    try {
      let level = 0;
      for (let round = 1; round <= ROUNDS; round += 1) {
        const load = await killUnderLoad(`r${round}`, random, level);
        level = load.published.at(-1) ?? level;
        if (random.integer(3) === 0) await killWhileStarting(random);
        const daemon = await launchRunning(home);
        const replies = load.callers.flatMap(toldBy);
        const fresh = replies.filter(({ reply }) => !isPutOff(reply));
        told.push(...fresh);
        expectNothingOf(
          replies.filter(({ reply }) => isPutOff(reply)),
          await verify(load, fresh),
        );
        await repeatEverything(load);
        await verify(load, round === ROUNDS ? told : fresh);
        await daemon.kill();
      }
    } catch (cause) {
      throw new Error(`with DIUNA_SEED=${chosen}`, { cause });
    }
  },
  20_000 + ROUNDS * 8000,
);

async function killUnderLoad(name: string, random: Random, level: number): Promise<Load> {
  const daemon = await launchRunning(home);
  const load = await Load.connect(home.port, name, random, level);
  const enough = 1 + random.integer(REPLIES_MOST);
  const stopFirst = random.integer(4) === 0;
  let ended: Promise<void> | null = null;
  load.start(() => {
    if (load.answered < enough || ended !== null) return;
    if (stopFirst) load.countNoMore();
    ended = stopFirst ? killWhileStopping(daemon, random) : daemon.kill();
  });
  await until(() => ended !== null, `${enough} replies`, 20_000);
  await Promise.resolve(ended); // its type has forgotten that callbacks set it
  await load.close();
  return load;
}

/** Amid draining, the last writes, or the snapshot. */
async function killWhileStopping(daemon: Launched, random: Random): Promise<void> {
  daemon.signal('SIGTERM');
  await atRandomMoment(random);
  await daemon.kill();
}

async function killWhileStarting(random: Random): Promise<void> {
  const daemon = launch(home);
  await daemon.starting();
  await atRandomMoment(random);
  await daemon.kill();
}

/** Waits for nothing: the moment is what is tried. */
function atRandomMoment(random: Random): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, random.integer(MOMENTS_MS)));
}

function toldBy(caller: Caller): Told[] {
  return [...caller.replies].flatMap(([request_id, replies]) => {
    expect(replies, `replies to ${request_id} of ${caller.id}`).toHaveLength(1);
    return replies.map((reply) => ({ client: caller.id, body: caller.sent.get(request_id) ?? {}, reply }));
  });
}

async function verify(load: Load, told: readonly Told[]): Promise<readonly HistoryEvent[]> {
  const client = await TestClient.connect(home.port, 'verifier');
  const events = await historyAfter(client, 0);
  expectWhole(events);
  expectTold(events, told);
  expectOnce(events);
  expectPublished(events, load);
  const state = await client.ask({ type: 'state.get' });
  expect(state).toMatchObject({ ok: true, seq: events.length, state: { zones: statesFrom(events) } });
  await client[Symbol.asyncDispose]();
  return events;
}

function expectNothingOf(putOff: readonly Told[], events: readonly HistoryEvent[]): void {
  const refused = new Set(putOff.map(({ client, reply }) => `${client} ${reply.request_id}`));
  expect(events.filter(({ origin, request_id }) => refused.has(`${origin} ${request_id}`))).toEqual([]);
}

/** A daemon that stops takes no more commands; the same request is new to the next one. */
function isPutOff(reply: Reply | undefined): boolean {
  return reply?.ok === false && reply.error.code === 'overloaded';
}

/** Each change that a client was told is in the history as it was told. */
function expectTold(events: readonly HistoryEvent[], told: readonly Told[]): void {
  for (const { client, body, reply } of told) {
    if (!reply.ok) {
      expect(reply.error.code).toBe('conflict');
      continue;
    }
    expect(reply.durable).toBeUndefined();
    const event = events[reply.seq - 1];
    expect(event?.id ?? null).toBe(reply.event_id);
    if (!reply.changed) continue;
    expect(event).toMatchObject({ origin: client, request_id: reply.request_id });
    if (body['type'] === 'batch') continue;
    expect(event).toMatchObject({ zone: body['zone'], version: reply.version });
    expect(event?.payload.state).toEqual(reply.state);
  }
}

/** No request made more than the one change of a zone that it may make. */
function expectOnce(events: readonly HistoryEvent[]): void {
  const made = events
    .filter(({ request_id }) => request_id !== null)
    .map(({ origin, request_id, zone }) => `${origin} ${request_id} ${zone}`);
  expect(made).toEqual([...new Set(made)]);
}

/** What was published without a request id came in order, up to somewhere behind the last that was acknowledged. */
function expectPublished(events: readonly HistoryEvent[], load: Load): void {
  const levels = events.filter(({ origin }) => origin === load.setter.id).map(({ payload }) => payload.state['brightness']);
  expect(levels.length).toBeGreaterThanOrEqual(load.acknowledged);
  expect(levels).toEqual(load.published.slice(0, levels.length));
}

/** As clients do that lost their connection: what was answered is answered the same, and the rest is done now. */
async function repeatEverything(load: Load): Promise<void> {
  for (const caller of load.callers) {
    const again = await Connecting.connect(home.port, caller.id);
    const replies = await again.askAll(caller.sent);
    for (const [request_id, [first]] of caller.replies) {
      if (isPutOff(first)) continue;
      const { timing_us: _first, ...expected } = { timing_us: undefined, ...first };
      const { timing_us: _second, ...repeated } = { timing_us: undefined, ...replies.get(request_id) };
      expect(repeated).toEqual({ ...expected, duplicate: true });
    }
    await again.close();
  }
}
