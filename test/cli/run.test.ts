import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { RunningCli, runCli } from './support/run-cli.ts';

const config = (port: number) => `mqtt: { listen: ['127.0.0.1:${port}'] }
http: { listen: null }
strips: { main: { length: 20 } }
zones: { floor: { strip: main, range: [0, 19] } }
`;

let folder: string;
const running: RunningCli[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'diuna-run-'));
  writeFileSync(join(folder, 'config.yaml'), config(0));
});
afterEach(() => {
  for (const { process } of running.splice(0)) process.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

function run(...words: string[]): RunningCli {
  return runWith({}, ...words);
}

function runWith(environment: Readonly<Record<string, string>>, ...words: string[]): RunningCli {
  const daemon = new RunningCli(['run', ...words], folder, { environment });
  running.push(daemon);
  return daemon;
}

/** A daemon that is up, and the port that it took. */
function start(...words: string[]): Promise<{ daemon: RunningCli; port: number }> {
  return up(run(...words));
}

async function up(daemon: RunningCli): Promise<{ daemon: RunningCli; port: number }> {
  await expect.poll(() => daemon.stderr, { timeout: 10_000 }).toContain('diuna is running');
  return { daemon, port: Number(/127\.0\.0\.1:(\d+)/.exec(daemon.stderr)?.[1]) };
}

it('serves clients, goes on after a reload with mistakes, and stops in order when asked to', async () => {
  const { daemon, port } = await start();
  expect(await runCli(['set', 'floor', 'on', 'red', '-p', String(port)])).toMatchObject({ code: 0, stderr: '' });
  writeFileSync(join(folder, 'config.yaml'), 'strips: 5\n');
  daemon.process.kill('SIGHUP');
  await expect.poll(() => daemon.stderr, { timeout: 5000 }).toContain('config_rejected');
  const { stdout } = await runCli(['get', 'floor', '-p', String(port)]);
  expect(stdout).toContain('ON   brightness 255  #ff0000');
  daemon.process.kill('SIGTERM');
  expect(await daemon.end()).toMatchObject({ code: 0, stderr: expect.stringContaining('diuna has stopped') });
});

it('lights and serves from memory where the disk hangs, and ends all the same when asked to', async () => {
  mkdirSync(join(folder, 'data'));
  // Opening it waits for a writer that never comes, as reading does on a card that hangs.
  execFileSync('mkfifo', [join(folder, 'data', 'state.json')]);
  const { daemon, port } = await start();
  expect(daemon.stderr).toContain('ETIMEDOUT');
  const set = await runCli(['set', 'floor', 'on', 'red', '-p', String(port)]);
  expect(set).toMatchObject({ code: 0, stderr: expect.stringContaining('in memory only') });
  const before = performance.now();
  daemon.process.kill('SIGTERM');
  const { stderr } = await daemon.end();
  expect(performance.now() - before).toBeLessThan(3500);
  expect(stderr).toContain('diuna has stopped');
  // Node's own exit would wait for the disk; systemd takes an end by this signal for an orderly one.
  expect([daemon.process.exitCode, daemon.process.signalCode]).toEqual([null, 'SIGTERM']);
});

it('told to restart by a client it stops in order, with the exit code at which its service manager starts it again', async () => {
  const { daemon, port } = await up(runWith({ NOTIFY_SOCKET: join(folder, 'notify') }));
  expect(await runCli(['restart', '-p', String(port)])).toMatchObject({ code: 0, stdout: 'the daemon restarts\n', stderr: '' });
  const { code, stderr } = await daemon.end();
  expect(code).toBe(100);
  expect(stderr).toContain('diuna has stopped');
});

it('does not restart where no service manager started it, which the client is told', async () => {
  const { daemon, port } = await up(runWith({ NOTIFY_SOCKET: '' }));
  const { code, stderr } = await runCli(['restart', '-p', String(port)]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^refused \(unsupported\): no service manager would start the daemon again.* systemd/);
  daemon.process.kill('SIGTERM');
  expect((await daemon.end()).code).toBe(0);
});

it('says that a preview needs a terminal, and goes on without', async () => {
  const { daemon } = await start('--preview');
  await expect.poll(() => daemon.stderr).toContain('standard output is no terminal');
  daemon.process.kill('SIGINT');
  expect((await daemon.end()).code).toBe(0);
});

it('exits with 75 where its port is taken, and says what to do', async () => {
  const { port } = await start();
  writeFileSync(join(folder, 'config.yaml'), `${config(port)}store: { path: ./other }\n`);
  const { code, stderr } = await run().end();
  expect(code).toBe(75);
  expect(stderr).toMatch(/^diuna: another program listens on 127\.0\.0\.1:\d+: stop it .*mqtt\.listen$/m);
});

it('exits with 78 where there is no such user to become', async () => {
  const { code, stderr } = await run('--user', 'no-such-user').end();
  expect(code).toBe(78);
  expect(stderr).toContain('there is no user no-such-user: create it');
});
