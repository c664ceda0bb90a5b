/** Logging in, from the command that adds a user to the daemon that lets it in: over real sockets, with and without TLS. */
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mosquitto, mosquittoPub } from '../scenario/mosquitto.ts';
import { makeAuthority } from '../support/certificates.ts';
import { freePort, type Home, makeHome, type SpawnedDaemon, spawnDaemon } from '../support/daemon.ts';
import { hasProgram } from '../support/programs.ts';
import { until } from '../support/until.ts';
import { RunningCli, runCli } from './support/run-cli.ts';

const password = 'correct horse';
let home: Home;
let daemon: SpawnedDaemon | null;
beforeEach(async () => {
  home = await makeHome();
  daemon = null;
});
afterEach(async () => {
  await daemon?.kill();
  await home.remove();
});

const addUser = (...words: string[]) =>
  runCli(['user', 'add', ...words, '--password-stdin', '-c', home.configPath], undefined, { input: `${password}\n` });
const get = (words: readonly string[], given = '') =>
  runCli(['get', 'floor', '-p', String(home.port), ...words], home.folder, { environment: { DIUNA_PASSWORD: given } });
const refused = { code: 69, stdout: '', stderr: expect.stringContaining('lets nobody in by this login') };

async function run(): Promise<void> {
  daemon = await spawnDaemon(home);
}

async function reload(): Promise<void> {
  const before = daemon?.output().split('config reloaded').length ?? 0;
  daemon?.process.kill('SIGHUP');
  await until(() => (daemon?.output().split('config reloaded').length ?? 0) > before, 'the reload');
}

