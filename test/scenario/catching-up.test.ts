/** Protocol §7: snapshots and replays; a gap is told, never hidden. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { TestClient } from '../support/client.ts';
import { makeHome, startInProcess } from '../support/daemon.ts';
import { until } from '../support/until.ts';
import { allHeard, eventsOf, stage, wholeState, type ZoneEvent } from './stage.ts';

const house = stage();
let phone: TestClient;
let told: ZoneEvent[] = [];

beforeAll(async () => {
  const watcher = await house.watcher('beginning');
  const maker = await house.client('maker');
  for (let count = 0; count < 30; count += 1) {
    await maker.ask({ type: 'zone.set_brightness', zone: ['floor', 'shelf', 'desk'][count % 3], brightness: 1 + count }, 0);
  }
  await allHeard(watcher);
  told = eventsOf(watcher);
});

beforeEach(async () => {
  phone = await house.client('phone');
});

async function replay(body: Readonly<Record<string, unknown>>, client = phone) {
  const before = client.on(`${client.topic}/replay`).length;
  const reply = await client.ask({ type: 'events.replay', ...body });
  const events: ZoneEvent[] = client
    .on(`${client.topic}/replay`)
    .slice(before)
    .map(({ payload }) => JSON.parse(payload));
  return { reply, events };
}

describe('events.replay', () => {
  it('after 0 tells everything, exactly as it was told the first time', async () => {
    const { reply, events } = await replay({ after: 0 });
    expect(told).toHaveLength(30);
    expect(events).toEqual(told);
    expect(reply).toMatchObject({ ok: true, changed: false, count: 30, last_seq: 30, complete: true });
    expect(reply).not.toHaveProperty('reset');
    expect(reply).not.toHaveProperty('state');
  });

  it('after a seq, and after an event id, tells what came after it', async () => {
    expect((await replay({ after: 25 })).events.map(({ seq }) => seq)).toEqual([26, 27, 28, 29, 30]);
    const { reply, events } = await replay({ after: told[26]?.id });
    expect(events.map(({ seq }) => seq)).toEqual([28, 29, 30]);
    expect(reply).toMatchObject({ ok: true, count: 3, last_seq: 30, complete: true });
  });

  it('after the newest tells nothing, and is complete', async () => {
    const { reply, events } = await replay({ after: 30 });
    expect([events, reply]).toMatchObject([[], { ok: true, count: 0, last_seq: 30, complete: true }]);
  });

  it('of one zone tells that zone alone, of all every zone', async () => {
    const floor = await replay({ after: 0, zone: 'floor' });
    expect(floor.events).toEqual(told.filter(({ zone }) => zone === 'floor'));
    expect(floor.reply).toMatchObject({ ok: true, count: 10, last_seq: 30, complete: true });
    expect((await replay({ after: 20, zone: 'all' })).events).toHaveLength(10);
    expect((await replay({ after: 0, zone: 'moon' })).reply).toMatchObject({ ok: false, error: { code: 'unknown_zone' } });
  });

  it('with a limit goes on page by page until it is complete', async () => {
    const heard: ZoneEvent[] = [];
    let after = 0;
    for (let page = 0; page < 10; page += 1) {
      const { reply, events } = await replay({ after, limit: 7, zone: page === 0 ? 'all' : undefined });
      heard.push(...events);
      if (!reply.ok || reply.last_seq === undefined) throw new Error('no last_seq');
      after = reply.last_seq;
      expect(reply.count).toBe(events.length);
      if (reply.complete === true) break;
      expect(reply).toMatchObject({ count: 7, complete: false });
      expect(reply).not.toHaveProperty('reset');
    }
    expect(heard).toEqual(told);
  });

  it('of one zone with a limit goes on where it stopped', async () => {
    const first = await replay({ after: 0, zone: 'desk', limit: 4 });
    const last = first.reply.ok ? first.reply.last_seq : -1;
    const second = await replay({ after: last, zone: 'desk' });
    expect([...first.events, ...second.events]).toEqual(told.filter(({ zone }) => zone === 'desk'));
  });

  it('is told to the client that asked alone, at the QoS it asked with, not retained, its own events too', async () => {
    const watcher = await house.watcher('watcher');
    const maker = await house.client('maker');
    await maker.ask({ type: 'events.replay', after: 28 }, 2);
    expect(maker.on('diuna/client/maker/replay').map(({ qos, retain }) => [qos, retain])).toEqual([
      [2, false],
      [2, false],
    ]);
    await phone.ask({ type: 'events.replay', after: 29 }, 0);
    expect(phone.on('diuna/client/phone/replay').map(({ qos }) => qos)).toEqual([0]);
    await allHeard(watcher);
    expect(watcher.heard.filter(({ topic }) => topic.startsWith('diuna/event/'))).toEqual([]);
  });

  it('after a seq or an id that never was tells of the gap, with the snapshot', async () => {
    const { zones } = await wholeState(phone);
    for (const after of [31, 1_000_000, '01980000-0000-7000-8000-000000000000']) {
      const { reply, events } = await replay({ after });
      expect(events).toEqual([]);
      expect(reply).toMatchObject({ ok: true, count: 0, last_seq: 30, complete: false, reset: true, state: { zones } });
    }
  });

  it.each([
    { after: -1 },
    { after: 1.5 },
    { after: 'soon' },
    {},
    { after: 0, limit: 0 },
    { after: 0, limit: 10_001 },
    { after: 0, until: 3 },
  ])('%j is refused', async (body) => {
    expect((await replay(body)).reply).toMatchObject({ ok: false, error: { path: expect.stringMatching(/^(after|limit|until)$/) } });
  });

  it('bridges what a client missed while it was away', async () => {
    const before = await wholeState(phone);
    await phone.mqtt.endAsync();
    const other = await house.client('other');
    for (let count = 0; count < 5; count += 1) await other.ask({ type: 'zone.toggle', zone: 'floor' });
    const back = await house.client('phone');
    await back.mqtt.subscribeAsync('diuna/event/#', { qos: 1 });
    const { reply, events } = await replay({ after: before.seq }, back);
    const folded = new Map<string, unknown>(Object.entries(before.zones));
    for (const { zone, payload } of events) folded.set(zone, payload.state);
    expect(reply).toMatchObject({ ok: true, count: 5, complete: true });
    expect(Object.fromEntries(folded)).toEqual((await wholeState(back)).zones);
  });

  it('while others go on tells each event once, the replayed and the live together without a gap', async () => {
    const other = await house.client('other');
    const listener = await house.client('listener');
    const running = Array.from({ length: 300 }, (_, index) =>
      other.tell({ request_id: `live-${index}`, type: 'zone.set_brightness', zone: 'shelf', brightness: 1 + (index % 250) }),
    );
    await listener.mqtt.subscribeAsync('diuna/event/#', { qos: 1 });
    const { reply, events } = await replay({ after: 0 }, listener);
    await Promise.all(running);
    await other.untilReplies(300);
    const { seq } = await wholeState(listener);
    await until(() => eventsOf(listener).at(-1)?.seq === seq || (reply.ok && reply.last_seq === seq), 'the last event');
    const last = reply.ok ? (reply.last_seq ?? 0) : 0;
    expect(events.map((event) => event.seq)).toEqual(Array.from({ length: last }, (_, index) => index + 1));
    const seen = new Set([...events, ...eventsOf(listener)].map((event) => event.seq));
    expect(seen.size).toBe(seq);
  });
});

it('seq has no gaps across a restart, and a replay spans it', async () => {
  const { seq, zones } = await wholeState(phone);
  await house.restart();
  const back = await house.client('phone');
  expect(await wholeState(back)).toEqual({ seq, zones });
  await back.ask({ type: 'zone.toggle', zone: 'floor' });
  const { reply, events } = await replay({ after: 0 }, back);
  expect(events.map((event) => event.seq)).toEqual(Array.from({ length: seq + 1 }, (_, index) => index + 1));
  expect(events.slice(0, 30)).toEqual(told);
  expect(reply).toMatchObject({ complete: true, count: seq + 1 });
});

it('where the journal no longer reaches back the gap is told, with the snapshot', async () => {
  const home = await makeHome();
  const first = await startInProcess(home);
  const before = await TestClient.connect(home.port, 'phone');
  for (let count = 0; count < 5; count += 1) await before.ask({ type: 'zone.toggle', zone: 'floor' });
  await before[Symbol.asyncDispose]();
  await first[Symbol.asyncDispose]();
  await rm(join(home.folder, 'data', 'journal'), { recursive: true });
  const second = await startInProcess(home);
  const client = await TestClient.connect(home.port, 'phone');
  const { seq, zones } = await wholeState(client);
  expect([seq, zones['floor']?.['state']]).toEqual([5, 'ON']);
  const lost = await replay({ after: 2 }, client);
  expect([lost.events, lost.reply]).toMatchObject([[], { ok: true, complete: false, reset: true, state: { zones } }]);
  await client.ask({ type: 'zone.toggle', zone: 'floor' });
  expect((await replay({ after: 5 }, client)).reply).toMatchObject({ ok: true, count: 1, last_seq: 6, complete: true });
  expect((await replay({ after: 2 }, client)).reply).toMatchObject({ ok: true, complete: false, reset: true });
  await client[Symbol.asyncDispose]();
  await second[Symbol.asyncDispose]();
  await home.remove();
});
