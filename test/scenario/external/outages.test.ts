/** The other broker is not there, goes, comes back: the daemon goes on, and says again what must be known. */
import { describe, expect, it } from 'vitest';
import { spawnDaemon } from '../../support/daemon.ts';
import { hasProgram } from '../../support/programs.ts';
import { until } from '../../support/until.ts';
import { build, lines, served } from './house.ts';

const light = { type: 'zone.set_brightness', zone: 'floor', brightness: 77 };

describe.runIf(hasProgram('mosquitto'))('with a broker', () => {
  it('that is not there at start the daemon runs, tells of it once, and serves when it comes', async () => {
    const house = await build();
    const running = await house.daemon();
    expect(running.daemon.addresses).toEqual([`mqtt://127.0.0.1:${house.home.port}`]);
    await until(() => lines(running, 'the broker is still away').length >= 2, 'two more tries');
    expect(lines(running, 'system.broker_lost')).toMatchObject([
      { code: 'ECONNREFUSED', cure: expect.stringContaining('start the broker') },
    ]);
    await house.mosquitto();
    await served(running);
    const phone = await house.client('phone');
    await phone.mqtt.subscribeAsync('diuna/#', { qos: 1 });
    expect(await phone.ask(light)).toMatchObject({ ok: true, changed: true, state: { brightness: 77, origin: 'phone' } });
    expect(lines(running, 'system.broker_lost')).toHaveLength(1);
    expect(lines(running, 'system.broker_found')).toHaveLength(1);
    const health = await until(() => phone.on('diuna/system/state').at(-1), 'the health');
    expect(JSON.parse(health.payload)).toMatchObject({ healthy: true, broker: 'ok', clients: null });
  });

  it.each([true, false])('that is killed and comes back (its memory kept: %s) everything is there again', async (persistent) => {
    const house = await build();
    const broker = await house.mosquitto({ persistent });
    const running = await house.daemon();
    await served(running);
    const before = await house.client('phone');
    await before.ask(light);
    await broker.end('SIGKILL');
    await until(() => lines(running, 'system.broker_lost').length === 1, 'the loss');
    await broker.run();
    await served(running, 2);
    const after = await house.client('tablet');
    await after.mqtt.subscribeAsync('diuna/#', { qos: 1 });
    await until(() => after.state('floor')?.['brightness'] === 77, 'the state');
    for (const topic of ['status', 'info', 'system/state', 'zone/shelf/state', 'zone/desk/state', 'zone/all/state'])
      await until(() => after.on(`diuna/${topic}`)[0], topic);
    expect(after.on('diuna/status')[0]?.payload).toBe('online');
    expect(await after.ask({ ...light, brightness: 78 })).toMatchObject({ ok: true, changed: true });
    expect(lines(running, 'system.broker_found')).toHaveLength(1);
  });

  it('commands of QoS 1 and 2 that were sent while the daemon was away are obeyed when it is back, and answered', async () => {
    const house = await build();
    await house.mosquitto();
    const first = await house.daemon();
    await served(first);
    const phone = await house.client('phone');
    await phone.ask({ type: 'zone.set_power', zone: 'floor', state: 'ON' });
    await first[Symbol.asyncDispose]();
    await phone.mqtt.subscribeAsync('diuna/status', { qos: 1 });
    await until(() => phone.on('diuna/status').at(-1)?.payload === 'offline', 'its last word');
    for (const [index, qos] of ([0, 1, 2] as const).entries()) {
      await phone.tell({ request_id: `away-${index}`, type: 'zone.adjust_brightness', zone: 'floor', delta: -10 }, qos);
    }
    await phone.mqtt.publishAsync('diuna/zone/shelf/set', '33', { qos: 1 });
    const second = await house.daemon();
    await served(second);
    expect((await phone.untilReplies(3)).slice(1)).toMatchObject([
      { request_id: 'away-1', ok: true, state: { brightness: 245 } },
      { request_id: 'away-2', ok: true, state: { brightness: 235 } },
    ]);
    expect(await phone.ask({ type: 'state.get' })).toMatchObject({ state: { zones: { shelf: { brightness: 33 } } } });
    await until(() => phone.on('diuna/status').at(-1)?.payload === 'online', 'its return');
    await second[Symbol.asyncDispose]();
  });

  it('a daemon that is killed is said to be offline by its will, and comes back', async () => {
    const house = await build();
    await house.mosquitto();
    const watcher = await house.client('watcher');
    await watcher.mqtt.subscribeAsync('diuna/status', { qos: 1 });
    const first = await spawnDaemon(house.home);
    const status = () => watcher.on('diuna/status').map(({ payload }) => payload);
    await until(() => status().at(-1) === 'online', 'it to be online');
    await first.kill();
    await until(() => status().at(-1) === 'offline', 'its will');
    await watcher.tell({ request_id: 'after', ...light });
    const second = await spawnDaemon(house.home);
    await until(() => status().at(-1) === 'online', 'it to be online again');
    expect(await watcher.untilReplies(1)).toMatchObject([{ request_id: 'after', ok: true }]);
    expect(await second.terminate()).toBe(0);
    await until(() => status().at(-1) === 'offline', 'its last word');
    expect(status()).toEqual(['online', 'offline', 'online', 'offline']);
  });

  it('that hangs the daemon still ends in time', async () => {
    const house = await build();
    const broker = await house.mosquitto();
    const running = await house.daemon();
    await served(running);
    broker.signal('SIGSTOP');
    const start = performance.now();
    await running[Symbol.asyncDispose]();
    expect(performance.now() - start).toBeLessThan(10_000); // far above what a stop may take: it hangs on nobody
    broker.signal('SIGCONT');
  });

  it('two daemons of one client id are told of each other', async () => {
    const house = await build();
    await house.mosquitto();
    const other = await build();
    await other.home.configure({ mqtt: { broker_url: `mqtt://127.0.0.1:${house.home.port}` } });
    const first = await house.daemon();
    await served(first);
    const second = await other.daemon();
    const line = await until(() => lines(first, 'the connection is lost soon after each login')[0], 'the complaint');
    expect(line).toMatchObject({ client_id: 'diuna', cure: expect.stringContaining('mqtt.broker.client_id') });
    await served(second);
  });
});
