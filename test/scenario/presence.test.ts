/** Protocol §2: who is there, and what the daemon says of itself. The two tests that wait for its clock run side by side. */
import { describe, expect, it } from 'vitest';
import { TestClient } from '../support/client.ts';
import { makeHome, startInProcess } from '../support/daemon.ts';
import { until } from '../support/until.ts';
import { mosquitto, mosquittoPub } from './mosquitto.ts';
import { stage } from './stage.ts';

const house = stage();

describe.concurrent('what takes its time', () => {
  it('a client that stays for 5 s is present, joins and leaves; one that does not leaves no trace', async ({ expect: check }) => {
    const watcher = await TestClient.connect(house.home.port, 'presence watcher');
    await watcher.mqtt.subscribeAsync(['diuna/client/+/presence', 'diuna/event/client/#'], { qos: 1 });
    const guest = await TestClient.connect(house.home.port, 'guest/1', { clean: false });
    const script = await TestClient.connect(house.home.port, 'script');
    await script.say('diuna/zone/floor/set', 'TOGGLE');
    await script[Symbol.asyncDispose]();
    if (mosquitto) await mosquittoPub(house.home.port, '-i', 'one-shot', '-t', 'diuna/zone/floor/set', '-m', 'TOGGLE');
    const joined = await until(() => watcher.on('diuna/event/client/guest%2F1/joined')[0], 'the guest to join');
    check(JSON.parse(joined.payload)).toMatchObject({
      type: 'client.joined',
      origin: 'guest/1',
      id: expect.any(String),
      timestamp: expect.any(String),
    });
    check(JSON.parse(joined.payload)).not.toHaveProperty('seq');
    const present = await until(
      () => watcher.on('diuna/client/guest%2F1/presence')[0] && watcher.on('diuna/client/guest%2F1/presence'),
      'its presence',
    );
    check(present).toHaveLength(1);
    check(JSON.parse(present[0]?.payload ?? '')).toEqual({
      online: true,
      since: check.stringMatching(/^\d{4}-.*\.\d{3}Z$/),
      protocol: 4,
      user: null,
    });
    const late = await TestClient.connect(house.home.port, 'late');
    await late.mqtt.subscribeAsync('diuna/client/+/presence', { qos: 1 });
    check(await until(() => late.on('diuna/client/guest%2F1/presence')[0], 'the retained presence')).toMatchObject({ retain: true });
    await guest.mqtt.endAsync();
    await until(() => watcher.on('diuna/event/client/guest%2F1/left')[0], 'the guest to leave');
    const gone = await until(() => watcher.on('diuna/client/guest%2F1/presence')[1], 'its presence to end');
    check(JSON.parse(gone.payload)).toMatchObject({ online: false, protocol: 4 });
    const traces = [...watcher.heard, ...late.heard].filter(({ topic }) => /script|one-shot/.test(topic));
    check(traces).toEqual([]);
    for (const client of [watcher, late]) await client[Symbol.asyncDispose]();
  });

  it('diuna/system/state is told again every 10 s', async ({ expect: check }) => {
    const watcher = await TestClient.connect(house.home.port, 'state watcher');
    await watcher.mqtt.subscribeAsync('diuna/system/state', { qos: 1 });
    const [first, second] = await until(
      () => {
        const heard = watcher.on('diuna/system/state');
        return heard.length >= 2 && heard.map(({ payload }) => JSON.parse(payload));
      },
      'the next state',
      15_000,
    );
    for (const state of [first, second]) {
      check(state).toMatchObject({
        healthy: true,
        fps: check.any(Number),
        frames: check.any(Number),
        overruns: check.any(Number),
        current_ma: check.any(Number),
        uptime_s: check.any(Number),
        clients: check.any(Number),
        commands: check.any(Number),
        rejections: check.any(Number),
        latency_us: {},
      });
    }
    check(second.uptime_s).toBeGreaterThan(first.uptime_s);
    check(second.clients).toBeGreaterThanOrEqual(1);
    await watcher[Symbol.asyncDispose]();
  });
});

