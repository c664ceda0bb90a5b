import { beforeEach, describe, expect, it } from 'vitest';
import { parseRequest } from '../../src/core/parse-request.ts';
import { Engine } from '../../src/engine/engine.ts';
import { INBOX_LIMIT } from '../../src/engine/engine-parts.ts';
import { restore } from '../../src/engine/restore.ts';
import type { DiunaEvent } from '../../src/model/event.ts';
import type { Reply } from '../../src/model/reply.ts';
import { catalog } from '../support/catalog.ts';
import { FakeClock, FakeIds, FakeJournal, FakePublisher, FakeRenderer } from '../support/fakes.ts';

const settings = { catalog, transitionMs: 400, maxCommandAgeMs: 30_000 };
const nothing = { snapshot: null, records: [] };

let clock: FakeClock;
let journal: FakeJournal;
let renderer: FakeRenderer;
let publisher: FakePublisher;
let engine: Engine;
let replies: Reply[];

beforeEach(() => {
  clock = new FakeClock();
  journal = new FakeJournal();
  renderer = new FakeRenderer();
  publisher = new FakePublisher();
  engine = new Engine({ journal, renderer, publisher, clock, ids: new FakeIds() }, settings, restore(nothing));
  replies = [];
});

function send(body: Record<string, unknown>, origin = 'phone', deliver?: (event: DiunaEvent) => Promise<void>): void {
  engine.submit({
    request: parseRequest(body),
    source: 'command',
    origin,
    user: null,
    trigger: null,
    receivedUs: clock.monotonicUs(),
    respond: (reply) => replies.push(reply),
    ...(deliver === undefined ? {} : { deliver }),
  });
}

async function ask(body: Record<string, unknown>, origin = 'phone'): Promise<Reply> {
  const before = replies.length;
  send(body, origin);
  await settled(() => replies.length > before);
  const reply = replies[before];
  if (reply === undefined) throw new Error('no reply');
  return reply;
}

async function settled(condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < 1000 && !condition(); turn += 1) await new Promise((resolve) => setImmediate(resolve));
  expect(condition()).toBe(true);
}

const color = (request_id: string, value: string, more: Record<string, unknown> = {}) => ({
  request_id,
  type: 'zone.set_color',
  zone: 'floor',
  color: value,
  ...more,
});

