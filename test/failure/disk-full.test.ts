/**
 * A disk that fills up under a running daemon: a file-size limit stands for it, which needs no rights, and where a tmpfs
 * may be mounted a real one. Lights follow, replies say that they are not durable, and all is caught up once there is room.
 */
import { execFileSync, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { TestClient } from '../support/client.ts';
import type { Home } from '../support/daemon.ts';
import { until } from '../support/until.ts';
import { expectWhole, historyAfter, statesFrom } from './support/history.ts';
import { type Launched, launchRunning } from './support/launched.ts';
import { afterwards, connect, events, health, makeStage, makeStrip, watch } from './support/stage.ts';

interface FullDisk {
  readonly what: string;
  /** The code that writes fail with. */
  readonly code: string;
  prepare(home: Home): void;
  fill(home: Home, daemon: Launched): Promise<void>;
  empty(home: Home, daemon: Launched): Promise<void>;
}

const fileSizeLimit: FullDisk = {
  what: 'a limit of file sizes',
  code: 'EFBIG',
  prepare: () => undefined,
  // In the middle of the next record: a full disk, too, takes a part of it.
  fill: async (_home, daemon) => daemon.limitFiles(6000),
  empty: async (_home, daemon) => daemon.limitFiles('unlimited'),
};

const tmpfs: FullDisk = {
  what: 'a tmpfs',
  code: 'ENOSPC',
  prepare: (home) => {
    const folder = join(home.folder, 'data');
    mkdirSync(folder, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', folder]);
    afterwards(async () => execFileSync('umount', ['--lazy', folder]));
  },
  fill: async (home) => {
    const filler = join(home.folder, 'data', 'filler');
    await expect(writeFile(filler, Buffer.alloc(1_000_000))).rejects.toThrow('ENOSPC');
  },
  empty: async (home) => rm(join(home.folder, 'data', 'filler')),
};

function mayMount(): boolean {
  try {
    execFileSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], { stdio: 'ignore' });
    return true;
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    return false;
  }
}

it.each([fileSizeLimit, ...(mayMount() ? [tmpfs] : [])])(
  'a disk that is full ($what) is told, the lights follow, and nothing is lost once there is room',
  async (disk) => {
    const [home, strip] = [await makeStage(), await makeStrip()];
    disk.prepare(home);
    await strip.attach(home);
    const daemon = await launchRunning(home);
    const [phone, watcher] = [await connect(home, 'phone'), await watch(home)];
    const color = async (value: string) => {
      const reply = await phone.ask({ type: 'zone.set_color', zone: 'floor', color: value, ack: 'rendered' });
      expect(reply).toMatchObject({ ok: true, changed: true });
      await strip.shows(value);
      return reply;
    };
    expect(await color('#ff0000')).not.toHaveProperty('durable');

    await disk.fill(home, daemon);
    // The first may still fit into what the file has.
    for (const value of ['#00ff00', '#0000ff', '#ffff00', '#00ffff']) await color(value);
    const failed = await until(() => events(watcher, 'system.store_failed')[0], 'the event');
    expect(failed).toMatchObject({ code: disk.code, path: expect.stringContaining(home.folder), cure: expect.any(String) });
    const undurable = await color('#ff00ff');
    expect(undurable).toMatchObject({ durable: false });
    expect(await phone.ask({ type: 'zone.set_color', zone: 'floor', color: 'nonsense' })).toMatchObject({ ok: false });
    await until(() => health(watcher)['store'] === 'failing', 'the health');
    expect(await historyAfter(phone, 0)).toHaveLength(6);

    await disk.empty(home, daemon);
    await until(() => events(watcher, 'system.store_recovered')[0], 'the event', 15_000);
    await until(() => health(watcher)['store'] === 'ok', 'the health');
    expect(health(watcher)).toMatchObject({ healthy: true });
    expect(await color('#ffffff')).not.toHaveProperty('durable');
    const before = await historyAfter(phone, 0);
    await daemon.kill();

    const again = await launchRunning(home);
    expect(again.logged('system.store_damaged')).toEqual([]);
    const reader = await connect(home, 'reader');
    const after = await historyAfter(reader, 0);
    expectWhole(after);
    expect(after).toEqual(before);
    expect(await reader.ask({ type: 'state.get' })).toMatchObject({ state: { zones: statesFrom(after) } });
    const phoneAgain = await connect(home, 'phone');
    const repeated = await phoneAgain.ask({
      type: 'zone.set_color',
      zone: 'floor',
      color: '#ff00ff',
      ack: 'rendered',
      request_id: undurable.request_id,
    });
    expect(repeated).toMatchObject({ ok: true, duplicate: true, version: 6 });
    await strip.shows('#ffffff');
  },
);

