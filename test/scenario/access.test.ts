/** Users, roles and zones over real sockets: who may command, see and subscribe to what (protocol §2). */
import type { IClientOptions } from 'mqtt';
import { describe, expect, it } from 'vitest';
import type { TestClient } from '../support/client.ts';
import { until } from '../support/until.ts';
import { as, usersOf } from './access-users.ts';
import { stage } from './stage.ts';

const users = await usersOf({
  root: { role: 'admin' },
  ann: { role: 'controller' },
  kid: { role: 'controller', zones: ['floor'] },
  eve: { role: 'viewer' },
  // names that mean something to an object
  constructor: { role: 'viewer' },
});
const house = stage({
  users,
  mqtt: {
    access: [
      { topic: 'dev/%c/#', allow: 'readwrite' },
      { topic: 'of/%u', allow: 'readwrite' },
      { topic: 'board/#', allow: 'read', roles: ['viewer'] },
      { topic: 'board/#', allow: 'readwrite', users: ['ann'] },
    ],
  },
});

/** Subscribes to one filter alone. @returns the code of the SUBACK. */
async function ask(client: TestClient, topic: string): Promise<number> {
  return new Promise((resolve) => {
    client.mqtt.subscribe(topic, { qos: 1 }, (_cause, _granted, packet) => resolve(Number(packet?.granted[0] ?? -1)));
  });
}

const five: IClientOptions = { protocolVersion: 5 };
const codeOf = (reply: { readonly ok: boolean; readonly error?: { readonly code: string } }) => (reply.ok ? 'ok' : reply.error?.code);

describe.each([
  ['3.1.1', {}],
  ['5', five],
])('with MQTT %s', (version, options) => {
  it('a viewer sees everything of the house, and changes nothing', async () => {
    const eve = await house.client('tablet', as('eve', options));
    const ann = await house.client('phone', as('ann', options));
    expect(await ask(eve, 'diuna/#')).toBe(1);
    await until(() => eve.state('floor') && eve.on('diuna/status')[0] && eve.on('diuna/info')[0], 'the house');
    const request_id = `see-${version}`;
    expect(codeOf(await ann.ask({ type: 'zone.toggle', zone: 'floor', request_id }))).toBe('ok');
    await until(() => eve.on('diuna/event/zone/floor/state_changed')[0], 'the event');
    for (const type of ['state.get', 'system.ping']) expect(codeOf(await eve.ask({ type }))).toBe('ok');
    expect(codeOf(await eve.ask({ type: 'events.replay', after: 0 }))).toBe('ok');
    for (const body of [
      { type: 'zone.toggle', zone: 'floor' },
      { type: 'system.identify', zone: 'floor' },
      { type: 'history.undo', zone: 'floor' },
      { type: 'system.restart' },
      { type: 'batch', commands: [{ type: 'zone.toggle', zone: 'floor' }] },
    ]) {
      const told = await refusedTell(eve, body);
      expect(told).toBe('forbidden');
    }
    expect(JSON.stringify(eve.heard)).toContain(request_id); // as the event's cause
    expect(eve.heard.filter(({ topic }) => topic.startsWith('diuna/client/phone/') && !topic.endsWith('/presence'))).toEqual([]);
  });

  it('a controller commands its zones, and none besides by whatever way', async () => {
    const kid = await house.client('kid', as('kid', options));
    const may = { type: 'zone.set', zone: 'floor', brightness: 200 };
    expect(codeOf(await kid.ask(may))).toBe('ok');
    expect(codeOf(await kid.ask({ type: 'batch', commands: [may, { ...may, brightness: 90 }] }))).toBe('ok');
    expect(codeOf(await kid.ask({ type: 'system.identify', zone: 'floor' }))).toBe('ok');
    expect(codeOf(await kid.ask({ type: 'history.undo', zone: 'floor' }))).toBe('ok');
    for (const body of [
      { ...may, zone: 'shelf' },
      { ...may, zone: 'all' },
      { ...may, zone: 'constructor' },
      { type: 'batch', commands: [may, { ...may, zone: 'shelf' }] },
      { type: 'batch', commands: [{ ...may, zone: 'all' }] },
      { type: 'history.undo', zone: 'shelf' },
      { type: 'system.identify', zone: 'all' },
      { type: 'scene.activate', scene: 'evening' },
      { type: 'system.restart' },
    ])
      expect(await refusedTell(kid, body), JSON.stringify(body)).toBe('forbidden');
    expect(codeOf(await kid.say('diuna/zone/floor/set', 'ON'))).toBe('ok');
    for (const [topic, payload] of [
      ['diuna/zone/shelf/set', 'ON'],
      ['diuna/zone/all/set', 'OFF'],
      ['diuna/zone/shelf/set/brightness', '9'],
      ['diuna/scene/evening/set', 'ON'],
      ['diuna/system/set', 'RESTART'],
    ] as const)
      expect(await refusedSay(kid, topic, payload), topic).toBe('forbidden');
  });

  it('an admin alone restarts the daemon', async () => {
    const [ann, root] = [await house.client('phone', as('ann', options)), await house.client('console', as('root', options))];
    expect(await refusedTell(ann, { type: 'system.restart' })).toBe('forbidden');
    expect(await refusedSay(ann, 'diuna/system/set', 'RESTART')).toBe('forbidden');
    // nobody would start this one again, which only an admin is told
    expect(codeOf(await root.ask({ type: 'system.restart' }))).toBe('unsupported');
    expect(codeOf(await root.say('diuna/system/set', 'RESTART'))).toBe('unsupported');
  });

  it('nobody commands in another’s name, reads another’s replies, or asks for them', async () => {
    const [ann, root] = [await house.client('phone', as('ann', options)), await house.client('console', as('root', options))];
    const kid = await house.client('kid', as('kid', options));
    expect(await refusedSay(ann, 'diuna/client/console/command', '{"type":"system.ping","request_id":"forged"}')).toBe('forbidden');
    const refused = version === '5' ? 0x87 : 128;
    for (const filter of ['diuna/client/console/response', 'diuna/client/+/response', 'diuna/client/#', 'diuna/client/console/#'])
      expect([filter, await ask(kid, filter)]).toEqual([filter, refused]);
    for (const filter of ['#', '+/+/+/response', '+/client/#']) expect([filter, await ask(kid, filter)]).toEqual([filter, 1]);
    expect(await ask(root, 'diuna/client/+/response')).toBe(1);
    const request_id = `private-${version}`;
    await ann.ask({ type: 'state.get', request_id });
    await root.ask({ type: 'system.ping', request_id: `${request_id}-root` });
    await until(() => root.on('diuna/client/phone/response').length > 0, 'what the admin watches');
    await kid.ask({ type: 'system.ping' });
    const private5 = kid.heard.filter(({ topic }) => /^diuna\/client\/(?!kid\/)[^/]+\/(response|replay|command)$/.test(topic));
    expect(private5).toEqual([]);
    const second = await house.client('second', as('ann', options));
    expect(await ask(second, 'diuna/client/phone/response')).toBe(1);
    await ann.ask({ type: 'system.ping' });
    await until(() => second.on('diuna/client/phone/response')[0], 'what a client of the same user may read');
  });

  it('rules decide of other topics, by client and user', async () => {
    const root = await house.client('console', as('root', options));
    await ask(root, '#');
    const ann = await house.client('phone', as('ann', options));
    const refused = version === '5' ? 0x87 : 128;
    const codes = async (...filters: string[]) => Promise.all(filters.map((filter) => ask(ann, filter)));
    expect(await codes('dev/phone/#', 'dev/#', 'dev/console/x', 'of/ann', 'of/root', 'board/1', 'free')).toEqual([
      1,
      1,
      refused,
      1,
      refused,
      1,
      refused,
    ]);
    for (const topic of ['dev/phone/a', 'of/ann', 'board/1']) await ann.mqtt.publishAsync(topic, version, { qos: 1 });
    for (const topic of ['dev/console/a', 'of/root', 'free']) expect(await refusedSay(ann, topic, version), topic).toBe('forbidden');
    const eve = await house.client('tablet', as('eve', options));
    expect(await refusedSay(eve, 'board/1', version)).toBe('forbidden');
    await until(() => root.on('board/1').at(-1)?.payload === version, 'what may be written');
    const heard = root.heard.filter(({ topic, payload }) => payload === version && !topic.startsWith('diuna/'));
    expect(heard.map(({ topic }) => topic)).toEqual(['dev/phone/a', 'of/ann', 'board/1']);
    expect(await ask(ann, '$SYS/#')).toBe(refused);
    expect(await ask(root, '$SYS/#')).toBe(1);
  });

  it('a name that means something to an object is a name', async () => {
    const odd = await house.client('__proto__', as('constructor', options));
    expect(codeOf(await odd.ask({ type: 'state.get' }))).toBe('ok');
    expect(await refusedTell(odd, { type: 'zone.toggle', zone: 'floor' })).toBe('forbidden');
  });
});

