/** What a reload changes of users and rights, for those who are there too; and who comes without any. */
import { join } from 'node:path';
import mqtt, { type IClientOptions } from 'mqtt';
import { describe, expect, it } from 'vitest';
import { TokenDesk } from '../../src/system/access/token-desk.ts';
import { realClock } from '../../src/system/real-clock.ts';
import { TestClient } from '../support/client.ts';
import { makeHome, startInProcess } from '../support/daemon.ts';
import { until } from '../support/until.ts';
import { as, passwordOf, usersOf } from './access-users.ts';
import { stage } from './stage.ts';

const users = await usersOf({ root: { role: 'admin' }, ann: { role: 'controller' }, bob: { role: 'viewer' } });
const { ann, bob, root } = users;
const house = stage({ users });
const open = [{ topic: 'free/#', allow: 'readwrite' }];

async function reload(sections: Readonly<Record<string, unknown>>): Promise<void> {
  await house.home.configure({ users, ...sections });
  await house.running.daemon.reload();
}

describe('a reload', () => {
  it('takes and gives zones and roles at once', async () => {
    const phone = await house.client('phone', as('ann'));
    const toggle = (zone: string) => phone.ask({ type: 'zone.toggle', zone });
    expect(await toggle('floor')).toMatchObject({ ok: true });
    await reload({ users: { ...users, ann: { ...ann, zones: ['shelf'] } } });
    expect(await toggle('floor')).toMatchObject({ ok: false, error: { code: 'forbidden' } });
    expect(await toggle('shelf')).toMatchObject({ ok: true });
    await reload({ users: { ...users, ann: { ...ann, role: 'viewer' } } });
    expect(await toggle('shelf')).toMatchObject({ ok: false, error: { code: 'forbidden' } });
    await reload({});
    expect(await toggle('floor')).toMatchObject({ ok: true });
    expect(phone.mqtt.connected).toBe(true);
  });

  it('takes rules away from subscriptions that there are', async () => {
    await reload({ mqtt: { access: open } });
    const tablet = await house.client('tablet', as('bob'));
    const console = await house.client('console', as('root'));
    await tablet.mqtt.subscribeAsync(['free/#', 'diuna/status'], { qos: 1 });
    await console.mqtt.publishAsync('free/a', '1', { qos: 1, retain: true });
    await until(() => tablet.on('free/a')[0], 'what it may read');
    await reload({});
    await console.mqtt.publishAsync('free/a', '2', { qos: 1, retain: true });
    await reload({ mqtt: { access: open } });
    await console.mqtt.publishAsync('free/a', '3', { qos: 1, retain: true });
    await until(() => tablet.on('free/a').length === 2, 'what it may read again');
    expect(tablet.on('free/a').map(({ payload }) => payload)).toEqual(['1', '3']);
    await reload({});
  });

  it('puts out who is gone or has another password, and lets the new one in', async () => {
    const [phone, tablet] = [await house.client('phone', as('ann')), await house.client('tablet', as('bob', { protocolVersion: 5 }))];
    const reasons: unknown[] = [];
    tablet.mqtt.on('disconnect', ({ reasonCode }) => reasons.push(reasonCode));
    const { ann: changed } = await usersOf({ ann: { role: 'controller' } }); // another salt, and so another hash
    await reload({ users: { root, ann: changed } });
    await until(() => !phone.mqtt.connected && !tablet.mqtt.connected, 'both to go');
    expect(reasons).toEqual([0x87]);
    await house.client('phone', as('ann'));
    await expect(house.client('tablet', as('bob'))).rejects.toThrow('Connection refused: Bad username or password');
    await reload({});
    await house.client('tablet', as('bob'));
    expect(bob).toBeDefined();
  });
});

