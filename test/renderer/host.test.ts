import { describe, expect, it } from 'vitest';
import { RendererHost, type RendererHostOptions } from '../../src/renderer/host.ts';
import { childrenOf } from './support/processes.ts';
import { layoutOf, lit } from './support/scenes.ts';
import { UdpReceiver } from './support/udp-receiver.ts';
import { until } from './support/until.ts';

const entry = new URL('../../dist/renderer.js', import.meta.url);
const isolations = ['thread', 'process'] as const;

interface Told {
  readonly type: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

async function setUp(isolation: RendererHostOptions['isolation'], more: Parameters<typeof layoutOf>[2] = {}) {
  const receiver = new UdpReceiver();
  const port = await receiver.listen();
  const told: Told[] = [];
  const layout = layoutOf([{ driver: 'ddp', host: '127.0.0.1', port }], 2, more);
  const host = new RendererHost({ layout, isolation, entry, report: (type, payload) => told.push({ type, payload }) });
  await host.start();
  const show = (brightness: number) => new Promise<boolean>((resolve) => host.show([lit('floor', brightness)], [], resolve));
  const seen = (level: number) => until(() => receiver.newest?.[10] === level);
  const close = async () => {
    await host[Symbol.asyncDispose]();
    await receiver[Symbol.asyncDispose]();
  };
  return { receiver, port, told, host, layout, show, seen, close };
}

describe.each(isolations)('the renderer in a %s', (isolation) => {
  it('shows a change on the wire and says so', async () => {
    const { show, seen, close } = await setUp(isolation);
    expect(await show(255)).toBe(true);
    await seen(255);
    expect(await show(1)).toBe(true);
    await close();
  });

  it('takes changes before it has started', async () => {
    await using receiver = new UdpReceiver();
    const layout = layoutOf([{ driver: 'ddp', host: '127.0.0.1', port: await receiver.listen() }]);
    await using host = new RendererHost({ layout, isolation, entry, report: () => undefined });
    const shown = new Promise<boolean>((resolve) => host.show([lit('floor', 255)], [], resolve));
    await host.start();
    expect(await shown).toBe(true);
  });

  it('answers that nobody can see it where the output is failing', async () => {
    const told: Told[] = [];
    const layout = layoutOf([{ driver: 'ddp', host: 'no-such-host.invalid', port: 4048 }, { driver: 'simulated' }]);
    await using host = new RendererHost({ layout, isolation, entry, report: (type, payload) => told.push({ type, payload }) });
    await host.start();
    const ask = (zone: string) => new Promise<boolean>((resolve) => host.show([lit(zone, 9)], [], resolve));
    expect(await ask('floor')).toBe(false);
    expect(await ask('shelf')).toBe(true);
    expect(told).toMatchObject([{ type: 'system.output_failed', payload: { strip: 'main', code: 'ddp_unknown_host', retry_ms: 500 } }]);
  });

  it('takes a new layout while it runs', async () => {
    const { host, seen, show, close } = await setUp(isolation);
    await show(255);
    await using other = new UdpReceiver();
    host.configure(layoutOf([{ driver: 'ddp', host: '127.0.0.1', port: await other.listen() }], 3));
    await until(() => other.newest?.length === 10 + 9 && other.newest[10] === 255);
    await seen(0);
    await close();
  });

  it('shows previews and counters', async () => {
    const { host, show, close } = await setUp(isolation);
    const levels: (number | undefined)[] = [];
    host.onPreview(60, (strips) => levels.push(strips[0]?.rgb[0]));
    await show(255);
    await until(() => levels.at(-1) === 255);
    expect(await host.probe(10_000)).toBe(true);
    expect(host.stats()).toMatchObject({ moving: false, overruns: 0 });
    await close();
  });

  it('darkens the strip at its end where the layout wants that', async () => {
    const { show, seen, close, receiver } = await setUp(isolation, { onStop: 'off' });
    await show(255);
    await seen(255);
    await close();
    expect(receiver.newest?.[10]).toBe(0);
  });
});

describe('a renderer that ends by itself', () => {
  it('is started again with the targets it had, and answers who waited', async () => {
    const { show, seen, receiver, told, close } = await setUp('process');
    await show(255);
    await seen(255);
    const [pid = 0] = childrenOf(process.pid);
    process.kill(pid, 'SIGKILL');
    await until(() => told.length > 0);
    receiver.packets.length = 0;
    const waited = show(255);
    await seen(255);
    expect(await waited).toBe(true);
    await until(() => told.length === 2);
    expect(told.map(({ type }) => type)).toEqual(['system.output_failed', 'system.output_recovered']);
    expect(told[0]?.payload).toMatchObject({ strip: 'main', code: 'renderer_ended' });
    expect(childrenOf(process.pid)).not.toContain(pid);
    await close();
  });

  it('does not keep the daemon from starting, and is tried again', async () => {
    const told: Told[] = [];
    const missing = new URL('../../dist/no-such-renderer.js', import.meta.url);
    const layout = layoutOf([{ driver: 'simulated' }]);
    await using host = new RendererHost({
      layout,
      isolation: 'thread',
      entry: missing,
      report: (type, payload) => told.push({ type, payload }),
    });
    await host.start();
    expect(told).toMatchObject([{ type: 'system.output_failed', payload: { code: 'renderer_ended' } }]);
  });
});

describe('isolation', () => {
  it('is a thread, and a process where a strip needs root', async () => {
    await using thread = new RendererHost({
      layout: layoutOf([{ driver: 'simulated' }]),
      isolation: 'auto',
      entry,
      report: () => undefined,
    });
    await thread.start();
    expect(childrenOf(process.pid)).toEqual([]);
    const wired = layoutOf([{ driver: 'ws281x', gpio: 18, dma: 10 }]);
    await using child = new RendererHost({ layout: wired, isolation: 'auto', entry, report: () => undefined });
    await child.start();
    expect(childrenOf(process.pid)).toHaveLength(1);
    expect(await new Promise((resolve) => child.show([lit('floor', 1)], [], resolve))).toBe(false);
  });
});
