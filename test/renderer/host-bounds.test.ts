/** What the host does when the renderer is slow, gone, or to be of another kind; with a stand-in for the thread or process. */
import { describe, expect, it } from 'vitest';
import type { Report } from '../../src/engine/ports.ts';
import { RendererHost } from '../../src/renderer/host.ts';
import { fakeLaunch } from './support/fake-launch.ts';
import { layoutOf, lit } from './support/scenes.ts';
import { until } from './support/until.ts';

async function setUp(more: { readonly dropsRights?: boolean } = {}) {
  const { started, launcher } = fakeLaunch();
  const told: string[] = [];
  const strips: unknown[] = [];
  const payloads: Readonly<Record<string, unknown>>[] = [];
  const report: Report = (type, payload) => {
    told.push(type);
    strips.push(payload['strip']);
    payloads.push(payload);
  };
  const host = new RendererHost({ layout: layoutOf([{ driver: 'simulated' }]), isolation: 'auto', report, ...more }, launcher);
  await host.start();
  const shows = (index: number) => started[index]?.posted.flatMap((message) => (message.kind === 'show' ? [message] : [])) ?? [];
  const answers: (boolean | null)[] = [];
  const show = (brightness: number, flash = false) => {
    const index = answers.push(null) - 1;
    const overlays = flash ? [{ zone: 'floor', kind: 'flash' as const, durationMs: 5 }] : [];
    host.show([lit('floor', brightness, 400)], overlays, (shown) => {
      answers[index] = shown;
    });
  };
  return { host, started, told, strips, payloads, shows, show, answers };
}

describe('a renderer that does not keep up', () => {
  it('is sent a bounded number of changes, and then the newest of each zone in one', async () => {
    const { host, started, shows } = await setUp();
    for (let count = 1; count <= 3000; count += 1) host.show([lit('floor', count % 256)], []);
    expect(shows(0)).toHaveLength(1024);
    expect(shows(0).at(-1)?.report).toBe(true);
    started[0]?.listener.message({ kind: 'shown', token: 1024, failed: [] });
    expect(shows(0)).toHaveLength(1025);
    expect(shows(0).at(-1)).toMatchObject({ token: 3000, changes: [{ zone: 'floor', target: { brightness: 3000 % 256 } }] });
  });

  it('leaves at most 4,096 waiting', async () => {
    const { show, answers } = await setUp();
    for (let count = 0; count < 4100; count += 1) show(1);
    expect(answers.filter((answer) => answer === false)).toHaveLength(4);
    expect(answers[4]).toBeNull();
  });
});

describe('a renderer that ended', () => {
  it('is told everything again, in one frame and without a transition', async () => {
    const { started, show, shows, answers, told, host } = await setUp();
    show(7);
    host.onPreview(10, () => undefined);
    started[0]?.listener.ended('a test');
    show(8);
    await until(() => started.length === 2 && told.length === 2);
    expect(started[1]?.posted.map(({ kind }) => kind)).toEqual(['configure', 'show', 'preview']);
    expect(shows(1)).toMatchObject([{ token: 2, report: true, changes: [{ zone: 'floor', target: { brightness: 8 }, transitionMs: 0 }] }]);
    started[1]?.listener.message({ kind: 'shown', token: 2, failed: [] });
    expect(answers).toEqual([true, true]);
    expect(told).toEqual(['system.output_failed', 'system.output_recovered']);
  });

  it('limits no supply any more: the next one tells its own', async () => {
    const { started, told, payloads } = await setUp();
    const power = { kind: 'power', supply: 'desk', limiting: true, limitMa: 1000, wantedMa: 1500 } as const;
    started[0]?.listener.message(power);
    started[0]?.listener.ended('a test');
    await until(() => told.includes('system.output_recovered'));
    started[1]?.listener.message(power);
    const limits = payloads.filter(({ supply }) => supply === 'desk');
    expect(limits.map(({ limiting }) => limiting)).toEqual([true, false, true]);
  });

  it('takes its flashes with it, and says so', async () => {
    const { started, show, answers } = await setUp();
    show(7, true);
    started[0]?.listener.ended('a test');
    show(8, true);
    expect(answers).toEqual([false, false]);
  });

  it('answers everybody when the daemon ends meanwhile', async () => {
    const { host, started, show, answers } = await setUp();
    started[0]?.listener.ended('a test');
    show(7);
    await host[Symbol.asyncDispose]();
    expect(answers).toEqual([false]);
    expect(started).toHaveLength(1);
  });
});