describe('who comes', () => {
  it.each([
    ['without a name', {}],
    ['with a wrong password', { username: 'ann', password: 'wrong-secret' }],
    ['as nobody', { username: 'nobody', password: 'wrong-secret' }],
    ['as an object', { username: '__proto__', password: 'wrong-secret' }],
  ])('%s is refused and logged, without the password', async (_how, options) => {
    const home = await makeHome({ users });
    await using running = await startInProcess(home);
    await expect(TestClient.connect(home.port, 'stranger', options)).rejects.toThrow('Connection refused: Bad username or password');
    const five = TestClient.connect(home.port, 'stranger', { protocolVersion: 5, ...options });
    await expect(five).rejects.toMatchObject({ code: 0x86 });
    const lines = running.log.filter(({ guard }) => guard === 'credentials');
    expect(lines[0]).toMatchObject({ client: 'stranger', address: '127.0.0.1', why: expect.any(String) });
    expect(JSON.stringify(running.log)).not.toContain('wrong-secret');
    await using known = await TestClient.connect(home.port, 'phone', as('ann'));
    expect(known.mqtt.connected).toBe(true);
    expect(JSON.stringify(running.log)).not.toContain(passwordOf('ann'));
    await home.remove();
  });

  it('beyond loopback in the clear is warned of at start', async () => {
    const home = await makeHome({ users });
    await home.configure({ users, mqtt: { listen: [`0.0.0.0:${home.port}`] } });
    await using running = await startInProcess(home);
    expect(running.log.find(({ msg }) => String(msg).startsWith('passwords travel in the clear'))).toMatchObject({ level: 'warn' });
    await home.remove();
  });

  it('is not let in any more when the users are taken away, before the daemon starts anew', async () => {
    const home = await makeHome({ users });
    await using running = await startInProcess(home);
    await using phone = await TestClient.connect(home.port, 'phone', as('ann'));
    await home.configure({});
    await running.daemon.reload();
    await until(() => !phone.mqtt.connected, 'the end');
    await expect(TestClient.connect(home.port, 'stranger')).rejects.toThrow('Connection refused');
    expect(running.log.find(({ msg }) => msg === 'these settings change at the next start')).toMatchObject({ waiting: ['users'] });
    await home.remove();
  });
});

describe('a token', () => {
  it('lets in for as long as it lasts: its clients go when it ends, and soon after it was revoked', async () => {
    const desk = new TokenDesk(join(house.home.folder, 'data'), realClock);
    const wish = { name: 'display', role: 'viewer', zones: null, algorithm: null } as const;
    const [short, long] = [await desk.create({ ...wish, lifeMs: 3000 }), await desk.create({ ...wish, lifeMs: 600_000 })];
    const login = (token: string): IClientOptions => ({ username: 'display', password: token, protocolVersion: 5 });
    const first = await house.client('first', login(short.token));
    const second = await house.client('second', login(long.token));
    expect(await second.ask({ type: 'state.get' })).toMatchObject({ ok: true });
    await until(() => !first.mqtt.connected, 'the end of the first');
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(short.entry.expires));
    expect(second.mqtt.connected).toBe(true);
    await desk.revoke(long.entry.id);
    await until(() => !second.mqtt.connected, 'the end of the second');
    await expect(house.client('second', login(long.token))).rejects.toMatchObject({ code: 0x86 });
    expect(JSON.stringify(house.running.log)).not.toContain(long.token.split('.').at(-1));
  });
});

it('a session that is kept is its user’s after a restart too, and what waits in it', async () => {
  const kept = { clean: false, protocolVersion: 5, properties: { sessionExpiryInterval: 600 } } as const;
  const phone = await house.client('kept', as('ann', kept));
  await phone.mqtt.subscribeAsync('diuna/zone/floor/state', { qos: 1 });
  await phone.mqtt.endAsync();
  const root = await house.client('console', as('root'));
  await root.ask({ type: 'zone.set_brightness', zone: 'floor', brightness: 123 });
  await house.restart();
  for (const other of ['bob', 'root'])
    await expect(house.client('kept', as(other))).rejects.toThrow('Connection refused: Identifier rejected');
  const heard: unknown[] = [];
  const back = mqtt.connect(`mqtt://127.0.0.1:${house.home.port}`, { clientId: 'kept', reconnectPeriod: 0, ...as('ann', kept) });
  back.on('message', (topic, payload) => heard.push([topic, JSON.parse(payload.toString()).brightness]));
  await until(() => heard[0], 'what waited');
  expect(heard[0]).toEqual(['diuna/zone/floor/state', 123]);
  await back.endAsync();
});
