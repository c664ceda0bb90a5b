/** Protocol §8: one writer, one order, whatever way a command came. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TestClient } from '../support/client.ts';
import { until } from '../support/until.ts';
import { mosquitto, mosquittoPub } from './mosquitto.ts';
import { allHeard, eventsOf, stage, wholeState, type ZoneEvent } from './stage.ts';

const house = stage();
const zoneIds = ['floor', 'shelf', 'desk'] as const;
let requests = 0;

type Way = (client: TestClient, qos: 0 | 1 | 2) => Promise<unknown>;
const say =
  (topic: string, payload: string): Way =>
  (client, qos) =>
    client.mqtt.publishAsync(topic, payload, { qos });
const tell =
  (body: Readonly<Record<string, unknown>>): Way =>
  (client, qos) => {
    requests += 1;
    return client.tell({ ...body, request_id: `O${requests}` }, qos);
  };

const zone = fc.constantFrom(...zoneIds, 'all');
const level = fc.integer({ min: 0, max: 255 });
const color = fc.record({ r: level, g: level, b: level });
const fields = fc.record(
  {
    state: fc.constantFrom('ON', 'OFF'),
    brightness: level,
    color,
    effect: fc.constantFrom('off', 'rainbow', 'breathe'),
    speed: level,
    reverse: fc.boolean(),
  },
  { requiredKeys: [] },
);
const change: fc.Arbitrary<Readonly<Record<string, unknown>>> = fc.oneof(
  fc.tuple(zone, fields).map(([id, set]) => ({ type: 'zone.set', zone: id, ...set })),
  fc.record({ type: fc.constantFrom('zone.toggle', 'zone.next_effect', 'zone.stop_effect', 'history.undo'), zone }),
  fc.record({ type: fc.constant('zone.adjust_brightness'), zone, delta: fc.integer({ min: -255, max: 255 }), allow_off: fc.boolean() }),
  fc.record({ type: fc.constant('zone.set_brightness'), zone: fc.constant('moon'), brightness: level }),
);
/** A command by any way that there is, refused ones among them. */
const way: fc.Arbitrary<Way> = fc.oneof(
  { weight: 3, arbitrary: change.map(tell) },
  fc.array(change, { minLength: 1, maxLength: 5 }).map((commands) => tell({ type: 'batch', commands })),
  fc
    .tuple(zone, fc.constantFrom('ON', 'OFF', 'TOGGLE', '#0a0b0c', 'tomato', '77', '10%', '+9', '-9', 'nonsense'))
    .map(([id, word]) => say(`diuna/zone/${id}/set`, word)),
  fc.tuple(zone, fields).map(([id, set]) => say(`diuna/zone/${id}/set`, JSON.stringify(set))),
  fc.tuple(zone, level).map(([id, value]) => say(`diuna/zone/${id}/set/speed`, String(value))),
  fc.tuple(zone, color).map(([id, value]) => say(`diuna/zone/${id}/set/color`, JSON.stringify(value))),
);
const sent = fc.record({ client: fc.nat(2), qos: fc.constantFrom(0 as const, 1 as const, 2 as const), way });

const fold = (events: readonly ZoneEvent[], zones: Readonly<Record<string, unknown>>) => {
  const folded = new Map(Object.entries(zones));
  for (const { zone: id, payload } of events) folded.set(id, payload.state);
  return Object.fromEntries(folded);
};

