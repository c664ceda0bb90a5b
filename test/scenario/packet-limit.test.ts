import { expect, it } from 'vitest';
import { TestClient } from '../support/client.ts';
import { makeHome, startInProcess } from '../support/daemon.ts';
import { until } from '../support/until.ts';

it('a larger packet limit holds for MQTT 5 too, and its clients are told of it', async () => {
  const home = await makeHome({ mqtt: { limits: { packet_bytes: 1_048_576 } } });
  const running = await startInProcess(home);
  const reader = await TestClient.connect(home.port, 'reader');
  await reader.mqtt.subscribeAsync('big/#', { qos: 1 });
  let told: number | undefined;
  const writer = await TestClient.connect(home.port, 'writer', { protocolVersion: 5 });
  writer.mqtt.on('connect', ({ properties }) => {
    told = properties?.maximumPacketSize;
  });
  writer.mqtt.reconnect();
  await until(() => told, 'the CONNACK');
  expect(told).toBe(1_048_576);
  await writer.mqtt.publishAsync('big/one', Buffer.alloc(500_000, 97), { qos: 1 });
  await until(() => reader.on('big/one')[0], 'the big message');
  await writer[Symbol.asyncDispose]();
  await reader[Symbol.asyncDispose]();
  await running[Symbol.asyncDispose]();
  await home.remove();
});