/** A command that 5 refuses in its acknowledgement too. @returns the code of its reply. */
async function refusedTell(client: TestClient, body: Readonly<Record<string, unknown>>): Promise<string | undefined> {
  return refusedSay(client, `${client.topic}/command`, JSON.stringify({ request_id: `no-${Math.random()}`, ...body }));
}

async function refusedSay(client: TestClient, topic: string, payload: string): Promise<string | undefined> {
  const before = client.replies().length;
  const isFive = client.mqtt.options.protocolVersion === 5;
  const told = await client.mqtt.publishAsync(topic, payload, { qos: 1 }).then(
    () => 'acknowledged',
    (cause: unknown) => String(cause),
  );
  expect(told).toMatch(isFive ? /Not authorized/ : /^acknowledged$/);
  return codeOf(await until(() => client.replies()[before], `a reply to a message on ${topic}`));
}

describe('a response topic of version 5', () => {
  it('must be one that its client may read and write', async () => {
    const ann = await house.client('phone', as('ann', five));
    await ask(ann, 'dev/phone/answers');
    let asked = 0;
    const send = (responseTopic: string) => {
      asked += 1;
      return ann.mqtt
        .publishAsync('diuna/client/phone/command', `{"type":"system.ping","request_id":"R${asked}"}`, {
          qos: 1,
          properties: { responseTopic },
        })
        .catch(() => undefined);
    };
    await send('dev/phone/answers');
    await until(() => ann.on('dev/phone/answers')[0], 'the reply');
    for (const topic of ['free', 'dev/console/answers', 'diuna/client/kid/response', 'of/root']) {
      const before = ann.replies().length;
      await send(topic);
      expect(codeOf(await until(() => ann.replies()[before], 'the refusal'))).toBe('forbidden');
    }
  });
});

it('who comes is told of with its user', async () => {
  const root = await house.client('console', as('root'));
  await ask(root, 'diuna/client/+/presence');
  await ask(root, 'diuna/event/client/#');
  await house.client('panel', as('eve', five));
  const seen = await until(() => root.on('diuna/client/panel/presence')[0], 'its presence');
  expect(JSON.parse(seen.payload)).toMatchObject({ online: true, user: 'eve' });
  const joined = await until(() => root.on('diuna/event/client/panel/joined')[0], 'its event');
  expect(JSON.parse(joined.payload)).toMatchObject({ type: 'client.joined', payload: { user: 'eve' } });
});
