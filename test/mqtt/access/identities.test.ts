/** Whose a client id is, what an account may while it lasts, and what is left of it afterwards. */
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { Aedes, type Client } from 'aedes';
import { describe, expect, it, onTestFinished } from 'vitest';
import { local } from '../../../src/core/access/account.ts';
import { Identities } from '../../../src/mqtt/access/identities.ts';
import { until } from '../../support/until.ts';
import { Guest, open, Raw, type Room, Users } from './stage.ts';

const users = () => new Users().add('ann').add('bob').add('root', 'admin');

/** A round trip: what was on its way to the client is there. */
async function settled(client: Guest): Promise<void> {
  await client.subscribe(['diuna/status']);
}

async function codeOf(room: Room, clientId: string, user: string, version: 4 | 5 = 4): Promise<number | undefined> {
  const raw = await Raw.open(room, version);
  raw.connect({ clientId, username: user, password: Buffer.from(user) });
  const code = await raw.answered();
  raw.socket.destroy();
  return code;
}

it('sessions of an earlier process are their users’, and what waits for them is judged by these', () => {
  const desk = users();
  const rules = [{ topic: 'board', allow: 'readwrite' }] as const;
  const identities = new Identities({ base: 'diuna', rules, authenticator: desk, isAway: () => true, sessionsMost: 10 });
  const owners = [
    ['phone', 'ann'],
    ['script', 'unknown'],
    ['__proto__', 'root'],
  ] as const;
  identities.remember(new Map(owners));
  expect([...owners.map(([id]) => identities.userOf(id)), identities.userOf('constructor')]).toEqual(['ann', 'unknown', 'root', null]);
  expect(owners.map(([id]) => identities.mayKeep(id, 'secret'))).toEqual([false, true, true]);
  expect(owners.map(([id]) => identities.mayWrite(id, 'secret'))).toEqual([false, false, true]);
  expect([...owners.map(([id]) => identities.mayWrite(id, 'board')), identities.mayWrite('stranger', 'board')]).toEqual([
    true,
    false,
    true,
    false,
  ]);
  expect(owners.map(([id]) => identities.accountOf(id).role)).toEqual(['viewer', 'viewer', 'admin']);
  const enters = (id: string, user: string) => {
    const client = Object.assign(new Aedes().handle(new PassThrough()), { id });
    onTestFinished(() => client.close());
    const account = desk.accounts.get(user);
    return account !== undefined && identities.enter(client, account);
  };
  expect(owners.map(([id]) => enters(id, 'bob'))).toEqual([false, false, false]);
  expect([enters('phone', 'ann'), identities.userOf('phone')]).toEqual([true, 'ann']);
});

async function closed(client: Client): Promise<void> {
  const end = once(client.conn, 'close');
  client.close();
  await end;
}

it('of two connections of one client the first keeps the id where the second goes before it was let in', async () => {
  const desk = users();
  const identities = new Identities({ base: 'diuna', rules: [], authenticator: desk, isAway: () => false, sessionsMost: 10 });
  const account = desk.accounts.get('ann') ?? local;
  const [first, second] = ['phone', 'phone'].map((id) => Object.assign(new Aedes().handle(new PassThrough()), { id }));
  if (first === undefined || second === undefined) throw new Error('there are two');
  expect([identities.enter(first, account), identities.enter(second, account)]).toEqual([true, true]);
  await closed(second);
  expect(identities.userOf('phone')).toBe('ann');
  desk.accounts.delete('ann');
  expect(identities.review([])).toEqual([first]);
  await closed(first);
  expect(identities.userOf('phone')).toBe(null);
});

