/** Connections and daemons that end in the middle of something: no command is lost, none happens twice, and MQTT 5 is spoken on. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Packet } from 'mqtt-packet';
import { describe, expect, it } from 'vitest';
import { FakeBroker, obey, type Visit } from '../../support/fake-broker.ts';
import { hasProgram } from '../../support/programs.ts';
import { until } from '../../support/until.ts';
import { build, lines, served } from './house.ts';

const toggle = { cmd: 'publish', topic: 'diuna/zone/floor/set', payload: 'TOGGLE', retain: false } as const;
const changes = (visit: Visit) => visit.publishes().filter(({ topic }) => topic.startsWith('diuna/event/zone/floor/'));

function react(visit: Visit, packet: Packet): void {
  if (packet.cmd === 'connect') visit.welcome(false);
  else obey(visit, packet);
}

it('a proxy that hangs up while its broker is restarted does not make the daemon speak 3.1.1', async () => {
  const house = await build();
  const before = await FakeBroker.start(house.home.port, react);
  const running = await house.daemon();
  await served(running);
  await before[Symbol.asyncDispose]();
  let hungUp = 0;
  const proxy = createServer((socket) => {
    hungUp += 1;
    socket.destroy();
  });
  proxy.listen(house.home.port, '127.0.0.1');
  await once(proxy, 'listening');
  await until(() => hungUp === 1, 'a try');
  proxy.close();
  const after: FakeBroker = house.own(await FakeBroker.start(house.home.port, react));
  expect((await after.visit(1)).connect.protocolVersion).toBe(5);
  await served(running, 2);
  expect(running.log.filter(({ msg }) => String(msg).includes('MQTT 5'))).toEqual([]);
});

it('where 3.1.1 is but a guess it is said to be one, and 5 is spoken again after the next loss', async () => {
  const house = await build();
  let first = true;
  const broker: FakeBroker = house.own(
    await FakeBroker.start(house.home.port, (visit, packet) => {
      if (first && packet.cmd === 'connect') visit.cut();
      else react(visit, packet);
      first = false;
    }),
  );
  const running = await house.daemon();
  await served(running);
  expect(lines(running, 'the broker does not speak MQTT 5: an older version does')).toEqual([]);
  broker.visits.at(-1)?.cut();
  await served(running, 2);
  expect(broker.visits.map(({ connect }) => connect.protocolVersion)).toEqual([5, 4, 5]);
});

it('a command of QoS 1 that is decided while the connection is lost happens once', async () => {
  const house = await build();
  const broker: FakeBroker = house.own(
    await FakeBroker.start(house.home.port, (visit, packet) => {
      if (packet.cmd === 'connect') visit.welcome(visit !== broker.visits[0]);
      else obey(visit, packet);
    }),
  );
  const running = await house.daemon();
  await served(running);
  const first = await broker.visit(1);
  // the end comes with the command, and so before the disk has it
  first.send({ ...toggle, qos: 1, messageId: 9, dup: false });
  first.cut();
  const second = await broker.visit(2);
  await until(() => changes(second).length === 1, 'the event');
  second.send({ ...toggle, qos: 1, messageId: 9, dup: true });
  await second.hear('puback');
  second.send({ ...toggle, qos: 1, messageId: 9, dup: false });
  await second.hear('puback', 2);
  await until(() => changes(second).length === 2, 'the next event');
  expect(changes(second).map(({ payload }) => JSON.parse(payload.toString()).seq)).toEqual([1, 2]);
});

it('a restart that is asked for during a stop is not left with the broker: the next run would have to end as well', async () => {
  const house = await build();
  const broker: FakeBroker = house.own(
    await FakeBroker.start(house.home.port, (visit, packet) => {
      if (packet.cmd === 'connect') return visit.welcome(false);
      if (packet.cmd === 'publish' && packet.topic === 'diuna/event/system/stopping')
        visit.send({ ...toggle, topic: 'diuna/system/set', payload: 'RESTART', qos: 1, messageId: 30, dup: false });
      obey(visit, packet);
    }),
  );
  const running = await house.daemon();
  await served(running);
  await running[Symbol.asyncDispose]();
  const first = await broker.visit(1);
  expect(first.received.filter(({ cmd }) => cmd === 'puback')).toContainEqual(expect.objectContaining({ messageId: 30 }));
});

it('commands that come in during a stop are left with the broker, and obeyed by the next run', async () => {
  const house = await build();
  let held = false;
  const broker: FakeBroker = house.own(
    await FakeBroker.start(house.home.port, (visit, packet) => {
      if (packet.cmd === 'connect') return visit.welcome(visit !== broker.visits[0]);
      const isLast = packet.cmd === 'publish' && packet.topic === 'diuna/status' && packet.payload.toString() === 'offline';
      if (isLast && !held) {
        held = true;
        for (const qos of [1, 2] as const) visit.send({ ...toggle, qos, messageId: 20 + qos, dup: false });
      }
      obey(visit, packet);
    }),
  );
  const running = await house.daemon();
  await served(running);
  await running[Symbol.asyncDispose]();
  const first = await broker.visit(1);
  expect([held, first.received.filter(({ cmd }) => cmd === 'puback' || cmd === 'pubrec')]).toEqual([true, []]);
  const next = await house.daemon();
  await served(next);
  const second = await broker.visit(2);
  for (const qos of [1, 2] as const) second.send({ ...toggle, qos, messageId: 20 + qos, dup: true });
  await second.hear('puback');
  await second.hear('pubrec');
  await until(() => changes(second).length === 2, 'two events');
});

describe.runIf(hasProgram('mosquitto'))('with a Mosquitto', () => {
  it('commands that never cease happen once each, though the daemon is restarted among them', async () => {
    const house = await build();
    await house.mosquitto();
    const first = await house.daemon();
    await served(first);
    const watcher = await house.client('watcher');
    await watcher.mqtt.subscribeAsync('diuna/event/zone/#', { qos: 1 });
    const events = () => watcher.on('diuna/event/zone/floor/state_changed').length;
    const sender = await house.client('sender');
    let [sent, enough] = [0, false];
    const flood = (async () => {
      for (; !enough; sent += 1) {
        await sender.mqtt.publishAsync(toggle.topic, toggle.payload, { qos: 1 });
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    })();
    await until(() => events() >= 50, 'the first events');
    await first[Symbol.asyncDispose]();
    enough = true;
    await flood;
    const second = await house.daemon();
    await served(second);
    await until(() => events() >= sent, `the events of ${sent} commands`);
    await watcher.ask({ type: 'state.get' });
    expect(events()).toBe(sent);
  });
});
