/** More than anybody would send: the daemon answers all of it, keeps its memory, and stays there for the others. */
import { describe, expect, it } from 'vitest';
import type { Home } from '../support/daemon.ts';
import { until } from '../support/until.ts';
import { Caller } from './support/caller.ts';
import { expectWhole, historyAfter } from './support/history.ts';
import { launchRunning } from './support/launched.ts';
import { RawClient } from './support/raw-client.ts';
import { afterwards, connect, makeStage, watch } from './support/stage.ts';

const MiB = 1024 * 1024;
/** Generous: what a daemon that leaked each message would pass several times over. */
const GROWTH_MOST = 300 * MiB;

/** The storm is about what lies behind the limits of one client (test/mqtt/guards). */
function makeStageWithoutLimits(log: 'info' | 'debug'): Promise<Home> {
  const limits = { messages_per_second: 100_000, message_burst: 100_000 };
  return makeStage({ log: { level: log }, mqtt: { limits } });
}

async function caller(port: number, id: string): Promise<Caller> {
  const connected = await Caller.connect(port, id);
  afterwards(() => connected.close());
  return connected;
}

async function listener(port: number, id: string, qos: 0 | 1 = 0): Promise<RawClient> {
  const connected = await RawClient.connect(port, id);
  afterwards(async () => connected.destroy());
  await connected.subscribe('diuna/#', qos);
  return connected;
}

/** All at once, without waiting for anything. */
function pour(callers: readonly Caller[], each: number): void {
  for (let number = 1; number <= each; number += 1) {
    for (const [index, one] of callers.entries()) {
      one.send(`R${number}`, {
        type: 'zone.set_brightness',
        zone: index % 2 === 0 ? 'floor' : 'shelf',
        brightness: 1 + ((number + index) % 255),
      });
    }
  }
}

async function untilAnswered(callers: readonly Caller[], each: number): Promise<void> {
  await until(() => callers.every(({ answered }) => answered >= each), `${each} replies each`, 40_000);
}

/** More than may wait for one client, to one that reads nothing for a while. */
async function expectWholeReplay(port: number, events: readonly unknown[]): Promise<void> {
  const slow = await RawClient.connect(port, 'slow');
  afterwards(async () => slow.destroy());
  await slow.subscribe('diuna/client/slow/+', 0);
  slow.socket.pause();
  const payload = JSON.stringify({ request_id: 'REPLAY', type: 'events.replay', after: 0 });
  slow.send({ cmd: 'publish', topic: 'diuna/client/slow/command', payload, qos: 0, dup: false, retain: false });
  const probe = await Caller.connect(port, 'probe-replay');
  afterwards(() => probe.close());
  for (let count = 1; count <= 100; count += 1) {
    probe.send(`P${count}`, { type: 'system.ping' });
    await until(() => probe.answered === count, 'a ping');
  }
  slow.socket.resume();
  await until(() => slow.newest.includes('"complete":true'), 'the whole replay', 20_000);
  expect(slow.newest).toContain(`"count":${events.length}`);
  expect(slow.received).toBeGreaterThan(events.reduce((sum: number, event) => sum + JSON.stringify(event).length, 0));
}

