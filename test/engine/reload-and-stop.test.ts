import { beforeEach, describe, expect, it } from 'vitest';
import { parseRequest } from '../../src/core/parse-request.ts';
import { Engine } from '../../src/engine/engine.ts';
import { INBOX_EVENTS } from '../../src/engine/engine-parts.ts';
import { restore } from '../../src/engine/restore.ts';
import type { Reply } from '../../src/model/reply.ts';
import { catalog } from '../support/catalog.ts';
import { FakeClock, FakeIds, FakeJournal, FakePublisher, FakeRenderer } from '../support/fakes.ts';

const settings = { catalog, transitionMs: 400, maxCommandAgeMs: null };

let journal: FakeJournal;
let renderer: FakeRenderer;
let engine: Engine;
let replies: Reply[];

beforeEach(() => {
  journal = new FakeJournal();
  renderer = new FakeRenderer();
  const parts = { journal, renderer, publisher: new FakePublisher(), clock: new FakeClock(), ids: new FakeIds() };
  engine = new Engine(parts, settings, restore({ snapshot: null, records: [] }));
  engine.start();
  replies = [];
});

function send(body: Record<string, unknown>): void {
  const respond = (reply: Reply) => replies.push(reply);
  engine.submit({ request: parseRequest(body), source: 'command', origin: 'phone', user: null, trigger: null, receivedUs: 0, respond });
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('a reload', () => {
  it('leaves zones that stayed alone, so that no fade jumps, and lights those that came', () => {
    const shown = renderer.shown.length;
    engine.reconfigure(settings);
    expect(renderer.shown).toHaveLength(shown);
    const shelf = catalog.zones.get('shelf');
    if (shelf === undefined) throw new Error('no shelf');
    engine.reconfigure({ ...settings, catalog: { ...catalog, zones: new Map([...catalog.zones, ['attic', shelf]]) } });
    expect(renderer.shown.at(-1)?.changes.map(({ zone }) => zone)).toEqual(['attic']);
  });

  it('announces only what has been told', async () => {
    journal.automatic = false;
    send({ request_id: 'R1', type: 'zone.set_color', zone: 'floor', color: 'red' });
    await turn();
    engine.reconfigure(settings);
    expect(engine.states().get('floor')?.version).toBe(0);
    journal.release();
    await turn();
    expect(engine.states().get('floor')?.version).toBe(1);
  });
});

it('the inbox is bounded in events too: batches over all zones fill it sooner', async () => {
  journal.automatic = false;
  send({ request_id: 'first', type: 'zone.toggle', zone: 'floor' });
  await turn();
  const commands = Array.from({ length: 64 }, () => ({ type: 'zone.toggle', zone: 'all' }));
  for (let index = 0; index < 200; index += 1) send({ request_id: `B${index}`, type: 'batch', commands });
  const refused = replies.filter((reply) => !reply.ok && reply.error.code === 'overloaded');
  const waiting = 200 - refused.length;
  const eventsEach = 64 * 3; // every toggle takes all three zones with it, but for the very first
  expect(waiting * eventsEach).toBeGreaterThanOrEqual(INBOX_EVENTS);
  expect((waiting - 2) * eventsEach).toBeLessThan(INBOX_EVENTS);
  journal.automatic = true;
  journal.release();
});

it('after a stop everything is refused, and nothing that was refused is in the last snapshot', async () => {
  send({ request_id: 'R1', type: 'zone.set_color', zone: 'floor', color: 'red' });
  const stopped = engine.stop();
  send({ request_id: 'R2', type: 'zone.set_color', zone: 'floor', color: 'blue' });
  expect(await stopped).toMatchObject({ seq: 1, zones: { floor: { color: { r: 255, g: 0, b: 0 } } }, answers: [{ request_id: 'R1' }] });
  expect(replies).toMatchObject([
    { request_id: 'R2', ok: false, error: { code: 'overloaded' } },
    { request_id: 'R1', ok: true },
  ]);
});
