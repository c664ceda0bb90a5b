/** A renderer under a keeper: what it survives, what it may drive, and that it leaves nothing behind. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { describe, expect, it } from 'vitest';
import type { OutputLayout } from '../../src/model/config-outputs.ts';
import { RendererHost } from '../../src/renderer/host.ts';
import { KeepingLauncher } from '../../src/renderer/keeping-launcher.ts';
import { directLauncher, type RunningListener } from '../../src/renderer/launch.ts';
import type { FromRenderer } from '../../src/renderer/messages.ts';
import { isRoot } from '../support/programs.ts';
import { childrenOf, isAlive, userOf } from './support/processes.ts';
import { layoutOf, lit } from './support/scenes.ts';
import { until } from './support/until.ts';

const entry = new URL('../../dist/renderer.js', import.meta.url);
const simulated = { driver: 'simulated' } as const;
const wired = (gpio: number, dma = 10): OutputLayout => ({ driver: 'ws281x', gpio, dma });

interface Told {
  readonly type: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

async function setUp(outputs: readonly OutputLayout[]) {
  const told: Told[] = [];
  const options = { layout: layoutOf(outputs), isolation: 'process', dropsRights: true, entry } as const;
  // It would choose the keeper itself where strips need root.
  const host = new RendererHost({ ...options, report: (type, payload) => told.push({ type, payload }) }, new KeepingLauncher());
  await host.start();
  const [keeper = 0] = childrenOf(process.pid);
  expect(keeper).toBeGreaterThan(0); // signals to 0 are for all of us
  const show = (brightness: number) => new Promise<boolean>((resolve) => host.show([lit('floor', brightness)], [], resolve));
  const failures = () =>
    told.flatMap(({ type, payload }) => (type === 'system.output_failed' ? [[payload['strip'], payload['code']]] : []));
  return { told, host, keeper, show, failures, renderers: () => childrenOf(keeper) };
}

function listener(): RunningListener & { readonly heard: FromRenderer[]; readonly ends: string[] } {
  const heard: FromRenderer[] = [];
  const ends: string[] = [];
  return { heard, ends, message: (message) => void heard.push(message), ended: (reason) => void ends.push(reason) };
}

describe('a process that is killed', () => {
  it('is gone when kill says so, so that the next one finds the hardware free', async () => {
    const ear = listener();
    const running = directLauncher.launch('process', entry, ear);
    const [pid = 0] = childrenOf(process.pid);
    running.post({ kind: 'configure', layout: layoutOf([simulated]) });
    await until(() => ear.heard.length > 0);
    await running.kill();
    expect(isAlive(pid)).toBe(false);
    expect(ear.ends).toEqual(['its process was ended by SIGKILL']);
    await running.kill();
  });

  it('is gone with its renderer where it is a keeper', async () => {
    const ear = listener();
    const running = new KeepingLauncher().launch('process', entry, ear);
    running.post({ kind: 'configure', layout: layoutOf([simulated]) });
    await until(() => ear.heard.length > 0);
    const [keeper = 0] = childrenOf(process.pid);
    const [renderer = 0] = childrenOf(keeper);
    process.kill(renderer, 'SIGSTOP');
    await running.kill();
    expect([keeper, renderer].map(isAlive)).toEqual([false, false]);
    expect(ear.ends).toHaveLength(1);
  });
});

describe('a renderer under a keeper', () => {
  it('shows, answers, and is started again by the keeper, however often it ends', async () => {
    const { host, keeper, show, told, renderers } = await setUp([simulated]);
    expect(await show(7)).toBe(true);
    for (const round of [1, 2]) {
      const [pid = 0] = renderers();
      process.kill(pid, 'SIGKILL');
      expect(await show(round)).toBe(true);
      await until(() => told.length === 2 * round);
      expect(renderers()).not.toEqual([pid]);
    }
    expect(told.map(({ type }) => type.split('_')[1])).toEqual(['failed', 'recovered', 'failed', 'recovered']);
    expect(childrenOf(process.pid)).toEqual([keeper]);
    expect(await host.probe(10_000)).toBe(true);
    const last = renderers();
    await host[Symbol.asyncDispose]();
    expect([keeper, ...last].filter(isAlive)).toEqual([]);
  });

  it('leaves no keeper behind when the daemon ends while it is gone', async () => {
    const { host, keeper, told, renderers } = await setUp([simulated]);
    for (const pid of renderers()) process.kill(pid, 'SIGKILL');
    await until(() => told.length > 0);
    await host[Symbol.asyncDispose]();
    expect(isAlive(keeper)).toBe(false);
  });

  it('drives the pins of the first layout alone, whatever later ones say, and after it ended too', async () => {
    const { host, failures, told, renderers } = await setUp([wired(18), simulated]);
    // This machine is no Pi, or nobody's root: what counts is that the strip was tried.
    await until(() => failures().length === 1);
    const tried = failures()[0]?.[1];
    expect(tried).not.toBe('ws281x_needs_restart');
    host.configure(layoutOf([wired(18), wired(13)]));
    await until(() => failures().length === 2);
    expect(failures()[1]).toEqual(['side', 'ws281x_needs_restart']);
    expect(told.at(-1)?.payload).toMatchObject({ cure: 'Restart the service.', retry_ms: null });
    host.configure(layoutOf([wired(18, 9), simulated]));
    await until(() => failures().length === 3);
    expect(failures()[2]).toEqual(['main', 'ws281x_needs_restart']);
    told.length = 0;
    for (const pid of renderers()) process.kill(pid, 'SIGKILL');
    await until(() => failures().length === 3);
    expect(failures()[2]).toEqual(['main', 'ws281x_needs_restart']);
    await host[Symbol.asyncDispose]();
  });

  it('is given no layout that a configuration cannot give', async () => {
    const { host, show, renderers, failures } = await setUp([simulated]);
    const before = renderers();
    const good = layoutOf([simulated]);
    host.configure({ ...good, strips: good.strips.map((strip) => ({ ...strip, length: 2 ** 31 })) });
    host.configure({
      ...good,
      zones: good.zones.map((zone) => ({ ...zone, segments: [{ strip: 5, first: 0, length: 2, reverse: false }] })),
    });
    host.configure(layoutOf([{ driver: 'ws281x', gpio: -1, dma: 10 }]));
    expect(await show(9)).toBe(true);
    expect([renderers(), failures()]).toEqual([before, []]);
    await host[Symbol.asyncDispose]();
  });

  it('is not waited for where its first layout is refused', async () => {
    const { host, failures, renderers } = await setUp([{ driver: 'ws281x', gpio: 18, dma: 99 }]);
    expect(failures()).toEqual([['main', 'renderer_ended']]);
    expect(renderers()).toEqual([]);
    await host[Symbol.asyncDispose]();
  });
});

/** A daemon of two lines that gives root away; it tells its events. */
const daemon = `
  import { RendererHost } from './src/renderer/host.ts';
  import { layoutOf, lit } from './test/renderer/support/scenes.ts';
  const entry = new URL(process.argv[2]);
  const layout = layoutOf([JSON.parse(process.argv[3])]);
  const report = (type, { code, cure, retry_ms }) => console.log(JSON.stringify([type, code, retry_ms, cure]));
  const host = new RendererHost({ layout, isolation: 'auto', dropsRights: true, entry, report });
  const started = host.start();
  process.setgroups([]); process.setgid(65534); process.setuid(65534);
  await started;
  process.on('SIGHUP', () => host.configure(layoutOf([{ driver: 'ws281x', gpio: 18, dma: 10 }])));
  console.log('["ready"]');
`;