describe('a storm', () => {
  it('of 8,000 commands with 20 listeners is answered once each, while another client is served and memory is kept', async () => {
    const home = await makeStageWithoutLimits('info');
    const daemon = await launchRunning(home);
    const listeners = await Promise.all(Array.from({ length: 20 }, (_, index) => listener(home.port, `listener-${index}`)));
    const callers = await Promise.all([1, 2, 3, 4].map((number) => caller(home.port, `storm-${number}`)));
    const probe = await connect(home, 'probe');
    const before = daemon.memory();
    let most = before;
    pour(callers, 2000);
    const done = untilAnswered(callers, 2000);
    let pings = 0;
    while (callers.some(({ answered }) => answered < 2000) || pings === 0) {
      expect(await probe.ask({ type: 'system.ping' })).toMatchObject({ ok: true });
      pings += 1;
      most = Math.max(most, daemon.memory());
    }
    await done;
    await probe.ask({ type: 'system.ping' });
    for (const { id, replies } of callers) {
      expect(replies.size, id).toBe(2000);
      expect([...replies.values()].filter(({ length }) => length !== 1)).toEqual([]);
    }
    const refused = callers.flatMap(({ replies }) => [...replies.values()].flat().filter(({ ok }) => !ok));
    for (const reply of refused) expect(reply).toMatchObject({ error: { code: 'overloaded' } });
    const events = await historyAfter(probe, 0);
    expectWhole(events);
    const changed = callers.flatMap(({ replies }) => [...replies.values()].flat().filter((reply) => reply.ok && reply.changed));
    expect(events).toHaveLength(changed.length);
    expect(most - before).toBeLessThan(GROWTH_MOST);
    await expectWholeReplay(home.port, events);
    await probe.ask({ type: 'zone.toggle', zone: 'desk', request_id: 'AFTERWARDS' });
    await until(() => listeners.every(({ newest }) => newest.includes('AFTERWARDS')), 'all listeners to hear what comes after');
  }, 60_000);

  it('of thousands of one-shot clients leaves nothing behind', async () => {
    const home = await makeStage({ log: { level: 'info' } });
    const daemon = await launchRunning(home);
    const watcher = await watch(home);
    const [descriptors, memory] = [daemon.descriptors(), daemon.memory()];
    let next = 0;
    const visit = async () => {
      for (let number = next; number < 2000; number = next) {
        next += 1;
        const client = await RawClient.connect(home.port, `once-${number}`);
        client.send({
          cmd: 'publish',
          topic: 'diuna/zone/floor/set/brightness',
          payload: String(1 + (number % 255)),
          qos: 0,
          dup: false,
          retain: false,
        });
        if (number % 3 === 0) client.destroy();
        else await client.leave();
      }
    };
    await Promise.all(Array.from({ length: 30 }, visit));
    await until(() => daemon.descriptors() <= descriptors, 'the connections to be gone');
    expect(await watcher.ask({ type: 'zone.toggle', zone: 'floor' })).toMatchObject({ ok: true });
    expect(daemon.memory() - memory).toBeLessThan(GROWTH_MOST);
    expect(watcher.heard.filter(({ topic }) => topic.includes('/once-') && topic.endsWith('/presence'))).toEqual([]);
  }, 60_000);

  it('goes past listeners that stopped reading: they hold nobody, and not the end of the daemon either', async () => {
    const home = await makeStageWithoutLimits('debug');
    const daemon = await launchRunning(home);
    const deaf = [await listener(home.port, 'deaf-0', 0), await listener(home.port, 'deaf-1', 1)];
    for (const { socket } of deaf) socket.pause();
    const ears = await listener(home.port, 'ears');
    const callers = [await caller(home.port, 'one'), await caller(home.port, 'two')];
    const probe = await connect(home, 'probe');
    const memory = daemon.memory();
    // The first round fills all that lies between the daemon and who does not read; the second comes after.
    for (const [round, each] of [1500, 200].entries()) {
      const before = callers[0]?.answered ?? 0;
      for (const one of callers) {
        for (let number = 1; number <= each; number += 1) {
          one.send(`${round}-${number}`, { type: 'zone.set_brightness', zone: 'floor', brightness: 1 + (number % 255) });
        }
      }
      await untilAnswered(callers, before + each);
      expect(await probe.ask({ type: 'system.ping' })).toMatchObject({ ok: true });
    }
    // Nobody was served only because the daemon had given up on them, which it does after ten seconds.
    expect(daemon.logged('client connection ended')).toEqual([]);
    await until(() => ears.received > 4 * MiB, 'the other listener to hear all');
    for (const { received } of deaf) expect(received).toBeLessThan(ears.received);
    expect(daemon.memory() - memory).toBeLessThan(GROWTH_MOST);
    expect(await daemon.terminate()).toEqual({ code: 0, signal: null });
  }, 60_000);
});
