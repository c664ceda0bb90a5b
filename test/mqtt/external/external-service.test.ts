/** The room between the engine and a broker that is away. */
import { afterEach, expect, it } from 'vitest';
import { configSchema } from '../../../src/model/config.ts';
import type { DiunaEvent, NoticeType } from '../../../src/model/event.ts';
import { ExternalService } from '../../../src/mqtt/external/external-service.ts';
import { loggerTo } from '../../../src/system/logger.ts';
import { realClock } from '../../../src/system/real-clock.ts';
import { freePort } from '../../support/daemon.ts';
import { accept, freshWorld } from '../../support/deciding.ts';
import { FakeBroker, obey, type Visit } from '../../support/fake-broker.ts';
import { until } from '../../support/until.ts';

const things: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of things.splice(0).reverse()) await end();
});

const config = (port: number, more: Readonly<Record<string, unknown>> = {}) =>
  configSchema.parse({
    mqtt: { broker_url: `mqtt://127.0.0.1:${port}`, ...more },
    strips: { main: { length: 1 } },
    zones: { floor: { strip: 'main', range: [0, 0] } },
  }).mqtt;

async function room(more: Readonly<Record<string, unknown>> = {}) {
  const port = await freePort();
  const reports: { type: NoticeType; payload: Readonly<Record<string, unknown>> }[] = [];
  const log: Record<string, unknown>[] = [];
  const service = new ExternalService({
    config: config(port, more),
    clock: realClock,
    logger: loggerTo({ write: (line) => void log.push(JSON.parse(line)) }, 'debug').room('mqtt'),
    submit: () => undefined,
    report: (type, payload) => void reports.push({ type, payload }),
  });
  await service.open();
  await service.listen();
  things.push(() => service.stop());
  const broker = async () => {
    const started: FakeBroker = await FakeBroker.start(port, (visit, packet) => {
      if (packet.cmd === 'connect') visit.welcome(false);
      else obey(visit, packet);
    });
    things.push(() => started[Symbol.asyncDispose]());
    return started.visit(1);
  };
  return { service, reports, log, broker };
}

function* toggles(count: number): Generator<DiunaEvent> {
  let world = freshWorld;
  for (let index = 0; index < count; index += 1) {
    const decided = accept(world, { type: 'zone.toggle', zone: 'floor' });
    world = decided.world;
    yield* decided.events;
  }
}

const seqs = (visit: Visit): number[] =>
  visit.publishes().flatMap(({ topic, payload }) => (topic.includes('/event/zone/') ? [Number(JSON.parse(payload.toString()).seq)] : []));

it('100 events of an outage are told afterwards, in order and once', async () => {
  const { service, reports, broker } = await room();
  for (const event of toggles(100)) service.announcer.publish([event]);
  await until(() => reports.length > 0, 'the loss to be told');
  const visit = await broker();
  await until(() => seqs(visit).length >= 100, 'the events');
  await visit.hear('publish', 101);
  expect(seqs(visit)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
  expect(reports.map(({ type }) => type)).toEqual(['system.broker_lost', 'system.broker_found']);
});

it('of more than can wait the oldest are skipped, which is told once, when the broker is back', async () => {
  const { service, reports, broker } = await room();
  for (const event of toggles(3000)) service.announcer.publish([event]);
  await until(() => reports.length > 0, 'the loss to be told');
  const visit = await broker();
  await until(() => seqs(visit).at(-1) === 3000, 'the newest event');
  const told = seqs(visit);
  expect(told).toEqual(told.toSorted((one, other) => one - other));
  const skipped = await until(() => reports.find(({ type }) => type === 'system.events_skipped'), 'the gap');
  const { count, after, until: last } = skipped.payload;
  const missing = Array.from({ length: 3000 }, (_, index) => index + 1).filter((seq) => !told.includes(seq));
  expect([count, Number(after) + 1, last]).toEqual([missing.length, missing[0], missing.at(-1)]);
  expect(reports.filter(({ type }) => type === 'system.events_skipped')).toHaveLength(1);
});

it('names the settings that do nothing here, once', async () => {
  const { log } = await room({ limits: { connections: 7 }, listen: ['127.0.0.1:9'] });
  const named = log.filter(({ msg }) => String(msg).startsWith('these settings do nothing'));
  expect(named).toMatchObject([{ settings: ['mqtt.listen', 'mqtt.limits'] }]);
  expect((await room()).log.filter(({ msg }) => String(msg).startsWith('these settings do nothing'))).toEqual([]);
});
