import { once } from 'node:events';
import { connect } from 'node:net';
import mqttPacket from 'mqtt-packet';
import { expect, it } from 'vitest';
import { TestClient } from '../support/client.ts';
import { makeHome, startInProcess } from '../support/daemon.ts';
import { until } from '../support/until.ts';

it('a client that leaves right behind its CONNECT leaves no presence, though it left before it was let in', async () => {
  const home = await makeHome();
  const running = await startInProcess(home);
  for (let number = 0; number < 40; number += 1) {
    const socket = connect(home.port, '127.0.0.1')
      .on('error', () => undefined)
      .resume();
    socket.end(mqttPacket.generate({ cmd: 'connect', clientId: `hasty-${number}`, keepalive: 60, clean: true }));
    await once(socket, 'close');
  }
  const watcher = await TestClient.connect(home.port, 'watcher');
  await watcher.mqtt.subscribeAsync('diuna/client/+/presence', { qos: 1 });
  // told 5 s after it came, and so after all of theirs would have been
  await until(() => watcher.on('diuna/client/watcher/presence')[0], 'its own presence');
  expect(watcher.heard.map(({ topic }) => topic)).toEqual(['diuna/client/watcher/presence']);
  await watcher[Symbol.asyncDispose]();
  await running[Symbol.asyncDispose]();
  await home.remove();
}, 30_000);