/** With another broker it is that one that lets in. */
describe('with users', () => {
  it('a user logs in by its password, from the environment or a file', async () => {
    await addUser('anna');
    await run();
    expect(await get([])).toMatchObject(refused);
    expect(await get(['-u', 'anna'], 'wrong horse')).toMatchObject(refused);
    expect(await get(['-u', 'anna'], password)).toMatchObject({ code: 0, stdout: expect.stringContaining('floor') });
    writeFileSync(join(home.folder, 'secret'), `${password}\r\nnot this\n`);
    expect(await get(['-u', 'anna', '--password-file', 'secret'])).toMatchObject({ code: 0 });
    expect(await get(['-u', 'anna', '--password-file', 'nowhere'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--password-file'),
    });
    expect(daemon?.output()).not.toMatch(/correct horse|wrong horse|scrypt/);
  });

  it.skipIf(!mosquitto)('mosquitto_pub logs in as others do', async () => {
    await addUser('anna');
    await run();
    const publish = (by: string) =>
      mosquittoPub(home.port, '-i', 'cli', '-u', 'anna', '-P', by, '-t', 'diuna/set/floor', '-m', 'ON', '-q', '1');
    await publish(password);
    await expect(publish('wrong horse')).rejects.toThrow(/bad user name or password/);
  });

  it('a token logs in by itself, and is parted with once it is revoked', async () => {
    await addUser('anna');
    await run();
    const token = (await runCli(['token', 'create', 'ha', '-c', home.configPath])).stdout.trim();
    expect(await get([], token)).toMatchObject({ code: 0 });
    expect(await get(['-u', 'ha'], token)).toMatchObject({ code: 0 });
    expect(await get(['-u', 'anna'], token)).toMatchObject(refused);
    const watching = new RunningCli(['watch', '-p', String(home.port)], undefined, { environment: { DIUNA_PASSWORD: token } });
    await until(() => watching.stderr.includes('watching'), 'the watcher');
    const [{ id }] = JSON.parse((await runCli(['token', 'list', '--json', '-c', home.configPath])).stdout);
    await runCli(['token', 'revoke', id, '-c', home.configPath]);
    expect(await get([], token)).toMatchObject(refused);
    expect(await watching.end()).toMatchObject({
      code: 69,
      stderr: expect.stringMatching(/connection was lost.*lets nobody in by this login/s),
    });
    expect(daemon?.output()).not.toContain(token.slice(0, 30));
  });

  it('a reload takes a user, a new password and the end of a user', async () => {
    await addUser('anna');
    await run();
    await addUser('bob');
    await reload();
    expect(await get(['-u', 'bob'], password)).toMatchObject({ code: 0 });
    await runCli(['user', 'remove', 'bob', '-c', home.configPath]);
    await reload();
    expect(await get(['-u', 'bob'], password)).toMatchObject(refused);
    expect(await get(['-u', 'anna'], password)).toMatchObject({ code: 0 });
  });
});

describe('watch, when the daemon is back', () => {
  async function watcher(): Promise<RunningCli> {
    await addUser('anna');
    await run();
    const watching = new RunningCli(['watch', '-p', String(home.port), '-u', 'anna'], undefined, {
      environment: { DIUNA_PASSWORD: password },
    });
    await until(() => watching.stderr.includes('watching'), 'the watcher');
    await daemon?.kill();
    daemon = null;
    return watching;
  }

  it('ends with the reason where its password was changed meanwhile', async () => {
    const watching = await watcher();
    await runCli(['user', 'add', 'anna', '--generate', '-c', home.configPath]);
    await run();
    const { code, stderr } = await watching.end();
    expect(code).toBe(69);
    expect(stderr).toContain('lets nobody in by this login');
    expect(stderr.match(/connection was lost/g)).toHaveLength(1);
  });

  it('goes on trying where it is only told to try later', async () => {
    const watching = await watcher();
    const busy = await FakeBroker.start(home.port, [3, 3]);
    await until(() => busy.refused === 2, 'two refusals', 10_000);
    await busy.stop();
    await run();
    await until(() => watching.stderr.includes('connected again'), 'the return', 10_000);
    watching.process.kill('SIGTERM');
    expect(await watching.end()).toMatchObject({ code: 0 });
  });

  it('a client that is told to try later says so', async () => {
    const busy = await FakeBroker.start(home.port, [3]);
    try {
      expect(await get([])).toMatchObject({ code: 69, stderr: expect.stringContaining('try again in a moment') });
    } finally {
      await busy.stop();
    }
  });
});

it('a client that is let in and thrown out at once says so, and ends', async () => {
  const broken = await FakeBroker.start(home.port, [0]);
  try {
    expect(await get([])).toMatchObject({ code: 69, stderr: expect.stringContaining('did not take the subscription') });
  } finally {
    await broken.stop();
  }
});

/** Answers each CONNECT with a return code of MQTT 3.1.1, and closes. */
class FakeBroker {
  refused = 0;
  readonly #server: Server;

  private constructor(codes: readonly number[]) {
    this.#server = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => {
        socket.end(Buffer.from([0x20, 2, 0, codes[this.refused] ?? 3]));
        this.refused += 1;
      });
    });
  }

  static async start(port: number, codes: readonly number[]): Promise<FakeBroker> {
    const broker = new FakeBroker(codes);
    broker.#server.listen(port, '127.0.0.1');
    await once(broker.#server, 'listening');
    return broker;
  }

  async stop(): Promise<void> {
    this.#server.close();
    await once(this.#server, 'close');
  }
}

describe.runIf(hasProgram('openssl'))('over TLS', () => {
  it('a client that knows the authority comes in, and no other', async () => {
    const authority = await makeAuthority();
    try {
      const port = await freePort();
      await home.configure({ mqtt: { listen_tls: [`127.0.0.1:${port}`] }, tls: authority.issue('daemon') });
      await run();
      const over = (...words: string[]) => runCli(['get', 'floor', '-p', String(port), ...words]);
      expect(await over('--ca', authority.ca)).toMatchObject({ code: 0 });
      expect(await over('--ca', authority.ca, '-H', 'localhost')).toMatchObject({ code: 0 });
      expect(await over('--tls')).toMatchObject({ code: 69, stderr: expect.stringContaining('--ca') });
      expect(await over('--ca', 'nowhere.pem')).toMatchObject({ code: 2 });
      expect(await over('--ca', home.configPath)).toMatchObject({ code: 2, stderr: expect.stringContaining('holds no certificate') });
      expect(await over()).toMatchObject({ code: 69 });
      expect(await get(['--ca', authority.ca])).toMatchObject({ code: 69, stderr: expect.stringContaining('does not speak TLS') });
    } finally {
      await authority.remove();
    }
  });
});
