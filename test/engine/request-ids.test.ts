/** Request ids are one user's: a client id that another user comes by brings along no answers. */
import { expect, it } from 'vitest';
import { parseRequest } from '../../src/core/parse-request.ts';
import { Engine } from '../../src/engine/engine.ts';
import { restore } from '../../src/engine/restore.ts';
import type { Reply } from '../../src/model/reply.ts';
import { sealLine } from '../../src/store/crc-line.ts';
import { decodeLine, encodeLine } from '../../src/store/record-line.ts';
import { catalog } from '../support/catalog.ts';
import { FakeClock, FakeIds, FakeJournal, FakePublisher, FakeRenderer } from '../support/fakes.ts';

it('another user’s are unknown, whatever they were used for', async () => {
  const clock = new FakeClock();
  const parts = { journal: new FakeJournal(), renderer: new FakeRenderer(), publisher: new FakePublisher(), clock, ids: new FakeIds() };
  const engine = new Engine(parts, { catalog, transitionMs: 0, maxCommandAgeMs: null }, restore({ snapshot: null, records: [] }));
  const ask = (user: string, brightness: number) =>
    new Promise<Reply>((respond) => {
      const request = parseRequest({ request_id: 'R1', type: 'zone.set_brightness', zone: 'floor', brightness });
      engine.submit({ request, source: 'command', origin: 'phone', user, trigger: null, receivedUs: clock.monotonicUs(), respond });
    });
  expect(await ask('ann', 10)).toMatchObject({ ok: true, duplicate: false });
  expect(await ask('bob', 10)).toMatchObject({ ok: true, duplicate: false });
  expect(await ask('ann', 10)).toMatchObject({ ok: true, duplicate: true });
  expect(await ask('carl', 20)).toMatchObject({ ok: true, duplicate: false });
  expect(await ask('ann', 20)).toMatchObject({ ok: false, error: { code: 'request_id_reused' } });
});

it('the user of an answer outlives a restart, and one that was written without is nobody’s', () => {
  const answer = {
    user: 'ann',
    client: 'phone',
    request_id: 'R1',
    digest: 'd',
    reply: { request_id: 'R1', ok: false, error: { code: 'internal', message: '' } },
  } as const;
  const line = (bytes: Buffer) => bytes.subarray(0, -1);
  expect(decodeLine(line(encodeLine(1, { seq: 0, events: [], answer })))?.answer).toEqual(answer);
  const { user: _, ...old } = answer;
  expect(decodeLine(line(sealLine(JSON.stringify({ n: 1, seq: 0, events: [], answer: old }))))?.answer).toEqual({ ...answer, user: null });
});
