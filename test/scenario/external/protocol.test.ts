/** What the daemon says to a broker, packet by packet, and what it makes of what no well-behaved broker does. */
import type { IPublishPacket, Packet } from 'mqtt-packet';
import { expect, it } from 'vitest';
import { FakeBroker, obey, type Visit } from '../../support/fake-broker.ts';
import { until } from '../../support/until.ts';
import { build, lines, served } from './house.ts';

/** Lets everybody in and obeys. */
function obedient(sessionPresent: (visit: Visit) => boolean = () => false) {
  return (visit: Visit, packet: Packet) => {
    if (packet.cmd === 'connect') visit.welcome(sessionPresent(visit));
    else obey(visit, packet);
  };
}

it('logs in with a will and a session to come back to, and asks for commands alone', async () => {
  const house = await build(() => ({ broker: { client_id: 'lights', username: 'diuna' } }));
  const broker: FakeBroker = house.own(await FakeBroker.start(house.home.port, obedient()));
  const running = await house.daemon();
  await served(running);
  const visit = await broker.visit(1);
  expect(visit.connect).toMatchObject({
    protocolVersion: 5,
    clientId: 'lights',
    username: 'diuna',
    clean: false,
    will: { topic: 'diuna/status', qos: 1, retain: true },
    properties: { sessionExpiryInterval: 86_400 },
  });
  expect(visit.connect.will?.payload.toString()).toBe('offline');
  const asked = visit.received.find(({ cmd }) => cmd === 'subscribe');
  const filters = [
    'diuna/client/+/command',
    'diuna/zone/+/set',
    'diuna/zone/+/set/+',
    'diuna/scene/+/set',
    'diuna/knob/+/simulate',
    'diuna/system/set',
    'homeassistant/status', // when it says that it is there
  ];
  expect(asked).toMatchObject({ subscriptions: filters.map((topic) => ({ topic, qos: 2, rh: 2 })) });
});

it('speaks 3.1.1 where version 5 is refused', async () => {
  const house = await build();
  const react = (visit: Visit, packet: Packet) => {
    if (packet.cmd !== 'connect') return obey(visit, packet);
    if (packet.protocolVersion !== 5) return visit.welcome(false);
    visit.send({ cmd: 'connack', sessionPresent: false, reasonCode: 0x84, returnCode: 1 });
    visit.cut();
  };
  const broker: FakeBroker = house.own(await FakeBroker.start(house.home.port, react));
  const running = await house.daemon();
  await served(running);
  expect(broker.visits.map(({ connect }) => connect.protocolVersion)).toEqual([5, 4]);
  expect(lines(running, 'the broker does not speak MQTT 5: an older version does')).toMatchObject([{ protocol: '3.1.1' }]);
  expect(lines(running, 'system.broker_lost')).toEqual([]);
});

it('speaks 3.1.1 where a broker hangs up on version 5 without a word', async () => {
  const house = await build();
  const react = (visit: Visit, packet: Packet) => {
    if (packet.cmd !== 'connect') return obey(visit, packet);
    if (packet.protocolVersion === 5) return visit.cut();
    visit.welcome(false);
  };
  house.own(await FakeBroker.start(house.home.port, react));
  await served(await house.daemon());
});

it('in 3.1.1 a command that was kept is ignored, and named', async () => {
  const house = await build(() => ({ broker: { protocol: '3.1.1' } }));
  const broker: FakeBroker = house.own(await FakeBroker.start(house.home.port, obedient()));
  const running = await house.daemon();
  await served(running);
  const visit = await broker.visit(1);
  visit.send({ cmd: 'publish', topic: 'diuna/zone/floor/set', payload: 'ON', qos: 1, messageId: 3, retain: true, dup: false });
  await visit.hear('puback');
  expect(lines(running, 'a retained command is ignored: commands are said once')).toMatchObject([{ topic: 'diuna/zone/floor/set' }]);
  expect(visit.publishes().filter(({ topic }) => topic.includes('/event/zone/'))).toEqual([]);
});

it('a command of QoS 2 that is sent again after a lost connection happens once', async () => {
  const house = await build();
  const broker: FakeBroker = house.own(
    await FakeBroker.start(
      house.home.port,
      obedient((visit) => visit !== broker.visits[0]),
    ),
  );
  const running = await house.daemon();
  await served(running);
  const first = await broker.visit(1);
  const toggle = { cmd: 'publish', topic: 'diuna/zone/floor/set', payload: 'TOGGLE', qos: 2, messageId: 9, retain: false } as const;
  first.send({ ...toggle, dup: false });
  await first.hear('pubrec');
  first.cut();
  const second = await broker.visit(2);
  await second.hear('subscribe');
  second.send({ ...toggle, dup: true });
  await second.hear('pubrec');
  second.send({ cmd: 'pubrel', messageId: 9 });
  await second.hear('pubcomp');
  second.send({ ...toggle, dup: false });
  await second.hear('pubrec', 2);
  const events = () =>
    broker.visits.flatMap((visit) => visit.publishes()).filter(({ topic, dup }) => topic.includes('/event/zone/floor/') && !dup);
  await until(() => events().length === 2, 'two events');
});

