/** A store that is missing, cannot be used, or is damaged: the daemon lights and serves all the same, and says what is wrong. */
import { cp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Reply } from '../../src/model/reply.ts';
import { TestClient } from '../support/client.ts';
import { type Home, makeHome } from '../support/daemon.ts';
import { until } from '../support/until.ts';
import { type Launched, launchRunning } from './support/launched.ts';
import { Random, seed } from './support/random.ts';
import { connect, health, makeStage, makeStrip, watch } from './support/stage.ts';
import type { Strip } from './support/strip.ts';

const COLORS = ['#ff0000', '#00ff00', '#0000ff', '#ffff00', '#ff00ff', '#00ffff'] as const;

function hex(state: unknown): string {
  const { zones } = JSON.parse(JSON.stringify(state));
  const { r, g, b } = zones.floor.color;
  return zones.floor.state === 'OFF' ? '#000000' : `#${[r, g, b].map((value: number) => value.toString(16).padStart(2, '0')).join('')}`;
}

/** The strip shows what the state says, and a command changes both. */
async function expectServing(home: Home, strip: Strip): Promise<Reply> {
  const phone = await connect(home, 'phone');
  const { state } = await phone.ask({ type: 'state.get' });
  await strip.shows(hex(state));
  const color = hex(state) === '#00ffff' ? '#ff0000' : '#00ffff';
  const reply = await phone.ask({ type: 'zone.set', zone: 'floor', state: 'ON', color, brightness: 255, ack: 'rendered' });
  expect(reply).toMatchObject({ ok: true, changed: true });
  await strip.shows(color);
  return reply;
}

describe('a store folder', () => {
  it('that is missing is made, with those above it', async () => {
    const [home, strip] = [await makeStage(), await makeStrip()];
    await strip.attach(home, { store: { path: './deep/below/data' } });
    await launchRunning(home);
    expect(await expectServing(home, strip)).not.toHaveProperty('durable');
    expect(await readdir(join(home.folder, 'deep/below/data'))).toContain('journal');
  });

  // Paths where nobody may make anything, root included.
  it.each([
    { what: 'below a file', path: './config.yaml/data' },
    { what: 'a file itself', path: './config.yaml' },
    { what: 'below a device', path: '/dev/null/data' },
    { what: 'on a file system that takes no folders', path: '/sys/diuna/data' },
    { what: 'on a file system that says there is no such place', path: '/proc/diuna/data' },
  ])('that cannot be made ($what) leaves the daemon in memory, which it says', async ({ path }) => {
    const [home, strip] = [await makeStage(), await makeStrip()];
    await strip.attach(home, { store: { path } });
    const daemon = await launchRunning(home);
    expect(await expectServing(home, strip)).toMatchObject({ durable: false });
    const [failed] = daemon.logged('system.store_failed');
    expect(failed).toMatchObject({ level: 'warn', path: expect.any(String), code: expect.any(String), cure: expect.any(String) });
    const watcher = await watch(home);
    await until(() => health(watcher)['store'] === 'failing', 'the health');
    expect(health(watcher)).toMatchObject({ healthy: false });
    expect(await watcher.ask({ type: 'events.replay', after: 0 })).toMatchObject({ ok: true, complete: true, count: 1 });
    expect(await daemon.terminate()).toEqual({ code: 0, signal: null });
  });

  it('that another daemon uses is left alone', async () => {
    const home = await makeStage();
    const first = await launchRunning(home);
    const phone = await connect(home, 'phone');
    await phone.ask({ type: 'zone.toggle', zone: 'floor' });
    const other = await makeStage({ store: { path: join(home.folder, 'data') } });
    const second = await launchRunning(other);
    expect(second.logged('system.store_failed')).toEqual([expect.objectContaining({ code: 'locked' })]);
    const tablet = await connect(other, 'tablet');
    expect(await tablet.ask({ type: 'zone.toggle', zone: 'shelf' })).toMatchObject({ ok: true, durable: false });
    expect(await second.terminate()).toEqual({ code: 0, signal: null });
    expect(await phone.ask({ type: 'zone.toggle', zone: 'floor' })).toMatchObject({ ok: true, version: 2 });
    expect(await first.terminate()).toEqual({ code: 0, signal: null });
    const again = await launchRunning(home);
    expect(again.logged('system.store_damaged')).toEqual([]);
  });
});

