/** Who is let in, what who is not is told, and what must not happen before. */
import { expect, it } from 'vitest';
import { collect } from '../../support/collect.ts';
import { until } from '../../support/until.ts';
import { Guest, open, Raw, Users } from './stage.ts';

const users = () => new Users().add('ann').add('root', 'admin');

/** The line of the log that says who, from where and why. */
const lineOf = (log: readonly Record<string, unknown>[], guard: string) => log.find((line) => line['guard'] === guard);

/** For a witness whose round trips are many. */
const unhurried = { limits: { messages_per_second: 100_000, message_burst: 100_000 } };

/** Meanwhile the broker has had as many turns to do what it was sent. */
async function roundTrips(witness: Guest, count: number): Promise<void> {
  for (let trip = 0; trip < count; trip += 1) await witness.mqtt.publishAsync('round/trip', '', { qos: 1 });
}

it.each([
  ['a wrong password', { username: 'ann', password: Buffer.from('wrong') }, 4, 0x86, 'credentials'],
  ['no user', {}, 4, 0x86, 'credentials'],
  ['a password that is no text', { username: 'ann', password: Buffer.from([0xff, 0xfe]) }, 4, 0x86, 'credentials'],
  ['a password without end', { username: 'ann', password: Buffer.alloc(4097, 'a') }, 4, 0x86, 'credentials'],
  ['a user name without end', { username: 'a'.repeat(4097), password: Buffer.from('a') }, 4, 0x86, 'credentials'],
  ['__proto__', { username: '__proto__', password: Buffer.from('__proto__') }, 4, 0x86, 'credentials'],
  ['one that failed too often', { username: 'ann', password: Buffer.from('hurry') }, 3, 0x9f, 'login_rate'],
  ['one whose login breaks', { username: 'ann', password: Buffer.from('break') }, 3, 0x88, 'login_failed'],
])('%s stays outside, is told so and is logged once, without its password', async (_who, login, returnCode, reasonCode, guard) => {
  const room = await open(users());
  for (const [version, code] of [
    [4, returnCode],
    [5, reasonCode],
  ] as const) {
    const raw = await Raw.open(room, version);
    raw.connect({ clientId: `raw${version}`, ...login });
    expect(await raw.answered()).toBe(code);
    await until(() => raw.closed, 'the end');
    expect(raw.received).toHaveLength(1);
  }
  expect(room.service.guards).toEqual({ [guard]: 2 });
  expect(lineOf(room.log, guard)).toMatchObject({ client: 'raw4', address: '127.0.0.1', why: expect.any(String) });
  expect(room.log.filter((line) => line['guard'] === guard)).toHaveLength(2);
  expect(JSON.stringify(room.log)).not.toMatch(/hurry|break"|wrong|aaaaaaa/);
});

it('without users everybody is let in, whatever they say of themselves', async () => {
  const desk = new Users();
  desk.isRequired = false;
  const room = await open(desk);
  const raw = await Raw.open(room);
  raw.connect({ username: 'ann', password: Buffer.from([0xff]) });
  expect(await raw.answered()).toBe(0);
  expect(desk.asked).toEqual([]);
});

it('nothing that comes with the login is served before it is through, and all of it after', async () => {
  const desk = users();
  const room = await open(desk);
  const witness = await Guest.connect(room, 'witness', 'root');
  await witness.subscribe(['early', 'marker']);
  for (const version of [4, 5] as const) {
    desk.hold();
    const [before, heard] = [desk.asked.length, witness.heard.length];
    const raw = await Raw.open(room, version);
    raw.connect({ clientId: `hasty${version}`, username: 'root', password: Buffer.from('root') });
    raw.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'diuna/status', qos: 0 }] });
    raw.send({ cmd: 'publish', topic: 'early', payload: 'x', qos: 0, retain: false, dup: false });
    await until(() => desk.asked.length > before, 'the question');
    await witness.mqtt.publishAsync('marker', 'x', { qos: 1 });
    await until(() => witness.heard.length > heard, 'the marker');
    expect([raw.received, witness.heard.slice(heard)]).toEqual([[], ['marker']]);
    desk.letGo();
    expect(await raw.answered()).toBe(0);
    await until(() => witness.heard.at(-1) === 'early' && raw.received.some(({ cmd }) => cmd === 'publish'), 'what was sent early');
    expect(raw.received[0]?.cmd).toBe('connack');
  }
});

