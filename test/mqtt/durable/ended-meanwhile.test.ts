/** What a start does with more than there is room for: which retained messages stay, and what becomes of sessions that end by it. */
import { Aedes } from 'aedes';
import { describe, expect, it } from 'vitest';
import { mqttLimitsSchema } from '../../../src/model/config-limits.ts';
import { Durable } from '../../../src/mqtt/durable/durable.ts';
import { storeParts } from '../../../src/mqtt/guards/private-parts.ts';
import { KeptLog } from '../../../src/store/kept-log/kept-log.ts';
import { FakeDisk } from '../../store/support/fake-disk.ts';
import { FakeClock } from '../../support/fakes.ts';
import { until } from '../../support/until.ts';
import { keeping, Listener } from './client.ts';
import { atEnd, House, type Setup } from './stage.ts';

const path = '/broker.jsonl';
const START_MS = 1_800_000_000_000;

function at(wall: number): FakeClock {
  return Object.assign(new FakeClock(), { wall });
}

async function connect(house: House, id: string, options: Parameters<typeof Listener.connect>[2] = {}): Promise<Listener> {
  const client = await Listener.connect(house.port, id, options);
  atEnd(() => client.mqtt.endAsync(true));
  return client;
}

/** The newest lines of the log, by key. */
function logged(disk: FakeDisk): Map<string, unknown> {
  const newest = new Map<string, unknown>();
  if (!disk.paths.includes(path)) return newest;
  for (const line of disk.text(path).trimEnd().split('\n')) {
    const { k, v } = JSON.parse(line).record;
    newest.delete(k);
    if (v !== undefined) newest.set(k, v);
  }
  return newest;
}

async function next(disk: FakeDisk, setup: Partial<Setup> = {}): Promise<{ house: House; disk: FakeDisk }> {
  const survivor = disk.afterPowerCut(() => 0);
  return { house: await House.open({ files: survivor, ...setup }), disk: survivor };
}

describe('retained messages', () => {
  it('keep their order when the log is written anew, so that with less room the newest stay', async () => {
    const disk = new FakeDisk();
    const house = await House.open({ files: disk });
    const sender = await connect(house, 'sender');
    for (const topic of ['old', 'middle', 'new']) await sender.mqtt.publishAsync(topic, topic, { qos: 1, retain: true });
    await house.stop();
    const file = await disk.open(path, 'update');
    await file.write(Buffer.from('{"crc":"0000'), disk.text(path).length); // torn, so that the next run writes it anew
    await file.sync();
    const second = await next(disk);
    await until(() => !second.disk.text(path).includes('"0000'), 'the log to be written anew');
    await second.house.stop();
    expect([...logged(second.disk).keys()]).toEqual(['r/old', 'r/middle', 'r/new']);
    const third = await next(second.disk, { limits: { retained_topics: 1 } });
    await third.house.stop();
    expect([...logged(third.disk).keys()]).toEqual(['r/new']);
  });
});

/** Sessions of version 5 whose clients died one second after the other, each with a will that waits for an hour. */
async function died(ids: readonly string[], expiry = 7200): Promise<FakeDisk> {
  const disk = new FakeDisk();
  const house = await House.open({ files: disk, clock: at(START_MS) });
  for (const id of ids) {
    const will = {
      topic: `will/${id}`,
      payload: Buffer.from('gone'),
      qos: 1 as const,
      retain: true,
      properties: { willDelayInterval: 3600 },
    };
    const client = await connect(house, id, { ...keeping(5, expiry), will });
    await client.mqtt.subscribeAsync('q', { qos: 1 });
    await client.vanish();
    await until(() => logged(disk.afterPowerCut(() => 0)).has(`a/${id}`), 'the will to be kept');
    house.clock.monotonic += 1_000_000;
    house.clock.wall += 1000;
  }
  return disk;
}

/** A start that comes as far as that all is read, and written that there is to write. */
async function restored(files: FakeDisk, wall: number, limits: Record<string, number>): Promise<void> {
  const log = new KeptLog({ path, files, report: () => undefined, access: () => 'write', part: 'broker' });
  const logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
  const parsed = mqttLimitsSchema.parse(limits);
  const durable = new Durable({ log, limits: parsed, isOurs: () => false, userOf: () => null, clock: at(wall), logger });
  const aedes = new Aedes();
  await aedes.listen();
  await durable.restore(storeParts(aedes));
  durable.stop();
  await log.close();
  await new Promise<void>((resolve) => aedes.close(resolve));
}

function shortened(house: House): unknown {
  return house.log.find(({ message }) => String(message).includes('stored_sessions'));
}

describe('sessions beyond a bound that was lowered', () => {
  it('end, those longest away, with a word in the log and with their wills spoken, once', async () => {
    const first = await died(['oldest', 'older', 'newest']);
    const setup = { clock: at(START_MS + 10_000), limits: { stored_sessions: 1 } };
    const { house, disk } = await next(first, setup);
    await until(() => house.admitted.length === 2, 'the wills');
    expect(house.admitted).toEqual([
      ['oldest', 'will/oldest'],
      ['older', 'will/older'],
    ]);
    expect(shortened(house)).toMatchObject({ sessions: 2 });
    await house.stop();
    expect([...logged(disk).keys()].filter((key) => !key.startsWith('r/')).toSorted()).toEqual(['a/newest', 's/newest']);
    const again = await next(disk, setup);
    expect([again.house.admitted, shortened(again.house)]).toEqual([[], undefined]);
    const client = await connect(again.house, 'newest', keeping(5));
    expect(client.connack.sessionPresent).toBe(true);
  });

  it('all end where none may be', async () => {
    const { house, disk } = await next(await died(['a', 'b']), { clock: at(START_MS + 10_000), limits: { stored_sessions: 0 } });
    await until(() => house.admitted.length === 2, 'the wills');
    await house.stop();
    expect([...logged(disk).keys()].filter((key) => !key.startsWith('r/'))).toEqual([]);
  });

  it('of version 3.1.1 end with a word in the log', async () => {
    const disk = new FakeDisk();
    const first = await House.open({ files: disk });
    for (const id of ['one', 'two']) await (await connect(first, id, keeping(4))).end();
    await first.stop();
    const { house } = await next(disk, { limits: { stored_sessions: 1 } });
    expect(shortened(house)).toMatchObject({ sessions: 1 });
  });
});

describe('the will of a session that ended meanwhile', () => {
  it.each([
    { why: 'its time had passed', wall: START_MS + 8_000_000, limits: {} },
    { why: 'there were too many', wall: START_MS + 10_000, limits: { stored_sessions: 0 } },
  ])('as $why outlives a power cut before it is spoken', async ({ wall, limits }) => {
    const first = await died(['mortal']);
    const survivor = first.afterPowerCut(() => 0);
    await restored(survivor, wall, limits);
    expect([...logged(survivor).keys()].toSorted()).toEqual(['a/mortal', 's/mortal']);
    const { house, disk } = await next(survivor, { clock: at(wall), limits });
    await until(() => house.admitted.length === 1, 'the will');
    await house.stop();
    expect([...logged(disk).keys()].filter((key) => !key.startsWith('r/'))).toEqual([]);
    expect((await next(disk, { clock: at(wall), limits })).house.admitted).toEqual([]);
  });
});