it('what was on its way when the connection was lost is sent again first, with its number, and nothing overtakes it', async () => {
  const house = await build();
  let deaf = false;
  const broker: FakeBroker = house.own(
    await FakeBroker.start(house.home.port, (visit, packet) => {
      if (packet.cmd === 'connect') visit.welcome(visit !== broker.visits[0]);
      else if (!deaf || packet.cmd !== 'publish') obey(visit, packet);
    }),
  );
  const running = await house.daemon();
  await served(running);
  const first = await broker.visit(1);
  await until(() => first.publishes().some(({ topic }) => topic.endsWith('system/started')), 'the beginning');
  deaf = true;
  const events = (visit: Visit) => visit.publishes().filter(({ topic }) => topic.includes('/event/zone/'));
  const number = ({ payload }: { payload: string | Buffer }) => Number(JSON.parse(payload.toString()).seq);
  for (let index = 1; index <= 100; index += 1)
    first.send({ cmd: 'publish', topic: 'diuna/zone/floor/set', payload: 'TOGGLE', qos: 0, retain: false, dup: false });
  await until(() => events(first).length > 0, 'the first events');
  first.cut();
  deaf = false;
  const second = await broker.visit(2);
  await until(() => events(second).length === 100, 'all events');
  expect(events(second).map(number)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
  const known = (packet: IPublishPacket) => [packet.messageId, number(packet)];
  const again = events(second).filter(({ dup }) => dup);
  // of what it had sent the connection may have lost the end
  expect(again.map(known).slice(0, events(first).length)).toEqual(events(first).map(known));
  expect(events(second).slice(0, again.length)).toEqual(again);
  const state = second.publishes().findLast(({ topic }) => topic === 'diuna/zone/floor/state');
  expect(JSON.parse(state?.payload.toString() ?? '')).toMatchObject({ seq: 100 });
});

it('another client with its id is named, and the daemon does not come back at once', async () => {
  const house = await build();
  const broker: FakeBroker = house.own(await FakeBroker.start(house.home.port, obedient()));
  const running = await house.daemon();
  await served(running);
  const visit = await broker.visit(1);
  visit.send({ cmd: 'disconnect', reasonCode: 0x8e });
  visit.cut();
  const line = await until(() => lines(running, 'the connection is lost soon after each login')[0], 'the complaint');
  expect(line).toMatchObject({ client_id: 'diuna', cure: expect.stringContaining('mqtt.broker.client_id') });
});

it.each([
  ['a bad password', 0x86, 'mqtt.broker.password_file'],
  ['no right to be there', 0x87, 'mqtt.broker.username'],
  ['a bad client id', 0x85, 'mqtt.broker.client_id'],
])('%s is told with its cure', async (_what, reasonCode, cure) => {
  const house = await build();
  const react = (visit: Visit, packet: Packet) => {
    if (packet.cmd === 'connect') visit.send({ cmd: 'connack', sessionPresent: false, reasonCode });
  };
  house.own(await FakeBroker.start(house.home.port, react));
  const running = await house.daemon();
  const line = await until(() => lines(running, 'system.broker_lost')[0], 'the complaint');
  expect(line).toMatchObject({ code: reasonCode, cure: expect.stringContaining(cure) });
});

it('a filter that is denied is told, once', async () => {
  const house = await build();
  const react = (visit: Visit, packet: Packet) => {
    if (packet.cmd === 'connect') visit.welcome(false);
    else if (packet.cmd === 'subscribe') visit.send({ cmd: 'suback', messageId: packet.messageId ?? 0, granted: [2, 0x87, 2, 2] });
    else obey(visit, packet);
  };
  house.own(await FakeBroker.start(house.home.port, react));
  const running = await house.daemon();
  await served(running);
  expect(lines(running, 'the broker denies the daemon a topic')).toMatchObject([{ topic: 'diuna/zone/+/set' }]);
});

it('more is never on its way than the broker takes, and nothing larger', async () => {
  const house = await build();
  let [most, answered] = [0, 0];
  const react = (visit: Visit, packet: Packet) => {
    if (packet.cmd === 'connect') return visit.welcome(false, { receiveMaximum: 2, maximumPacketSize: 1000 });
    if (packet.cmd !== 'publish') return obey(visit, packet);
    most = Math.max(most, visit.publishes().length - answered);
    setImmediate(() => {
      answered += 1;
      obey(visit, packet);
    });
  };
  const broker: FakeBroker = house.own(await FakeBroker.start(house.home.port, react));
  const running = await house.daemon();
  const visit = await broker.visit(1);
  await until(() => visit.publishes().some(({ topic }) => topic === 'diuna/zone/all/state'), 'the states');
  expect(most).toBeLessThanOrEqual(2);
  expect(visit.publishes().some(({ topic }) => topic === 'diuna/info')).toBe(false);
  expect(lines(running, 'a message is larger than the broker takes')).toMatchObject([{ topic: 'diuna/info' }]);
});