describe('a client id', () => {
  it.each(['phone', '__proto__', 'constructor', 'a/b'])(
    '%s is its user’s while it is connected: nobody else takes over, not an admin',
    async (id) => {
      const room = await open(users());
      const phone = await Guest.connect(room, id, 'ann');
      expect([await codeOf(room, id, 'bob'), await codeOf(room, id, 'root'), await codeOf(room, id, 'bob', 5)]).toEqual([2, 2, 0x85]);
      expect(phone.mqtt.connected).toBe(true);
      expect(room.service.guards).toEqual({ client_id_taken: 3 });
      const again = await Guest.connect(room, id, 'ann', { protocolVersion: 5 });
      await phone.gone();
      expect(again.mqtt.connected).toBe(true);
      await again.mqtt.endAsync();
      await until(() => room.service.connectedClients === 0, 'the end');
      expect(await codeOf(room, id, 'bob')).toBe(0);
    },
  );

  it.each([4, 5] as const)('is its user’s while its session is kept, with MQTT %d', async (version) => {
    const room = await open(users());
    const options = { protocolVersion: version, clean: false, properties: version === 5 ? { sessionExpiryInterval: 60 } : {} };
    const phone = await Guest.connect(room, 'phone', 'ann', options);
    await phone.mqtt.endAsync();
    await until(() => room.service.connectedClients === 0, 'the end');
    expect([await codeOf(room, 'phone', 'bob'), await codeOf(room, 'phone', 'root', 5)]).toEqual([2, 0x85]);
    expect(await codeOf(room, 'phone', 'ann')).toBe(0); // clean: the session ends
    await until(() => room.service.connectedClients === 0, 'the end');
    expect(await codeOf(room, 'phone', 'bob')).toBe(0);
  });

  it('is anybody’s without users', async () => {
    const desk = new Users();
    desk.isRequired = false;
    const room = await open(desk);
    const first = await Guest.connect(room, 'phone', 'ann');
    await Guest.connect(room, 'phone', 'bob');
    await first.gone();
    expect(room.service.guards).toEqual({});
  });
});

describe('what is kept of a session', () => {
  it('is judged by the account that comes for it', async () => {
    const desk = users();
    const room = await open(desk, { access: [{ topic: 'home/#', allow: 'read', roles: ['controller'] }] });
    desk.add('ann', 'admin');
    const before = await Guest.connect(room, 'phone', 'ann', { clean: false });
    expect(await before.subscribe(['diuna/client/+/response', 'home/#', 'secret'])).toEqual([1, 1, 1]);
    await before.vanish();
    const root = await Guest.connect(room, 'root', 'root');
    for (const topic of ['home/a', 'secret']) await root.mqtt.publishAsync(topic, 'x', { qos: 1 });
    await root.mqtt.publishAsync('diuna/status', 'x', { qos: 1 }); // refused, with a reply to root
    desk.add('ann', 'controller');
    const after = await Guest.connect(room, 'phone', 'ann', { clean: false });
    await until(() => after.heard.includes('home/a'), 'what it may read');
    for (const topic of ['secret', 'home/b']) await root.mqtt.publishAsync(topic, 'x', { qos: 1 });
    await until(() => after.heard.includes('home/b'), 'what it may read');
    expect(after.heard).toEqual(['home/a', 'home/b']);
  });

  it('never holds what its account may not read', async () => {
    const desk = users();
    const room = await open(desk);
    const phone = await Guest.connect(room, 'phone', 'ann', { clean: false });
    await phone.subscribe(['#']);
    await phone.vanish();
    const root = await Guest.connect(room, 'root', 'root');
    await root.mqtt.publishAsync('secret', 'x', { qos: 1 });
    await root.mqtt.publishAsync('diuna/status', 'x', { qos: 1 });
    desk.add('ann', 'admin');
    const back = await Guest.connect(room, 'phone', 'ann', { clean: false });
    await back.mqtt.publishAsync('marker', 'x', { qos: 1 });
    await until(() => back.heard.includes('marker'), 'the marker');
    expect(back.heard).toEqual(['marker']);
  });

  it('a denied filter beside an allowed one leaves nothing, live or kept', async () => {
    const room = await open(users(), { access: [{ topic: 'home/#', allow: 'read', users: ['ann'] }] });
    for (const version of [4, 5] as const) {
      const properties = version === 5 ? { sessionExpiryInterval: 60 } : {};
      const options = { protocolVersion: version, clean: false, properties };
      const phone = await Guest.connect(room, `phone${version}`, 'ann', options);
      const filters = { 'home/a': { qos: 1 }, secret: { qos: 1 }, 'diuna/client/root/response': { qos: 1 } } as const;
      const packet = await new Promise<readonly unknown[]>((resolve) => {
        phone.mqtt.subscribe(filters, (_cause, _granted, suback) => resolve(suback?.granted ?? []));
      });
      expect(packet).toEqual(version === 5 ? [1, 0x87, 0x87] : [1, 128, 128]);
      await phone.vanish();
      const root = await Guest.connect(room, 'root', 'root');
      for (const topic of ['secret', 'home/a', 'diuna/status']) await root.mqtt.publishAsync(topic, '1', { qos: 1 });
      const back = await Guest.connect(room, `phone${version}`, 'ann', options);
      for (const topic of ['secret', 'diuna/status', 'home/a']) await root.mqtt.publishAsync(topic, '2', { qos: 1 });
      await until(() => back.heard.length === 2, 'what it may read');
      expect(back.heard).toEqual(['home/a', 'home/a']);
      await root.mqtt.endAsync();
    }
  });
});

