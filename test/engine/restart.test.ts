/** `system.restart` in the engine: answered like a question, begun once the answer has gone out. */
import { beforeEach, expect, it } from 'vitest';
import { parseRequest } from '../../src/core/parse-request.ts';
import { Engine } from '../../src/engine/engine.ts';
import type { Service } from '../../src/engine/ports.ts';
import { restore } from '../../src/engine/restore.ts';
import { type Refusal, refusal } from '../../src/model/refusal.ts';
import type { Reply } from '../../src/model/reply.ts';
import { catalog } from '../support/catalog.ts';
import { FakeClock, FakeIds, FakeJournal, FakePublisher, FakeRenderer } from '../support/fakes.ts';

const settings = { catalog, transitionMs: 400, maxCommandAgeMs: null };

class FakeService implements Service {
  why: Refusal | null = null;
  /** How many replies had gone out at each restart. */
  readonly begun: number[] = [];

  restart(dryRun: boolean): Refusal | null {
    if (!dryRun) this.begun.push(replies.length);
    return this.why;
  }
}

let journal: FakeJournal;
let publisher: FakePublisher;
let service: FakeService;
let engine: Engine;
let replies: Reply[];

function build(withService: boolean): void {
  journal = new FakeJournal();
  publisher = new FakePublisher();
  service = new FakeService();
  replies = [];
  const parts = { journal, renderer: new FakeRenderer(), publisher, clock: new FakeClock(), ids: new FakeIds() };
  engine = new Engine(withService ? { ...parts, service } : parts, settings, restore({ snapshot: null, records: [] }));
  engine.start();
}

beforeEach(() => build(true));

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Each with a request id of its own, or with the one given. */
function send(body: Record<string, unknown>): void {
  const request = parseRequest({ request_id: `R${replies.length + 1}`, ...body });
  const respond = (reply: Reply) => void replies.push(reply);
  engine.submit({ request, source: 'command', origin: 'phone', user: null, trigger: null, receivedUs: 0, respond });
}

const ask = (body: Record<string, unknown> = {}) => send({ type: 'system.restart', ...body });

it('is answered like a question, without event and seq, and begins when the answer has gone out', async () => {
  send({ type: 'zone.toggle', zone: 'floor' });
  journal.automatic = false;
  ask({ request_id: 'again-please' });
  await turn();
  expect(service.begun).toEqual([]); // the disk has not taken it yet
  journal.release();
  await turn();
  expect(replies.at(-1)).toMatchObject({ request_id: 'again-please', ok: true, changed: false, duplicate: false, seq: 1 });
  expect(service.begun).toEqual([2]);
  expect(publisher.events).toHaveLength(1);
});

it('is refused where nothing would start the daemon again, with the cure', async () => {
  build(false);
  ask();
  await turn();
  const message = expect.stringContaining('start it with systemd');
  expect(replies).toMatchObject([{ ok: false, error: { code: 'unsupported', message }, state: { zones: {} } }]);
});

it('is refused as the service says', async () => {
  service.why = refusal('unsupported', 'not today');
  ask();
  await turn();
  expect(replies).toMatchObject([{ ok: false, error: { code: 'unsupported', message: 'not today' } }]);
  expect(service.begun).toEqual([]);
});

it('a dry run says whether it would, and does nothing', async () => {
  ask({ dry_run: true });
  await turn();
  expect(replies).toMatchObject([{ ok: true, dry_run: true }]);
  expect(service.begun).toEqual([]);
});

it('asked for again while one is under way it is answered the same and begins once, also during the stop', async () => {
  ask();
  await turn();
  ask();
  await turn();
  const stopped = engine.stop();
  ask();
  send({ type: 'zone.toggle', zone: 'floor' });
  ask({ dry_run: true });
  await stopped;
  const accepted = { ok: true, changed: false, seq: 0 };
  expect(replies).toMatchObject([accepted, accepted, accepted, { ok: false, error: { code: 'overloaded' } }, accepted]);
  expect(service.begun).toEqual([1]);
  expect(engine.stats()).toMatchObject({ commands: 5, rejections: 1 });
});

it('is refused during a stop for another reason: nobody would start it again', async () => {
  const stopped = engine.stop();
  ask();
  await stopped;
  expect(replies).toMatchObject([{ ok: false, error: { code: 'overloaded' } }]);
  expect(service.begun).toEqual([]);
});

it('sent again under the same request id after the restart it is a repetition, and the daemon stays', async () => {
  ask({ request_id: 'once' });
  await turn();
  const snapshot = await engine.stop();
  expect(journal.records).toMatchObject([{ seq: 0, events: [], answer: { request_id: 'once' } }]);
  expect(snapshot.answers).toMatchObject([{ request_id: 'once' }]);
  const restored = restore({ snapshot: null, records: journal.records });
  build(true);
  const parts = { journal, renderer: new FakeRenderer(), publisher, clock: new FakeClock(), ids: new FakeIds(), service };
  engine = new Engine(parts, settings, restored);
  engine.start();
  ask({ request_id: 'once' });
  await turn();
  expect(replies).toMatchObject([{ request_id: 'once', ok: true, duplicate: true }]);
  expect(service.begun).toEqual([]);
});

it('stands in no batch', async () => {
  send({ type: 'batch', commands: [{ type: 'zone.toggle', zone: 'floor' }, { type: 'system.restart' }] });
  await turn();
  expect(replies).toMatchObject([{ ok: false, error: { code: 'invalid_command', path: 'commands[1].type' } }]);
  expect(service.begun).toEqual([]);
});
