/** The daemon and root's part as two services, each a process of its own: whoever is killed, the light comes back. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ServiceHome } from '../renderer/support/service.ts';
import { UdpReceiver } from '../renderer/support/udp-receiver.ts';
import { TestClient } from '../support/client.ts';
import { type Home, makeHome, type SpawnedDaemon, spawnDaemon } from '../support/daemon.ts';
import { until } from '../support/until.ts';

const RED = '255,0,0,255,0,0';

let service: ServiceHome;
let receiver: UdpReceiver;
let home: Home;
let daemon: SpawnedDaemon;

beforeEach(async () => {
  service = new ServiceHome();
  receiver = new UdpReceiver();
  const port = await receiver.listen();
  await service.start();
  home = await makeHome({
    renderer: { isolation: 'service', socket: service.socket, transition: 0 },
    strips: { main: { length: 2, output: { driver: 'ddp', host: '127.0.0.1', port } } },
    zones: { floor: { strip: 'main', range: [0, 1] } },
  });
  daemon = await spawnDaemon(home);
});

afterEach(async () => {
  await daemon.kill();
  await service[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
  await home.remove();
});

/** Set through MQTT, and seen by whoever stands for the LEDs. */
async function makeRed(): Promise<void> {
  await using client = await TestClient.connect(home.port, 'someone');
  const reply = await client.ask({ type: 'zone.set', zone: 'floor', state: 'ON', color: 'red', ack: 'rendered' });
  expect(reply).toMatchObject({ ok: true });
  await redAgain(0);
}

async function redAgain(since: number): Promise<void> {
  await until(() => receiver.packets.slice(since).some((packet) => [...packet.subarray(10)].join() === RED), 'red light');
}

it('the light comes back after root’s part was killed', async () => {
  await makeRed();
  await service.end('SIGKILL');
  await until(() => daemon.output().includes('renderer_ended'), 'the daemon to notice');
  const before = receiver.packets.length;
  await service.start();
  await redAgain(before);
  await until(() => daemon.output().includes('system.output_recovered'), 'the daemon to say so');
});

it('the light comes back after the daemon was killed', async () => {
  await makeRed();
  await daemon.kill();
  await until(() => service.log.includes('the daemon has left'), 'the service to notice');
  const before = receiver.packets.length;
  daemon = await spawnDaemon(home);
  await redAgain(before);
  expect(service.isUp).toBe(true);
});