describe('a changed configuration', () => {
  it('moves the renderer to a process when a strip needs that, and forgets zones that are gone', async () => {
    const { host, started, show, shows } = await setUp();
    show(7);
    host.show([lit('shelf', 9)], []);
    host.configure(layoutOf([{ driver: 'ws281x', gpio: 18, dma: 10 }]));
    await until(() => started.length === 2);
    expect(started.map(({ isolation, killed }) => [isolation, killed])).toEqual([
      ['thread', true],
      ['process', false],
    ]);
    expect(shows(1).map(({ changes }) => changes.map(({ zone }) => zone))).toEqual([['floor']]);
  });

  it('leaves a process what it is: it may be the last one with rights, and darkens what is taken from it', async () => {
    const { host, started } = await setUp();
    host.configure(layoutOf([{ driver: 'ws281x', gpio: 18, dma: 10 }]));
    await until(() => started.length === 2);
    host.configure(layoutOf([{ driver: 'simulated' }]));
    expect(started).toHaveLength(2);
    expect(started[1]?.posted.at(-1)).toMatchObject({ kind: 'configure', layout: { strips: [{ output: { driver: 'simulated' } }] } });
  });

  it('does not move the renderer to a process once rights are given away, also after it ended', async () => {
    const { host, started } = await setUp({ dropsRights: true });
    host.configure(layoutOf([{ driver: 'ws281x', gpio: 18, dma: 10 }]));
    expect(started[0]?.posted.at(-1)).toMatchObject({ kind: 'configure', layout: { strips: [{ output: { driver: 'ws281x' } }] } });
    started[0]?.listener.ended('a test');
    await until(() => started.length === 2);
    expect(started.map(({ isolation }) => isolation)).toEqual(['thread', 'thread']);
  });

  it('ends the faults of the renderer that it replaces, and of strips that went while there was none', async () => {
    const { host, started, told, strips } = await setUp();
    const failed = { kind: 'output_failed', strip: 'main', code: 'a', message: 'b', cure: 'c', retryMs: 500 } as const;
    started[0]?.listener.message(failed);
    host.configure(layoutOf([{ driver: 'ws281x', gpio: 18, dma: 10 }, { driver: 'simulated' }]));
    await until(() => told.length === 2);
    expect(told).toEqual(['system.output_failed', 'system.output_recovered']);
    started[1]?.listener.ended('a test');
    host.configure(layoutOf([{ driver: 'simulated' }]));
    await until(() => told.length === 6);
    expect(told.slice(2)).toEqual([...Array(2).fill('system.output_failed'), ...Array(2).fill('system.output_recovered')]);
    expect(strips).toEqual(['main', 'main', 'main', 'side', 'main', 'side']);
    started[2]?.listener.ended('a test');
    await until(() => told.length === 8);
    expect(strips.slice(6)).toEqual(['main', 'main']);
  });

  it('goes to the running renderer otherwise', async () => {
    const { host, started } = await setUp();
    host.configure(layoutOf([{ driver: 'simulated' }], 9));
    expect(started).toHaveLength(1);
    expect(started[0]?.posted.at(-1)).toMatchObject({ kind: 'configure', layout: { strips: [{ length: 9 }] } });
  });

  it('ends a renderer that does not stop by itself', async () => {
    const { host, started } = await setUp();
    await host[Symbol.asyncDispose]();
    expect(started[0]?.posted.at(-1)).toEqual({ kind: 'stop' });
    expect(started[0]?.killed).toBe(true);
  });
});