describe('a damaged store', () => {
  let original: Home;

  /** Snapshots of two runs, and records behind them of a run that was killed. */
  beforeAll(async () => {
    original = await makeHome();
    for (const end of ['terminate', 'terminate', 'kill'] as const) {
      const daemon = await launchRunning(original);
      const client = await TestClient.connect(original.port, `maker-${end}`);
      for (let count = 0; count < 20; count += 1) {
        await client.ask({ type: 'zone.set_color', zone: 'floor', color: COLORS[count % COLORS.length] });
      }
      await client[Symbol.asyncDispose]();
      await daemon[end]();
    }
  });
  afterAll(async () => {
    await original.remove();
  });

  async function copy(strip: Strip): Promise<{ home: Home; files: string[] }> {
    const home = await makeStage();
    await strip.attach(home, { log: { level: 'debug' } });
    const data = join(home.folder, 'data');
    await cp(join(original.folder, 'data'), data, { recursive: true });
    await rm(join(data, 'lock'), { force: true });
    const journal = (await readdir(join(data, 'journal'))).map((name) => join(data, 'journal', name));
    return { home, files: [join(data, 'state.json'), join(data, 'state.previous.json'), ...journal] };
  }

  /** Starts on it and asks for all of its history. @returns what was told of damage. */
  async function start(home: Home, strip: Strip): Promise<{ daemon: Launched; whole: boolean }> {
    const daemon = await launchRunning(home);
    const reader = await connect(home, 'reader');
    const replayed = await reader.ask({ type: 'events.replay', after: 0 });
    expect(replayed).toMatchObject({ ok: true });
    expect(await expectServing(home, strip)).not.toHaveProperty('durable');
    return { daemon, whole: replayed.ok && replayed.complete === true && replayed.count === 60 };
  }

  it('with a bit flipped anywhere serves, and names the damage or has lost nothing', async () => {
    const chosen = seed();
    const random = new Random(chosen);
    for (let round = 0; round < 8; round += 1) {
      const strip = await makeStrip();
      const { home, files } = await copy(strip);
      const path = random.pick([files[0] ?? '', ...files.slice(1)]);
      const bytes = await readFile(path);
      const at = random.integer(bytes.length);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << random.integer(8));
      await writeFile(path, bytes);
      const what = `DIUNA_SEED=${chosen}, round ${round}: byte ${at} of ${path}`;
      const { daemon, whole } = await start(home, strip).catch((cause: unknown) => {
        throw new Error(what, { cause });
      });
      const told = daemon.logged('system.store_damaged');
      expect(whole || told.length > 0, `${what} is told, or nothing is lost`).toBe(true);
      for (const line of told) expect(line, what).toMatchObject({ path: expect.stringContaining(home.folder), cure: expect.any(String) });
      const watcher = await watch(home);
      await until(() => health(watcher)['store'] === (told.length > 0 ? 'was_damaged' : 'ok'), `${what}: the health`);
      await daemon.terminate();
    }
  });

  it.each([
    { what: 'a journal cut in the middle of a record', spoil: async (files: string[]) => cut(files.at(-1) ?? '', 0.97) },
    {
      what: 'a journal of zeros at the end',
      spoil: async (files: string[]) => writeFile(files.at(-1) ?? '', Buffer.alloc(5000), { flag: 'a' }),
    },
    { what: 'an empty journal', spoil: async (files: string[]) => cut(files.at(-1) ?? '', 0) },
    { what: 'an empty snapshot', spoil: async (files: string[]) => cut(files[0] ?? '', 0) },
    { what: 'a snapshot of something else', spoil: async (files: string[]) => writeFile(files[0] ?? '', '{"format":1}') },
    { what: 'no snapshot', spoil: async (files: string[]) => Promise.all(files.slice(0, 2).map((path) => rm(path, { force: true }))) },
  ])('with $what serves and goes on', async ({ spoil }) => {
    const strip = await makeStrip();
    const { home, files } = await copy(strip);
    await spoil(files);
    const { daemon } = await start(home, strip);
    await daemon.kill();
    const again = await launchRunning(home);
    const phone = await connect(home, 'phone-again');
    const { state } = await phone.ask({ type: 'state.get' });
    expect(hex(state)).toBe(strip.color);
    expect(again.logged('system.store_failed')).toEqual([]);
  });

  it('brings back the last state that is whole', async () => {
    const strip = await makeStrip();
    const { home, files } = await copy(strip);
    await Promise.all(files.slice(2).map((path) => writeFile(path, 'nothing of a journal')));
    const daemon = await launchRunning(home);
    expect(daemon.logged('system.store_damaged').length).toBeGreaterThan(0);
    const phone = await connect(home, 'phone');
    const { state } = await phone.ask({ type: 'state.get' });
    expect(state).toMatchObject({ zones: { floor: { version: 40 } } });
    await strip.shows(hex(state));
  });
});

async function cut(path: string, part: number): Promise<void> {
  await truncate(path, Math.floor((await stat(path)).size * part));
}
