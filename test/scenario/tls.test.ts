/** MQTT with TLS and WebSocket over HTTPS against a whole daemon, with certificates of an authority made for the test. */
import { once } from 'node:events';
import { copyFileSync, readFileSync } from 'node:fs';
import { connect as connectNet } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Authority, makeAuthority } from '../support/certificates.ts';
import { TestClient } from '../support/client.ts';
import { freePort, makeHome, type RunningDaemon, startInProcess } from '../support/daemon.ts';
import { hasProgram } from '../support/programs.ts';
import { until } from '../support/until.ts';
import { mosquitto, mosquittoPub } from './mosquitto.ts';

describe.runIf(hasProgram('openssl'))('with a certificate', () => {
  let authority: Authority;
  let endings: (() => unknown)[] = [];

  beforeAll(async () => {
    authority = await makeAuthority();
  });
  afterEach(async () => {
    for (const end of endings.toReversed()) await end();
    endings = [];
  });
  afterAll(() => authority.remove());

  /** @returns the daemon, whose certificate names `one`, with the ports of TLS and HTTPS. */
  async function start(limits: Readonly<Record<string, number>> = {}) {
    const [tlsPort, httpsPort] = [await freePort(), await freePort()];
    const one = authority.issue('one');
    const home = await makeHome({
      mqtt: { listen_tls: [`127.0.0.1:${tlsPort}`], limits },
      http: { listen: `127.0.0.1:${httpsPort}`, tls: true },
      tls: { cert: './cert.pem', key: './key.pem' },
    });
    endings.push(() => home.remove());
    const paths = { cert: join(home.folder, 'cert.pem'), key: join(home.folder, 'key.pem') };
    const put = (files: { cert: string; key: string }) => {
      copyFileSync(files.cert, paths.cert);
      copyFileSync(files.key, paths.key);
    };
    put(one);
    const running = await startInProcess(home);
    endings.push(() => running[Symbol.asyncDispose]());
    return { home, running, tlsPort, httpsPort, put, paths };
  }

  async function connect(url: string, id: string, options = {}): Promise<TestClient> {
    const client = await TestClient.connect(url, id, { ca: readFileSync(authority.ca), ...options });
    endings.push(() => client[Symbol.asyncDispose]());
    return client;
  }

  async function handshake(port: number): Promise<TLSSocket> {
    const socket = connectTls({ port, host: 'localhost', ca: readFileSync(authority.ca) });
    endings.push(() => socket.destroy());
    socket.on('error', () => undefined);
    await once(socket, 'secureConnect');
    return socket;
  }

  const refusals = ({ log }: RunningDaemon) =>
    log.filter(({ msg }) => msg === 'refused').map(({ guard, why }) => `${String(guard)}: ${String(why)}`);

  it.each([
    ['mqtts', 4],
    ['mqtts', 5],
    ['wss', 4],
    ['wss', 5],
  ] as const)('%s in version %i: command, reply and retained state', async (scheme, protocolVersion) => {
    const { tlsPort, httpsPort } = await start();
    const url = scheme === 'mqtts' ? `mqtts://localhost:${tlsPort}` : `wss://localhost:${httpsPort}/mqtt`;
    const client = await connect(url, 'client', { protocolVersion });
    expect(await client.ask({ type: 'zone.set_brightness', zone: 'floor', brightness: 40 })).toMatchObject({ ok: true });
    await client.mqtt.subscribeAsync('diuna/zone/floor/state');
    await until(() => client.state('floor')?.['brightness'] === 40, 'the retained state');
  });

  it('a new certificate is served to who comes, and who is there goes on; one that does not fit changes nothing', async () => {
    const { running, tlsPort, httpsPort, put, paths } = await start();
    const [byTls, byPage] = [await connect(`mqtts://localhost:${tlsPort}`, 'a'), await connect(`wss://localhost:${httpsPort}/mqtt`, 'b')];
    const served = async () => {
      const sockets = [await handshake(tlsPort), await handshake(httpsPort)];
      return sockets.map((socket) => socket.getPeerCertificate().subject.CN);
    };
    expect(await served()).toEqual(['one', 'one']);
    put(authority.issue('two'));
    await running.daemon.reload();
    const taken = () => running.log.filter(({ msg }) => msg === 'TLS certificate taken');
    await until(() => taken().length === 2, 'the new files to have settled');
    expect(await served()).toEqual(['two', 'two']);
    copyFileSync(authority.issue('three').cert, paths.cert);
    await running.daemon.reload();
    const rejected = () => running.log.find(({ msg }) => msg === 'system.config_rejected');
    expect(await until(rejected, 'the files that do not fit to be refused')).toMatchObject({ file: paths.cert });
    expect(await served()).toEqual(['two', 'two']);
    for (const client of [byTls, byPage]) expect(await client.ask({ type: 'system.ping' })).toMatchObject({ ok: true });
  });

  it('who speaks the wrong tongue ends, and the log says so', async () => {
    const { home, running, tlsPort, httpsPort } = await start();
    const connectPacket = Buffer.from([0x10, 0x0d, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 2, 0, 0, 0, 1, 0x61]);
    const request = Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    const tongues = [
      { port: tlsPort, bytes: connectPacket },
      { port: httpsPort, bytes: request },
      { port: home.port, bytes: request },
    ];
    for (const { port, bytes } of tongues) {
      const socket = connectNet({ port, host: '127.0.0.1' });
      socket.on('error', () => undefined);
      socket.write(bytes);
      socket.resume();
      await once(socket, 'close');
    }
    const tls = connectTls({ port: home.port, host: 'localhost' });
    tls.on('error', () => undefined);
    await until(() => tls.closed, 'the end of the connection');
    expect(refusals(running)).toEqual([
      'tls: on the TLS port: speaks no TLS',
      'tls: on the HTTPS port: speaks no TLS',
      'malformed: speaks HTTP on the MQTT port; MQTT over WebSocket is on that of http.listen',
      'malformed: speaks TLS on a port without',
    ]);
    expect(running.log.filter(({ guard }) => guard === 'tls').every(({ address }) => address === '127.0.0.1')).toBe(true);
    await connect(`mqtts://localhost:${tlsPort}`, 'served');
  });

  it('an old version of TLS is refused, and who does not trust us is told of', async () => {
    const { running, tlsPort } = await start();
    // at this level of security OpenSSL 3 still offers it
    const old = connectTls({
      port: tlsPort,
      host: 'localhost',
      rejectUnauthorized: false,
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    });
    await expect(once(old, 'secureConnect')).rejects.toThrow();
    const wary = connectTls({ port: tlsPort, host: 'localhost' });
    await expect(once(wary, 'secureConnect')).rejects.toThrow();
    await until(() => refusals(running).length >= 1, 'the log');
    expect(refusals(running)[0]).toBe('tls: on the TLS port: TLS failed: unsupported protocol');
    await connect(`mqtts://localhost:${tlsPort}`, 'served');
  });

  it('who never agrees on TLS, or agrees and is silent, ends in time and is counted', async () => {
    const { running, tlsPort, httpsPort } = await start({ connect_timeout: 0.3 });
    const silent = [tlsPort, httpsPort].map((port) => connectNet({ port, host: '127.0.0.1' }).on('error', () => undefined));
    const secured = [await handshake(tlsPort), await handshake(httpsPort)];
    for (const socket of [...silent, ...secured]) socket.resume();
    await until(() => [...silent, ...secured].every(({ destroyed }) => destroyed), 'all to end', 3000);
    expect(refusals(running).toSorted()).toEqual([
      'connect_timeout: connect did not arrive in time',
      'connect_timeout: sent no whole request in time',
      'tls: on the HTTPS port: TLS was not agreed on in time',
      'tls: on the TLS port: TLS was not agreed on in time',
    ]);
  });

  it('caps hold before anything is spent on TLS', async () => {
    const { running, tlsPort } = await start({ connections_per_address: 2 });
    const silent = [1, 2].map(() => connectNet({ port: tlsPort, host: '127.0.0.1' }));
    await Promise.all(silent.map((socket) => once(socket, 'connect')));
    const third = connectTls({ port: tlsPort, host: 'localhost', ca: readFileSync(authority.ca) });
    await expect(once(third, 'secureConnect')).rejects.toThrow();
    expect(refusals(running)).toEqual(['connections_per_address: 2 connections are open']);
    for (const socket of silent) socket.destroy();
    let served = false;
    const attempts = setInterval(() => {
      handshake(tlsPort).then(
        () => {
          served = true;
        },
        () => undefined,
      );
    }, 20);
    endings.push(() => clearInterval(attempts));
    await until(() => served, 'room for the next');
  });

  it('who reads nothing is given up on, and a bystander does not notice', async () => {
    const { running, tlsPort } = await start({
      stuck_client_bytes: 1_000_000,
      in_flight: 200,
      messages_per_second: 100_000,
      message_burst: 100_000,
    });
    const frozen = await connect(`mqtts://localhost:${tlsPort}`, 'frozen');
    await frozen.mqtt.subscribeAsync('big', { qos: 1 });
    frozen.mqtt.stream.removeAllListeners('data');
    frozen.mqtt.stream.unpipe();
    frozen.mqtt.stream.pause();
    const bystander = await connect(`mqtts://localhost:${tlsPort}`, 'bystander');
    for (let round = 0; round < 150; round += 1) await bystander.mqtt.publishAsync('big', Buffer.alloc(100_000), { qos: 1 });
    expect(await bystander.ask({ type: 'system.ping' })).toMatchObject({ ok: true });
    await until(() => running.log.some(({ guard }) => guard === 'stuck_client'), 'the broker to give up');
    expect(await bystander.ask({ type: 'system.ping' })).toMatchObject({ ok: true });
  });

  it('stops in time, whatever state its connections are in', async () => {
    const { running, tlsPort, httpsPort } = await start();
    for (const port of [tlsPort, httpsPort]) {
      connectNet({ port, host: '127.0.0.1' }).on('error', () => undefined);
      await handshake(port);
    }
    const reasons: (number | undefined)[] = [];
    for (const url of [`mqtts://localhost:${tlsPort}`, `wss://localhost:${httpsPort}/mqtt`]) {
      const client = await connect(url, `v5 ${url.slice(0, 3)}`, { protocolVersion: 5 });
      client.mqtt.on('disconnect', ({ reasonCode }) => reasons.push(reasonCode));
    }
    const begin = performance.now();
    await running[Symbol.asyncDispose]();
    expect(performance.now() - begin).toBeLessThan(10_000); // far above what a stop may take: it hangs on nobody
    await until(() => reasons.length === 2, 'both to be told');
    expect(reasons).toEqual([0x8b, 0x8b]);
  });

  it.runIf(mosquitto)('mosquitto_pub is served with --cafile', async () => {
    const { home, tlsPort } = await start();
    const watcher = await connect(`mqtt://127.0.0.1:${home.port}`, 'watcher');
    await watcher.mqtt.subscribeAsync('from/mosquitto', { qos: 1 });
    await mosquittoPub(tlsPort, '--cafile', authority.ca, '-t', 'from/mosquitto', '-m', 'hello', '-q', '1');
    await until(() => watcher.on('from/mosquitto')[0]?.payload === 'hello', 'the message');
  });
});