describe('the way of a command', () => {
  it('shows at once and tells only what is durable', async () => {
    journal.automatic = false;
    send(color('R1', 'red'));
    expect(renderer.shown.at(-1)?.changes).toMatchObject([{ zone: 'floor', transitionMs: 400, target: { color: { r: 255 } } }]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(replies).toEqual([]);
    expect(publisher.events).toEqual([]);
    journal.release();
    await settled(() => replies.length === 1);
    expect(replies[0]).toMatchObject({
      request_id: 'R1',
      ok: true,
      changed: true,
      duplicate: false,
      seq: 1,
      version: 1,
      state: { state: 'ON' },
    });
    expect(publisher.events).toHaveLength(1);
  });

  it('shares one write among all that came while another was under way', async () => {
    journal.automatic = false;
    send(color('R0', 'red'));
    await new Promise((resolve) => setImmediate(resolve));
    for (let index = 1; index <= 20; index += 1) send(color(`R${index}`, `#0000${index.toString(16).padStart(2, '0')}`));
    journal.automatic = true;
    journal.release();
    await settled(() => replies.length === 21);
    expect(journal.groups).toEqual([1, 20]);
    expect(replies.map(({ request_id }) => request_id)).toEqual(Array.from({ length: 21 }, (_, index) => `R${index}`));
  });

  it('says when it is not durable', async () => {
    journal.durable = false;
    expect(await ask(color('R1', 'red'))).toMatchObject({ ok: true, durable: false });
  });

  it('answers `rendered` when a frame shows it, with timings', async () => {
    send(color('R1', 'red', { ack: 'rendered' }));
    await settled(() => journal.records.length === 1);
    expect(replies).toEqual([]);
    clock.monotonic += 9800;
    renderer.waiting[0]?.(true);
    expect(replies[0]).toMatchObject({ ok: true, timing_us: { decided: 0, rendered: 9800 } });
  });

  it('says so where no frame can show it', async () => {
    send(color('R1', 'red', { ack: 'rendered' }));
    await settled(() => journal.records.length === 1);
    renderer.waiting[0]?.(false);
    expect(replies[0]).toMatchObject({ ok: true, rendered: false });
  });

  it('refuses with `overloaded` when the inbox is full, and answers all the others', async () => {
    journal.automatic = false;
    send(color('first', 'red'));
    await new Promise((resolve) => setImmediate(resolve));
    for (let index = 0; index < INBOX_LIMIT + 10; index += 1) send({ request_id: `R${index}`, type: 'zone.toggle', zone: 'shelf' });
    expect(replies.filter((reply) => !reply.ok && reply.error.code === 'overloaded')).toHaveLength(10);
    journal.automatic = true;
    journal.release();
    await settled(() => replies.length === INBOX_LIMIT + 11);
    expect(replies.filter(({ ok }) => ok)).toHaveLength(INBOX_LIMIT + 1);
    expect(await ask({ request_id: `R${INBOX_LIMIT}`, type: 'zone.toggle', zone: 'shelf' })).toMatchObject({ ok: true, duplicate: false });
  });
});

describe('request ids', () => {
  it('a repetition gets the stored reply and nothing else happens', async () => {
    const first = await ask(color('R1', 'red'));
    await ask(color('R2', 'blue'));
    const again = await ask(color('R1', 'red'));
    const { timing_us: _a, ...stored } = { timing_us: 0, ...first };
    expect(again).toMatchObject({ ...stored, duplicate: true });
    expect(engine.states().get('floor')?.color).toEqual({ r: 0, g: 0, b: 255 });
    expect(publisher.events).toHaveLength(2);
  });

  it('a repetition while the first is under way waits for the same write', async () => {
    journal.automatic = false;
    send(color('R1', 'red'));
    send(color('R1', 'red'));
    await new Promise((resolve) => setImmediate(resolve));
    journal.release();
    await settled(() => replies.length === 2);
    expect(replies.map((reply) => reply.ok && reply.duplicate)).toEqual([false, true]);
    expect(journal.events).toHaveLength(1);
  });

  it('the same id with another body is refused, and another client may use it', async () => {
    await ask(color('R1', 'red'));
    expect(await ask(color('R1', 'blue'))).toMatchObject({ ok: false, error: { code: 'request_id_reused' } });
    expect(await ask(color('R1', 'blue'), 'tablet')).toMatchObject({ ok: true, changed: true });
  });

  it('are remembered by a restart from records as from a snapshot', async () => {
    await ask(color('R1', 'red'));
    await ask(color('R2', 'red'));
    await ask({ request_id: 'R3', type: 'zone.toggle', zone: 'floor', if_version: 7 });
    const snapshot = journal.lastSnapshot?.() ?? null;
    for (const restored of [restore({ snapshot: null, records: journal.records }), restore({ snapshot, records: [] })]) {
      engine = new Engine({ journal, renderer, publisher, clock, ids: new FakeIds() }, settings, restored);
      expect(await ask(color('R1', 'red'))).toMatchObject({ ok: true, duplicate: true, seq: 1 });
      expect(await ask(color('R2', 'red'))).toMatchObject({ ok: true, changed: false, duplicate: true });
      expect(await ask({ request_id: 'R3', type: 'zone.toggle', zone: 'floor', if_version: 7 })).toMatchObject({
        ok: false,
        duplicate: true,
        error: { code: 'conflict' },
      });
    }
    expect(journal.events).toHaveLength(1);
  });

  it('a snapshot holds nothing that was not committed with it', async () => {
    await ask(color('R1', 'red'));
    const snapshot = journal.lastSnapshot;
    journal.automatic = false;
    send(color('R2', 'blue'));
    expect(snapshot?.()).toMatchObject({ seq: 1, zones: { floor: { color: { r: 255 } } }, answers: [{ request_id: 'R1' }] });
    journal.release();
  });
});

describe('guards', () => {
  it('a command older than allowed is refused, unless its client does not say', async () => {
    const issued_at = new Date(clock.wall - 31_000).toISOString();
    expect(await ask(color('R1', 'red', { issued_at }))).toMatchObject({ ok: false, error: { code: 'expired', path: 'issued_at' } });
    expect(await ask(color('R2', 'red', { issued_at: new Date(clock.wall - 29_000).toISOString() }))).toMatchObject({ ok: true });
  });

  it('a clock set back leaves order and repetition alone', async () => {
    await ask(color('R1', 'red'));
    clock.wall -= 86_400_000;
    expect(await ask(color('R2', 'blue'))).toMatchObject({ ok: true, seq: 2 });
    expect(await ask(color('R1', 'red'))).toMatchObject({ duplicate: true });
  });

  it('dry_run says what would happen and changes nothing', async () => {
    expect(await ask(color('R1', 'red', { dry_run: true }))).toMatchObject({
      ok: true,
      changed: true,
      dry_run: true,
      state: { color: { r: 255, g: 0, b: 0 } },
    });
    expect(engine.states().get('floor')?.version).toBe(0);
    expect(journal.records).toEqual([]);
    expect(await ask(color('R1', 'red'))).toMatchObject({ ok: true, duplicate: false, changed: true });
  });

  it('a refusal carries the state as it is', async () => {
    await ask(color('R1', 'red'));
    expect(await ask({ request_id: 'R2', type: 'zone.set', zone: 'floor', brightness: 999 })).toMatchObject({
      ok: false,
      error: { code: 'out_of_range', path: 'brightness' },
      version: 1,
      state: { color: { r: 255 } },
    });
  });

  it('what changes nothing writes nothing where there is no id to remember', async () => {
    engine.submit({
      request: {
        ok: true,
        value: {
          request_id: null,
          command: { type: 'zone.set_power', zone: 'floor', state: 'OFF' },
          ack: 'applied',
          dry_run: false,
          issued_at_ms: null,
        },
      },
      source: 'command',
      origin: 'script',
      user: null,
      trigger: null,
      receivedUs: 0,
      respond: (reply) => replies.push(reply),
    });
    await settled(() => replies.length === 1);
    expect(replies[0]).toMatchObject({ ok: true, changed: false });
    expect(journal.records).toEqual([]);
  });
});

describe('catching up', () => {
  it('state.get is the whole state and the seq it is true at', async () => {
    await ask(color('R1', 'red'));
    expect(await ask({ request_id: 'R2', type: 'state.get' })).toMatchObject({
      ok: true,
      seq: 1,
      state: { zones: { floor: { version: 1 }, shelf: { version: 0 } } },
    });
  });

  it('replays every event after a seq or an id, in order, then says so', async () => {
    for (let index = 0; index < 600; index += 1)
      send({ request_id: `T${index}`, type: 'zone.toggle', zone: index % 2 === 0 ? 'floor' : 'shelf' });
    await settled(() => replies.length === 600);
    const told: number[] = [];
    const deliver = (event: DiunaEvent) => Promise.resolve(void told.push(event.seq));
    const replayed = async (fields: Record<string, unknown>) => {
      told.length = 0;
      const before = replies.length;
      send({ type: 'events.replay', ...fields }, 'phone', deliver);
      await settled(() => replies.length > before);
      return replies.at(-1);
    };
    expect(await replayed({ request_id: 'P1', after: 0 })).toMatchObject({ ok: true, count: 600, last_seq: 600, complete: true });
    expect(told).toEqual(Array.from({ length: 600 }, (_, index) => index + 1));
    expect(await replayed({ request_id: 'P2', after: journal.events[597]?.id ?? '' })).toMatchObject({
      count: 2,
      last_seq: 600,
      complete: true,
    });
    expect(await replayed({ request_id: 'P3', after: 590, zone: 'shelf' })).toMatchObject({ count: 5, complete: true });
    expect(await replayed({ request_id: 'P4', after: 10, limit: 3 })).toMatchObject({ count: 3, last_seq: 13, complete: false });
    expect(await replayed({ request_id: 'P5', after: 900 })).toMatchObject({
      count: 0,
      complete: false,
      reset: true,
      state: { zones: {} },
    });
    expect(await replayed({ request_id: 'P6', after: '0198f2a0-ffff-7000-8000-000000000000' })).toMatchObject({
      complete: false,
      reset: true,
    });
    expect(await replayed({ request_id: 'P7', after: 0, zone: 'cellar' })).toMatchObject({ ok: false, error: { code: 'unknown_zone' } });
  });
});

it('a replay asked for again while it runs is told once and answered twice', async () => {
  await ask(color('R1', 'red'));
  const told: number[] = [];
  let release: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const deliver = async (event: DiunaEvent) => {
    told.push(event.seq);
    await gate;
  };
  const body = { request_id: 'P1', type: 'events.replay', after: 0 };
  send(body, 'phone', deliver);
  await settled(() => told.length === 1);
  send(body, 'phone', deliver);
  send({ ...body, after: 1 }, 'phone', deliver);
  release();
  await settled(() => replies.length === 4);
  expect(told).toEqual([1]);
  expect(replies.slice(1)).toMatchObject([
    { ok: false, error: { code: 'request_id_reused' } },
    { ok: true, count: 1, duplicate: false },
    { ok: true, count: 1, duplicate: true },
  ]);
});

it('mends what no longer fits the config, as an event of the system', async () => {
  await ask({ request_id: 'R1', type: 'zone.set_color', zone: 'desk', color: '#01020304' });
  const rgb = new Map([...catalog.zones].map(([id, zone]) => [id, { ...zone, colorModes: ['rgb'] as const }]));
  engine.reconfigure({ ...settings, catalog: { ...catalog, zones: rgb } });
  await settled(() => publisher.events.length === 2);
  expect(publisher.events[1]).toMatchObject({
    source: 'system',
    origin: null,
    trigger: 'boot',
    payload: { state: { color_mode: 'rgb', color: { r: 1, g: 2, b: 3 } } },
  });
});