it('a disk that is full from the start leaves the daemon in memory, and is used once there is room', async () => {
  const [home, strip] = [await makeStage(), await makeStrip()];
  await strip.attach(home);
  const daemon = await launchRunning(home);
  daemon.limitFiles(0);
  const [phone, watcher] = [await connect(home, 'phone'), await watch(home)];
  for (const value of ['#ff0000', '#00ff00']) {
    expect(await phone.ask({ type: 'zone.set_color', zone: 'floor', color: value })).toMatchObject({ ok: true, durable: false });
    await strip.shows(value);
  }
  daemon.limitFiles('unlimited');
  await until(() => events(watcher, 'system.store_recovered')[0], 'the event', 15_000);
  expect(await daemon.terminate()).toEqual({ code: 0, signal: null });
  await launchRunning(home);
  expect(await historyAfter(await connect(home, 'reader'), 0)).toHaveLength(2);
});

it('a disk that stays full does not hold the end of the daemon', async () => {
  const home = await makeStage();
  const daemon = await launchRunning(home);
  daemon.limitFiles(0);
  const phone = await connect(home, 'phone');
  expect(await phone.ask({ type: 'zone.toggle', zone: 'floor' })).toMatchObject({ ok: true, durable: false });
  expect(await daemon.terminate()).toEqual({ code: 0, signal: null });
  const again = await launchRunning(home);
  const reader = await connect(home, 'reader');
  expect(await reader.ask({ type: 'zone.toggle', zone: 'floor' })).toMatchObject({ ok: true, version: 1 });
  expect(again.logged('system.store_failed')).toEqual([]);
  await again.kill(); // it may be writing a snapshot, which removing the folder would meet
});

it('a disk that is full behind the log costs its lines, and nothing else', async () => {
  const home = await makeStage();
  const full = openSync('/dev/full', 'w');
  const bundle = new URL('../../dist/diuna.js', import.meta.url).pathname;
  const daemon = spawn(process.execPath, [bundle, 'run', '-c', home.configPath], { stdio: ['ignore', 'ignore', full] });
  closeSync(full);
  afterwards(async () => daemon.kill('SIGKILL'));
  const phone = await untilConnected(home);
  for (const _ of [1, 2, 3]) {
    expect(await phone.ask({ type: 'zone.toggle', zone: 'floor' })).toMatchObject({ ok: true });
    phone.mqtt.publish('diuna/status', 'forged'); // which the log is told
  }
  expect(await phone.ask({ type: 'zone.toggle', zone: 'floor' })).toMatchObject({ ok: true, version: 4 });
  const before = performance.now();
  daemon.kill('SIGTERM');
  await until(() => daemon.exitCode !== null || daemon.signalCode !== null, 'the end');
  expect([daemon.exitCode, daemon.signalCode]).toEqual([0, null]);
  expect(performance.now() - before).toBeLessThan(3000);
});

async function untilConnected(home: Home): Promise<TestClient> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await connect(home, `phone-${attempt}`);
    } catch (cause) {
      if (attempt >= 200) throw cause;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