describe('whatever three clients send, by whatever way', () => {
  it('every listener hears one order of seq, and the events folded give what is published, retained, answered and replayed', async () => {
    const clients = await Promise.all(['one', 'two', 'three'].map((id) => house.client(id)));
    const watchers = await Promise.all(['watcher-1', 'watcher-2'].map((id) => house.watcher(id)));
    const [watcher, second] = watchers;
    if (watcher === undefined || second === undefined) throw new Error('no watcher');
    const beginning = await wholeState(watcher);
    expect(beginning.seq).toBe(0);
    await fc.assert(
      fc.asyncProperty(fc.array(sent, { minLength: 1, maxLength: 40 }), async (commands) => {
        const before = clients.map((client) => client.on(`${client.topic}/response`).length);
        await Promise.all(commands.map(({ client, qos, way: go }) => go(clients[client] ?? watcher, qos)));
        for (const [index, client] of clients.entries()) {
          await client.untilReplies((before[index] ?? 0) + commands.filter((command) => command.client === index).length);
        }
        for (const listener of watchers) await allHeard(listener);
        const { seq, zones } = await wholeState(watcher);
        for (const listener of watchers) await until(() => eventsOf(listener).length >= seq, 'the events');
        const events = eventsOf(watcher);
        expect(events.map((event) => event.seq)).toEqual(Array.from({ length: seq }, (_, index) => index + 1));
        expect(eventsOf(second)).toEqual(events);
        expect(fold(events, beginning.zones)).toEqual(zones);
        for (const id of zoneIds) {
          await until(() => watcher.state(id)?.['seq'] === zones[id]?.['seq'], `the retained state of ${id}`);
          expect(watcher.state(id)).toEqual(zones[id]);
        }
      }),
      { numRuns: 15 },
    );
    const late = await house.watcher('late');
    const { seq, zones } = await wholeState(late);
    for (const id of zoneIds) expect(late.state(id)).toEqual(zones[id]);
    const asker = await house.client('asker');
    const reply = await asker.ask({ type: 'events.replay', after: 0 });
    expect(reply).toMatchObject({ ok: true, count: seq, complete: true });
    const replayed: ZoneEvent[] = asker.on('diuna/client/asker/replay').map(({ payload }) => JSON.parse(payload));
    expect(replayed).toEqual(eventsOf(watcher));
    expect(fold(replayed, beginning.zones)).toEqual(zones);
    for (const client of clients) expect(client.replies().filter((answer) => !answer.ok && answer.error.code === 'internal')).toEqual([]);
  });
});

it("each event's previous is the state before it, and its state carries its own seq, id and version", async () => {
  const watcher = await house.watcher('watcher');
  const client = await house.client('one');
  const { zones } = await wholeState(client);
  await Promise.all(
    Array.from({ length: 100 }, (_, index) =>
      client.mqtt.publishAsync(`diuna/zone/${index % 2 === 0 ? 'floor' : 'all'}/set`, 'TOGGLE', { qos: 1 }),
    ),
  );
  await client.untilReplies(101);
  await allHeard(watcher);
  const current: Record<string, unknown> = { ...zones };
  for (const event of eventsOf(watcher)) {
    expect(event.payload.previous).toEqual(current[event.zone]);
    expect(event.payload.state).toMatchObject({ seq: event.seq, event_id: event.id, version: event.version });
    current[event.zone] = event.payload.state;
  }
});

it('one client is answered in the order in which it sent', async () => {
  const client = await house.client('sequential');
  const ids = Array.from({ length: 200 }, (_, index) => `S${index}`);
  await Promise.all(
    ids.map((request_id, index) =>
      client.tell({ request_id, type: index % 3 === 0 ? 'system.ping' : 'zone.toggle', ...(index % 3 === 0 ? {} : { zone: 'floor' }) }),
    ),
  );
  const replies = await client.untilReplies(200);
  expect(replies.map(({ request_id }) => request_id)).toEqual(ids);
  const seqs = replies.map((reply) => (reply.ok ? reply.seq : -1));
  expect(seqs.toSorted((a, b) => a - b)).toEqual(seqs);
});

describe.runIf(mosquitto)('with mosquitto_pub', () => {
  it('scripts stand in the same order as all others', async () => {
    const watcher = await house.watcher('watcher');
    const client = await house.client('one');
    const { seq } = await wholeState(client);
    await Promise.all([
      ...Array.from({ length: 5 }, (_, index) =>
        mosquittoPub(house.home.port, '-i', `script-${index}`, '-q', String(index % 3), '-t', 'diuna/zone/floor/set', '-m', 'TOGGLE'),
      ),
      ...Array.from({ length: 20 }, () => client.ask({ type: 'zone.toggle', zone: 'floor' })),
    ]);
    const told = () => eventsOf(watcher).filter((event) => event.seq > seq);
    await until(() => told().length === 25, 'all of them');
    expect(told().map((event) => event.seq)).toEqual(Array.from({ length: 25 }, (_, index) => seq + 1 + index));
  });
});