describe('a will', () => {
  const will = (topic: string, payload = '{}') => ({ topic, payload: Buffer.from(payload), qos: 1 as const, retain: false });

  it.each([
    ['free', 4, 5],
    ['diuna/status', 4, 5],
    ['diuna/client/root/command', 4, 5],
    ['diuna/zone/floor/set', 4, 5],
    ['$SYS/x', 4, 5],
    ['free', 5, 0x87],
  ] as const)('on %s, where it may not be, keeps a viewer out with MQTT %d', async (topic, version, code) => {
    const room = await open(users());
    const raw = await Raw.open(room, version);
    raw.connect({ clientId: 'phone', username: 'ann', password: Buffer.from('ann'), will: will(topic, 'ON') });
    expect(await raw.answered()).toBe(code);
    expect(room.log.find(({ guard }) => guard === 'will')).toMatchObject({ client: 'phone', why: expect.stringContaining('user ann') });
  });

  it('comes later, and is judged as its client would be then', async () => {
    const desk = users();
    const room = await open(desk, { access: [{ topic: 'wills/%c', allow: 'readwrite' }] });
    const root = await Guest.connect(room, 'root', 'root');
    await root.subscribe(['#']);
    const willDelayInterval = 1;
    const die = async (clientId: string, user: string, topic = `wills/${clientId}`) => {
      const properties = { sessionExpiryInterval: 60 };
      const lastWill = { ...will(topic, '{"request_id":"W","type":"zone.toggle","zone":"floor"}'), properties: { willDelayInterval } };
      await (await Guest.connect(room, clientId, user, { protocolVersion: 5, properties, will: lastWill })).vanish();
    };
    desk.add('eve', 'controller').add('fay', 'controller', { zones: new Set(['floor']) });
    await die('a', 'ann');
    await die('b', 'bob');
    await die('e', 'eve', 'diuna/client/e/command');
    await die('f', 'fay', 'diuna/client/f/command');
    desk.accounts.delete('bob');
    desk.add('eve', 'viewer');
    await until(() => room.submitted.length === 3 && root.heard.includes('wills/a'), 'the wills');
    await settled(root);
    expect(root.heard.filter((topic) => topic.startsWith('wills/'))).toEqual(['wills/a']);
    const verdicts = room.submitted.map(({ origin, request }) => [origin, request.ok ? 'taken' : request.error.refusal.code]);
    expect(verdicts.toSorted((a, b) => String(a).localeCompare(String(b)))).toEqual([
      ['b', 'forbidden'],
      ['e', 'forbidden'],
      ['f', 'taken'],
    ]);
  });

  it('of who was put out is not published, of whose token ended it is', async () => {
    const desk = users();
    const room = await open(desk, { access: [{ topic: 'wills/%c', allow: 'readwrite' }] });
    const root = await Guest.connect(room, 'root', 'root');
    await root.subscribe(['wills/#']);
    desk.add('tom', 'viewer', { token: { id: 't', expiresMs: Date.now() + 300 } });
    for (const version of [4, 5] as const) {
      const gone = await Guest.connect(room, `gone${version}`, 'ann', { protocolVersion: version, will: will(`wills/gone${version}`) });
      const over = await Guest.connect(room, `over${version}`, 'tom', { protocolVersion: version, will: will(`wills/over${version}`) });
      await over.gone();
      await until(() => root.heard.at(-1) === `wills/over${version}`, 'the will');
      const ann = desk.accounts.get('ann');
      desk.accounts.delete('ann');
      room.service.reviewAccounts();
      await gone.gone();
      if (ann !== undefined) desk.accounts.set('ann', ann);
    }
    await settled(root);
    expect(root.heard).toEqual(['wills/over4', 'wills/over5']);
  });
});

