/** The room between the engine and a broker that is away. */
import type { Packet } from 'mqtt-packet';
import { afterEach, expect, it } from 'vitest';
import { type Authenticator, local } from '../../../src/core/access/account.ts';
import { configSchema } from '../../../src/model/config.ts';
import type { DiunaEvent, Notice, NoticeType } from '../../../src/model/event.ts';
import { ExternalService } from '../../../src/mqtt/external/external-service.ts';
import { loggerTo } from '../../../src/system/logger.ts';
import { realClock } from '../../../src/system/real-clock.ts';
import { freePort } from '../../support/daemon.ts';
import { accept, freshWorld } from '../../support/deciding.ts';
import { FakeBroker, obey, type Visit } from '../../support/fake-broker.ts';
import { until } from '../../support/until.ts';

/** It is not asked by this room, but for whether there are users. */
function authenticatorFor(isRequired: boolean): Authenticator {
  return { isRequired, authenticate: () => Promise.resolve({ ok: true, value: local }), renew: (account) => account };
}

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

async function room(more: Readonly<Record<string, unknown>> = {}, hasUsers = false) {
  const port = await freePort();
  const reports: { type: NoticeType; payload: Readonly<Record<string, unknown>> }[] = [];
  const log: Record<string, unknown>[] = [];
  const service = new ExternalService({
    config: config(port, more),
    clock: realClock,
    logger: loggerTo({ write: (line) => void log.push(JSON.parse(line)) }, 'debug').room('mqtt'),
    submit: () => undefined,
    report: (type, payload) => void reports.push({ type, payload }),
    authenticator: authenticatorFor(hasUsers),
  });
  await service.open();
  await service.listen();
  things.push(() => service.stop());
  const broker = async (ignores: (packet: Packet) => boolean = () => false) => {
    const started: FakeBroker = await FakeBroker.start(port, (visit, packet) => {
      if (packet.cmd === 'connect') visit.welcome(false);
      else if (!ignores(packet)) obey(visit, packet);
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

const notice: Notice = {
  id: 'n',
  type: 'system.started',
  timestamp: '2026-01-01T00:00:00.000Z',
  source: 'system',
  origin: null,
  trigger: null,
  request_id: null,
  payload: {},
};
const unused = (log: readonly Record<string, unknown>[]) => log.filter(({ msg }) => String(msg).startsWith('these settings do nothing'));

it('names the settings that do nothing here, once, and none that HTTP goes by', async () => {
  const { log } = await room({ limits: { connections: 7, connect_timeout: 5 }, listen: ['127.0.0.1:9'] }, true);
  expect(unused(log)).toMatchObject([{ settings: ['users', 'mqtt.listen', 'mqtt.limits.connections'] }]);
  expect(unused((await room({ limits: { connect_timeout: 5 } })).log)).toEqual([]);
});

it('a password file that there is not is told with the setting that names it', async () => {
  const { reports } = await room({ broker: { username: 'lights', password_file: '/there/is/none' } });
  const { payload } = await until(() => reports[0], 'the complaint');
  expect(payload).toMatchObject({
    code: 'ENOENT',
    why: 'there is no file /there/is/none',
    cure: 'make it, or name the right one in mqtt.broker.password_file',
  });
});

it('tells of replies that a slow broker makes it give up when it happens, and of no outage', async () => {
  const { service, log, broker } = await room();
  const visit = await broker(({ cmd }) => cmd === 'publish');
  await visit.hear('publish');
  for (let index = 0; index < 1200; index += 1) service.announcer.notice(notice);
  const told = () => log.filter(({ msg }) => String(msg).includes('given up'));
  await until(() => told().length > 0, 'the warning');
  expect(told()).toMatchObject([{ msg: 'the broker takes replies and notices too slowly: of those that wait the oldest are given up' }]);
});
