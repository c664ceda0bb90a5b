/** MQTT over WebSocket against a whole daemon: the same commands, replies and states, in each version of the protocol. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { generate, parser } from 'mqtt-packet';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { TestClient } from '../support/client.ts';
import { makeHome, type RunningDaemon, startInProcess } from '../support/daemon.ts';
import { until } from '../support/until.ts';

let endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.toReversed()) await end();
  endings = [];
});

async function start(sections: Readonly<Record<string, unknown>> = {}) {
  const home = await makeHome({ http: { listen: '127.0.0.1:0' }, ...sections });
  endings.push(() => home.remove());
  const running = await startInProcess(home);
  endings.push(() => running[Symbol.asyncDispose]());
  return { home, running, url: `${pageAddress(running).replace('http', 'ws')}/mqtt` };
}

function pageAddress({ daemon }: RunningDaemon): string {
  const found = daemon.addresses.find((address) => address.startsWith('http'));
  if (found === undefined) throw new Error(`no HTTP among ${daemon.addresses.join()}`);
  return found;
}

async function connect(where: number | string, id: string, options = {}): Promise<TestClient> {
  const client = await TestClient.connect(where, id, options);
  endings.push(() => client[Symbol.asyncDispose]());
  return client;
}

describe('MQTT over WebSocket', () => {
  it.each([
    ['3.1', { protocolVersion: 3, protocolId: 'MQIsdp' }],
    ['3.1.1', { protocolVersion: 4 }],
    ['5', { protocolVersion: 5 }],
  ])('in version %s a command is answered, and its state retained for clients of TCP', async (_version, options) => {
    const { home, url } = await start();
    const page = await connect(url, 'page', options);
    expect(await page.ask({ type: 'zone.set_brightness', zone: 'floor', brightness: 40 })).toMatchObject({
      ok: true,
      state: { brightness: 40, origin: 'page' },
    });
    const other = await connect(home.port, 'other');
    await other.mqtt.subscribeAsync('diuna/zone/floor/state');
    await until(() => other.state('floor')?.['brightness'] === 40, 'the retained state');
    await page.mqtt.subscribeAsync('diuna/zone/floor/state');
    await other.ask({ type: 'zone.set_brightness', zone: 'floor', brightness: 41 });
    await until(() => page.state('floor')?.['brightness'] === 41, 'the state of a command that came by TCP');
  });

  it('thousands of packets that come at once, each in a message of its own, are read to the last', async () => {
    const { home, url } = await start();
    const socket = new WebSocket(url, 'mqtt', { perMessageDeflate: false });
    const heard = parser();
    socket.on('message', (bytes: Buffer) => heard.parse(bytes));
    await once(socket, 'open');
    socket.send(generate({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clientId: 'many', clean: true, keepalive: 0 }));
    await once(heard, 'packet');
    const answered = once(heard, 'packet');
    const publish = generate({ cmd: 'publish', topic: 'a/b', payload: 'x', qos: 0, retain: false, dup: false });
    for (let count = 0; count < 4000; count += 1) socket.send(publish);
    const ping = generate({ cmd: 'pingreq' });
    for (const byte of ping) socket.send(Buffer.of(byte)); // and one packet in several messages
    expect(await answered).toMatchObject([{ cmd: 'pingresp' }]);
    socket.terminate();
    await connect(home.port, 'other');
  });

  it('a foreign page is turned away, counted and logged with who, from where and why', async () => {
    const { home, running, url } = await start();
    const foreign = new WebSocket(url, 'mqtt', { origin: 'https://evil.example' });
    foreign.on('error', () => undefined);
    const [, response] = await once(foreign, 'unexpected-response');
    expect(response.statusCode).toBe(403);
    const line = running.log.find(({ guard }) => guard === 'origin');
    expect(line).toMatchObject({
      msg: 'refused',
      client: null,
      address: '127.0.0.1',
      why: expect.stringContaining('https://evil.example'),
    });
    const client = await connect(home.port, 'ops');
    expect(await client.ask({ type: 'system.ping' })).toMatchObject({ ok: true });
  });

  it('connections by HTTP count like any other', async () => {
    const { home, running, url } = await start({ mqtt: { limits: { connections_per_address: 2 } } });
    await connect(home.port, 'by-tcp');
    await connect(url, 'by-websocket');
    const third = new WebSocket(url, 'mqtt');
    const [cause] = await once(third, 'error');
    expect(String(cause)).toMatch(/hang up|reset/i);
    expect(running.log.some(({ guard }) => guard === 'connections_per_address')).toBe(true);
  });

  it('one that leaves without a word has its will published', async () => {
    const { home, url } = await start();
    const watcher = await connect(home.port, 'watcher');
    await watcher.mqtt.subscribeAsync('will/page');
    const page = await connect(url, 'page', { will: { topic: 'will/page', payload: 'gone', qos: 0, retain: false } });
    page.mqtt.stream.destroy();
    await until(() => watcher.on('will/page')[0]?.payload === 'gone', 'the will');
  });

  it('a stop tells version 5 and WebSocket why, and ends in time', async () => {
    const { running, url } = await start();
    const page = await connect(url, 'page', { protocolVersion: 5 });
    const reasons: (number | undefined)[] = [];
    page.mqtt.on('disconnect', ({ reasonCode }) => reasons.push(reasonCode));
    const bare = new WebSocket(url, 'mqtt');
    await once(bare, 'open');
    const closed = once(bare, 'close');
    const begin = performance.now();
    await running[Symbol.asyncDispose]();
    expect(performance.now() - begin).toBeLessThan(10_000); // far above what a stop may take: it hangs on nobody
    expect((await closed)[0]).toBe(1001);
    expect(reasons).toEqual([0x8b]);
    endings.pop();
  });

  it('a port that is taken keeps nothing else from working', async () => {
    const rival = createServer().listen(0, '127.0.0.1');
    await once(rival, 'listening');
    endings.push(() => rival.close());
    const taken = rival.address();
    if (taken === null || typeof taken === 'string') throw new Error('no port');
    const home = await makeHome({ http: { listen: `127.0.0.1:${taken.port}` } });
    endings.push(() => home.remove());
    const running = await startInProcess(home);
    endings.push(() => running[Symbol.asyncDispose]());
    expect(running.log.find(({ cure }) => cure === 'stop it, or change http.listen')).toMatchObject({ level: 'error' });
    const client = await connect(home.port, 'client');
    expect(await client.ask({ type: 'zone.toggle', zone: 'floor' })).toMatchObject({ ok: true });
  });

  it('names are taken anew at a reload', async () => {
    const { home, running, url } = await start();
    const origin = 'https://home.example';
    const foreign = new WebSocket(url, 'mqtt', { origin });
    expect(String((await once(foreign, 'error'))[0])).toContain('403');
    await home.configure({ http: { listen: '127.0.0.1:0', origins: [origin] } });
    await running.daemon.reload();
    const page = await connect(url, 'page', { wsOptions: { origin } });
    expect(await page.ask({ type: 'system.ping' })).toMatchObject({ ok: true });
  });
});
