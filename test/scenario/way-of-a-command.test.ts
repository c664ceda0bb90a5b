import { afterAll, beforeAll, expect, it } from 'vitest';
import { TestClient } from '../support/client.ts';
import { type Home, makeHome, type RunningDaemon, startInProcess } from '../support/daemon.ts';
import { until } from '../support/until.ts';

let home: Home;
let running: RunningDaemon;

beforeAll(async () => {
  home = await makeHome();
  running = await startInProcess(home);
});

afterAll(async () => {
  await running[Symbol.asyncDispose]();
  await home.remove();
});

it('a command is decided, durable, told to its sender and to everybody, and shown', async () => {
  const phone = await TestClient.connect(home.port, 'phone');
  const tablet = await TestClient.connect(home.port, 'tablet');
  await tablet.mqtt.subscribeAsync('diuna/#', { qos: 1 });
  const reply = await phone.ask({ type: 'zone.set_color', zone: 'floor', color: '#ff0000', ack: 'rendered' });
  expect(reply).toMatchObject({
    ok: true,
    changed: true,
    version: 1,
    state: { state: 'ON', color: { r: 255, g: 0, b: 0 }, origin: 'phone' },
  });
  expect(reply).toMatchObject({ timing_us: { rendered: expect.any(Number) } });
  const event = await until(() => tablet.on('diuna/event/zone/floor/state_changed')[0], 'the event');
  expect(JSON.parse(event.payload)).toMatchObject({ seq: 1, origin: 'phone', source: 'command' });
  await until(() => tablet.state('floor')?.['version'] === 1, 'the retained state');
  await phone[Symbol.asyncDispose]();
  await tablet[Symbol.asyncDispose]();
});