it('nothing that comes with a login that fails is ever served', async () => {
  const room = await open(users());
  const witness = await Guest.connect(room, 'witness', 'root');
  await witness.subscribe(['#']);
  for (const version of [4, 5] as const) {
    const raw = await Raw.open(room, version);
    raw.connect({ clientId: 'hasty', username: 'ann', password: Buffer.from('no') });
    raw.send({ cmd: 'publish', topic: 'early', payload: 'x', qos: 0, retain: true, dup: false });
    await until(() => raw.closed, 'the end');
  }
  await witness.mqtt.publishAsync('marker', 'x', { qos: 1 });
  await until(() => witness.heard.includes('marker'), 'the marker');
  expect(witness.heard).not.toContain('early');
});

it.each([4, 5] as const)('a flood behind a login that is under way is bounded, with MQTT %d', async (version) => {
  const desk = users();
  const room = await open(desk, unhurried);
  const witness = await Guest.connect(room, 'witness', 'root');
  desk.hold();
  const raw = await Raw.open(room, version);
  raw.connect({ username: 'root', password: Buffer.from('root') });
  await until(() => desk.asked.length === 2, 'the question');
  collect();
  const before = process.memoryUsage().arrayBuffers;
  const packet = { cmd: 'publish', topic: 'early', payload: Buffer.alloc(60_000), qos: 0, retain: false, dup: false } as const;
  for (let sent = 0; sent < 500; sent += 1) raw.send(packet);
  await roundTrips(witness, 500);
  expect(raw.socket.writableLength).toBeGreaterThan(20_000_000); // the broker reads no more
  collect();
  expect(process.memoryUsage().arrayBuffers - before - raw.socket.writableLength).toBeLessThan(8_000_000);
  raw.socket.destroy();
  desk.letGo();
});

it.each([4, 5] as const)('who hangs up while it is looked at leaves no trace, with MQTT %d', async (version) => {
  const desk = users();
  const room = await open(desk, unhurried);
  const witness = await Guest.connect(room, 'witness', 'root');
  desk.hold();
  const will = { topic: 'last/word', payload: Buffer.from('x'), qos: 1, retain: true } as const;
  for (const [index, end] of (['end', 'destroy', 'resetAndDestroy'] as const).entries()) {
    const raw = await Raw.open(room, version);
    raw.connect({ clientId: 'ghost', username: 'root', password: Buffer.from('root'), clean: false, will });
    await until(() => desk.asked.length === index + 2, 'the question');
    raw.socket[end]();
  }
  await roundTrips(witness, 20);
  desk.letGo();
  await roundTrips(witness, 20);
  expect(room.service.connectedClients).toBe(1);
  const ann = await Guest.connect(room, 'ghost', 'ann');
  const root = await Guest.connect(room, 'other', 'root');
  await root.subscribe(['#']);
  await root.mqtt.publishAsync('marker', 'x', { qos: 1 });
  await until(() => root.heard.includes('marker'), 'the marker');
  expect([ann.mqtt.connected, root.heard.includes('last/word'), room.service.connectedClients]).toEqual([true, false, 3]);
});

it('of two that want one id at once, the first user has it', async () => {
  const desk = users();
  const room = await open(desk);
  desk.hold();
  const [first, second] = [await Raw.open(room), await Raw.open(room, 5)];
  first.connect({ clientId: 'one', username: 'ann', password: Buffer.from('ann') });
  await until(() => desk.asked.length === 1, 'the first');
  second.connect({ clientId: 'one', username: 'root', password: Buffer.from('root') });
  await until(() => desk.asked.length === 2, 'the second');
  desk.letGo();
  expect([await first.answered(), await second.answered()]).toEqual([0, 0x85]);
});

it('the stop of the broker waits for no login', async () => {
  const desk = users();
  const room = await open(desk);
  desk.hold();
  const raw = await Raw.open(room);
  raw.connect({ username: 'root', password: Buffer.from('root') });
  await until(() => desk.asked.length === 1, 'the question');
  await room.service.stop();
  desk.letGo();
  await until(() => raw.closed, 'the end');
});