describe('what the daemon says of itself', () => {
  it('status is online while it runs, and offline as its last word', async () => {
    const home = await makeHome();
    const running = await startInProcess(home);
    const client = await TestClient.connect(home.port, 'phone');
    await client.mqtt.subscribeAsync(['diuna/status', 'diuna/event/system/+'], { qos: 1 });
    await until(() => client.on('diuna/status')[0]?.retain === true, 'the status');
    await running[Symbol.asyncDispose]();
    await until(() => client.on('diuna/status').length === 2, 'the last word');
    expect(client.on('diuna/status').map(({ payload }) => payload)).toEqual(['online', 'offline']);
    expect(JSON.parse(client.on('diuna/event/system/stopping')[0]?.payload ?? '{}')).toMatchObject({
      type: 'system.stopping',
      source: 'system',
      origin: null,
    });
    await client[Symbol.asyncDispose]();
    await home.remove();
  });

  it('info holds all that there is to command', async () => {
    const watcher = await house.watcher('watcher');
    const info = JSON.parse(watcher.on('diuna/info')[0]?.payload ?? '{}');
    expect(info).toMatchObject({
      name: 'diuna',
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      protocol: 1,
      zones: {
        floor: { name: 'floor', length: 10, color_modes: ['rgb', 'color_temp'] },
        shelf: { name: 'shelf', length: 20, color_modes: ['rgb', 'color_temp'] },
        desk: { name: 'desk', length: 10, color_modes: ['rgbw', 'color_temp'] },
      },
      scenes: [],
      playlists: [],
      schedules: [],
      limits: { command_bytes: 65_536, batch_commands: 64, request_ids_per_client: 1024 },
    });
    expect(info.effects.length).toBeGreaterThanOrEqual(5);
    for (const effect of info.effects)
      expect(effect).toMatchObject({
        id: expect.any(String),
        name: expect.any(String),
        aliases: expect.any(Array),
        parameters: expect.any(Object),
      });
    for (const palette of info.palettes)
      expect(palette).toMatchObject({ id: expect.any(String), name: expect.any(String), colors: expect.any(Array) });
  });

  it('a reload tells of zones that came and went; a bad config is told and changes nothing', async () => {
    const home = await makeHome();
    const running = await startInProcess(home);
    const client = await TestClient.connect(home.port, 'phone');
    await client.mqtt.subscribeAsync('diuna/#', { qos: 1 });
    await until(() => client.on('diuna/zone/shelf/state')[0], 'the shelf');
    const mqtt = { listen: [`127.0.0.1:${home.port}`] };
    await home.configure({
      mqtt,
      zones: { floor: { strip: 'main', range: [0, 9] }, lamp: { name: 'Lamp', strip: 'main', range: [10, 19] } },
    });
    await running.daemon.reload();
    const info = await until(() => client.on('diuna/info')[1], 'the new info');
    expect(Object.keys(JSON.parse(info.payload).zones)).toEqual(['floor', 'lamp']);
    await until(() => client.on('diuna/zone/lamp/state')[0], 'the lamp');
    await until(() => client.on('diuna/zone/shelf/state').at(-1)?.payload === '', 'the shelf to be cleared');
    expect(await client.ask({ type: 'zone.toggle', zone: 'shelf' })).toMatchObject({ ok: false, error: { code: 'unknown_zone' } });
    expect(await client.ask({ type: 'zone.toggle', zone: 'lamp' })).toMatchObject({ ok: true });
    await home.configure({ mqtt, zones: { floor: { strip: 'nowhere', range: [0, 9] } }, nonsense: true });
    await running.daemon.reload();
    const rejected = await until(() => client.on('diuna/event/system/config_rejected')[0], 'the rejection');
    expect(JSON.parse(rejected.payload)).toMatchObject({ type: 'system.config_rejected', payload: { mistakes: expect.any(Array) } });
    expect(await client.ask({ type: 'zone.toggle', zone: 'lamp' })).toMatchObject({ ok: true });
    await client[Symbol.asyncDispose]();
    await running[Symbol.asyncDispose]();
    await home.remove();
  });
});