async function asRoot(output: OutputLayout, work: (child: ChildProcess, lines: readonly string[]) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'diuna-keeper-'));
  const outfile = join(folder, 'daemon.mjs');
  buildSync({ stdin: { contents: daemon, resolveDir: process.cwd() }, bundle: true, platform: 'node', format: 'esm', outfile });
  const child = spawn(process.execPath, [outfile, entry.href, JSON.stringify(output)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: string[] = [];
  child.stdout.on('data', (text: Buffer) => lines.push(...text.toString().trim().split('\n')));
  try {
    await until(() => lines.includes('["ready"]'));
    await work(child, lines);
  } finally {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  }
}

describe.runIf(isRoot())('a daemon that gave root away', () => {
  it('has a renderer that is root, also after it ended; both go when the daemon is killed', async () => {
    await asRoot(wired(18), async (child) => {
      const [keeper = 0] = childrenOf(child.pid ?? 0);
      const [first = 0] = childrenOf(keeper);
      expect([child.pid ?? 0, keeper, first].map(userOf)).toEqual([65534, 0, 0]);
      process.kill(first, 'SIGKILL');
      await until(() => childrenOf(keeper).some((pid) => pid !== first));
      const second = childrenOf(keeper).find((pid) => pid !== first) ?? 0;
      expect(userOf(second)).toBe(0);
      child.kill('SIGKILL');
      await until(() => ![keeper, second].some(isAlive));
    });
  });

  it('tells why a strip stays dark which a reload puts on the hardware, and keeps its thread', async () => {
    await asRoot(simulated, async (child, lines) => {
      expect(childrenOf(child.pid ?? 0)).toEqual([]);
      child.kill('SIGHUP');
      await until(() => lines.length > 1);
      // The checks before that of the user find no Pi here.
      expect(lines[1]).toMatch(/ws281x_(not_a_pi|not_root)/);
      expect(childrenOf(child.pid ?? 0)).toEqual([]);
    });
  });
});