describe('an account', () => {
  it('that is gone has to go, and one that changed is as it is at once', async () => {
    const desk = users();
    const room = await open(desk);
    const [ann4, ann5, bob] = [
      await Guest.connect(room, 'ann4', 'ann'),
      await Guest.connect(room, 'ann5', 'ann', { protocolVersion: 5 }),
      await Guest.connect(room, 'bob', 'bob'),
    ];
    const root = await Guest.connect(room, 'root', 'root');
    await bob.subscribe(['#']);
    await root.mqtt.publishAsync('free', '1', { qos: 1 });
    desk.accounts.delete('ann');
    desk.add('bob', 'admin');
    room.service.reviewAccounts();
    await Promise.all([ann4.gone(), ann5.gone()]);
    expect([ann4.dismissals, ann5.dismissals]).toEqual([[], [0x87]]);
    expect(room.log.filter(({ guard }) => guard === 'account_ended').map(({ client }) => client)).toEqual(['ann4', 'ann5']);
    await root.mqtt.publishAsync('free', '2', { qos: 1 });
    await until(() => bob.heard.includes('free'), 'what it may read now');
    expect(bob.heard.filter((topic) => topic === 'free')).toHaveLength(1);
    desk.add('bob');
    room.reload([{ topic: 'free', allow: 'none', users: ['root'] }]);
    await root.mqtt.publishAsync('free', '3', { qos: 1 });
    await root.mqtt.publishAsync('other', '3', { qos: 1 });
    await settled(bob);
    expect(bob.heard.filter((topic) => !topic.startsWith('diuna/'))).toEqual(['free']);
    expect(await root.subscribe(['free', 'other'])).toEqual([128, 1]);
  });

  it('ends with its token, within moments and with any number of them', async () => {
    const desk = users();
    const room = await open(desk);
    desk.add('late', 'viewer', { token: { id: 'b', expiresMs: Date.now() + 100_000 } });
    desk.add('soon', 'viewer', { token: { id: 'a', expiresMs: Date.now() + 400 } });
    const late = await Guest.connect(room, 'late', 'late');
    const first = await Guest.connect(room, 'first', 'soon');
    const second = await Guest.connect(room, 'second', 'soon', { protocolVersion: 5 });
    await Promise.all([first.gone(), second.gone()]);
    expect([late.mqtt.connected, second.dismissals]).toEqual([true, [0x87]]);
    expect(room.service.guards).toEqual({ account_ended: 2 });
  });

  it('is asked for from when users are there, and stays asked for when they are not any more', async () => {
    const desk = new Users();
    desk.isRequired = false;
    const room = await open(desk);
    const anybody = await Guest.connect(room, 'phone', null);
    desk.add('ann');
    desk.isRequired = true;
    room.reload([]);
    await anybody.gone();
    expect(await codeOf(room, 'phone', 'ann')).toBe(0);
    desk.isRequired = false;
    desk.authenticate = () => Promise.resolve({ ok: true, value: { user: null, role: 'admin', zones: null, token: null } });
    expect(await codeOf(room, 'phone', 'ann')).toBe(4);
    expect(room.log.find(({ guard }) => guard === 'credentials')).toMatchObject({ why: expect.stringContaining('restart') });
  });
});

it('rules hold without users too', async () => {
  const desk = new Users();
  desk.isRequired = false;
  const room = await open(desk, { access: [{ topic: 'test/nosubscribe', allow: 'none' }] });
  const anybody = await Guest.connect(room, 'paho', null);
  const five = await Guest.connect(room, 'paho5', null, { protocolVersion: 5 });
  expect(await anybody.subscribe(['test/nosubscribe', 'test/#', 'x'])).toEqual([128, 1, 1]);
  expect(await five.subscribe(['test/nosubscribe'])).toEqual([0x87]);
  await five.mqtt
    .publishAsync('test/nosubscribe', 'x', { qos: 1 })
    .catch((cause: unknown) => expect(String(cause)).toContain('Not authorized'));
  await five.mqtt.publishAsync('x', 'x', { qos: 1 });
  await until(() => anybody.heard.includes('x'), 'what it may read');
  expect(anybody.heard).toEqual(['x']);
});
