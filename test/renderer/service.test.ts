/** The renderer's service: what a daemon has of it, what either side survives, and what it refuses. */
import { chmodSync, statSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OutputLayout } from '../../src/model/config-outputs.ts';
import { RendererHost } from '../../src/renderer/host.ts';
import { chooseIsolation } from '../../src/renderer/isolation.ts';
import { encodeFrame, FrameReader, MOST_FRAME_BYTES } from '../../src/renderer/service/frames.ts';
import { fromWire, hello, toWire } from '../../src/renderer/service/wire.ts';
import { isRoot } from '../support/programs.ts';
import { childrenOf, isAlive } from './support/processes.ts';
import { layoutOf, lit } from './support/scenes.ts';
import { RawDaemon, ServiceHome, socketIsThere } from './support/service.ts';
import { UdpReceiver } from './support/udp-receiver.ts';
import { until } from './support/until.ts';

const entry = new URL('../../dist/renderer.js', import.meta.url);
const simulated = { driver: 'simulated' } as const;
const wired = (gpio: number, dma = 10): OutputLayout => ({ driver: 'ws281x', gpio, dma });
const configure = (outputs: readonly OutputLayout[]) => ({ kind: 'configure', layout: layoutOf(outputs) });

interface Told {
  readonly type: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

async function daemonAt(home: ServiceHome, layout = layoutOf([simulated])) {
  const told: Told[] = [];
  const report = (type: string, payload: Told['payload']) => void told.push({ type, payload });
  const host = new RendererHost({ layout, isolation: 'service', socket: home.socket, entry, report });
  await host.start();
  const show = (brightness: number) => new Promise<boolean>((resolve) => host.show([lit('floor', brightness)], [], resolve));
  const types = () => told.map(({ type }) => type.replace('system.output_', ''));
  return { host, told, types, show };
}

async function serving(config: Readonly<Record<string, unknown>> = {}): Promise<ServiceHome> {
  const home = new ServiceHome(config);
  await home.start();
  return home;
}

describe('a daemon at the service', () => {
  it('shows, hears of frames, and sees pictures', async () => {
    await using home = await serving();
    const { host, show, types } = await daemonAt(home);
    expect(await show(7)).toBe(true);
    const pictures: number[][] = [];
    host.onPreview(50, (strips) => pictures.push(...strips.map(({ rgb }) => [...rgb])));
    await until(() => pictures.length > 0);
    expect(pictures[0]).toEqual([7, 7, 7, 7, 7, 7]);
    expect(await host.probe(5000)).toBe(true);
    expect(types()).toEqual([]);
    const renderers = childrenOf(home.pid);
    expect(renderers).toHaveLength(1);
    await host[Symbol.asyncDispose]();
    await until(() => !renderers.some(isAlive));
    expect(home.isUp).toBe(true);
  });

  it('gets another renderer where its own is killed, and loses no target', async () => {
    await using home = await serving();
    await using receiver = new UdpReceiver();
    const port = await receiver.listen();
    const daemon = await daemonAt(home, layoutOf([{ driver: 'ddp', host: '127.0.0.1', port }]));
    expect(await daemon.show(9)).toBe(true);
    for (const pid of childrenOf(home.pid)) process.kill(pid, 'SIGKILL');
    await until(() => daemon.types().includes('recovered'));
    const before = receiver.packets.length;
    await until(() => receiver.packets.length > before);
    expect([...(receiver.newest?.subarray(10) ?? [])]).toEqual([9, 9, 9, 9, 9, 9]);
    expect(daemon.types()).toEqual(['failed', 'recovered']);
    await daemon.host[Symbol.asyncDispose]();
  });

  it('waits for a service that is killed, tells so, feeds the watchdog meanwhile, and shows what it was to show', async () => {
    await using home = await serving();
    const { host, show, told, types } = await daemonAt(home);
    expect(await show(3)).toBe(true);
    const renderers = childrenOf(home.pid);
    await home.end('SIGKILL');
    await until(() => types().includes('failed'));
    expect(told[0]?.payload).toMatchObject({ strip: 'main', code: 'renderer_ended' });
    await until(() => !renderers.some(isAlive));
    expect(await host.probe(100)).toBe(true);
    const answer = show(4);
    await home.start();
    expect(await answer).toBe(true);
    await until(() => types().includes('recovered'));
    await host[Symbol.asyncDispose]();
  });

  it('starts before its service, and finds it later', async () => {
    await using home = new ServiceHome();
    const { host, told, types, show } = await daemonAt(home);
    expect(types()).toEqual(['failed']);
    expect(told[0]?.payload['message']).toContain('systemctl status diuna-renderer');
    const answer = show(5);
    await home.start();
    expect(await answer).toBe(true);
    await host[Symbol.asyncDispose]();
  });

  it('that is killed leaves the lights as it wished, and the next one is served', async () => {
    await using home = await serving();
    await using receiver = new UdpReceiver();
    const port = await receiver.listen();
    const layout = layoutOf([{ driver: 'ddp', host: '127.0.0.1', port }], 2, { onStop: 'off' });
    {
      using raw = new RawDaemon(home.socket);
      raw.send(hello, { kind: 'configure', layout });
      raw.send({ kind: 'show', token: 1, changes: [lit('floor', 200)], overlays: [], report: true });
      await until(() => raw.hears('shown').length > 0);
    }
    const { host, show, types } = await daemonAt(home);
    expect([...(receiver.newest?.subarray(10) ?? [])]).toEqual([0, 0, 0, 0, 0, 0]);
    expect(await show(1)).toBe(true);
    expect(types()).toEqual([]);
    await host[Symbol.asyncDispose]();
  });

  it('is told where another one has it, and has it after that one', async () => {
    await using home = await serving();
    const first = await daemonAt(home);
    const second = await daemonAt(home);
    expect(second.types()).toEqual(['failed']);
    expect(second.told[0]?.payload['message']).toContain('another daemon has the renderer');
    expect(await first.show(8)).toBe(true);
    expect(first.types()).toEqual([]);
    await first.host[Symbol.asyncDispose]();
    expect(await second.show(9)).toBe(true);
    await second.host[Symbol.asyncDispose]();
  });
});

describe('the service', () => {
  it('lets its group come, and nobody else', async () => {
    await using home = await serving();
    expect(statSync(home.socket).mode & 0o777).toBe(0o660);
  });

  it('ends at SIGTERM with its renderer, and takes its socket along', async () => {
    await using home = await serving();
    using raw = new RawDaemon(home.socket);
    raw.send(hello, configure([simulated]));
    await until(() => raw.hears('ready').length > 0);
    const renderers = childrenOf(home.pid);
    expect(await home.end('SIGTERM')).toBe(0);
    expect([socketIsThere(home), ...renderers.map(isAlive)]).toEqual([false, false]);
  });

  it('takes over the socket of one that was killed, and none of one that runs', async () => {
    await using home = await serving();
    await home.end('SIGKILL');
    expect(socketIsThere(home)).toBe(true);
    await home.start();
    expect(home.isUp).toBe(true);
    await using other = new ServiceHome();
    Object.assign(other, { socket: home.socket });
    await other.start();
    expect(other.log).toContain('another renderer serves at');
    expect(await other.end('SIGTERM')).toBe(1);
    expect(home.isUp).toBe(true);
  });

  it('removes nothing that is no socket', async () => {
    await using home = new ServiceHome();
    Object.assign(home, { socket: home.config });
    await home.start();
    expect(home.log).toContain('is there, and no socket');
    expect(statSync(home.config).isFile()).toBe(true);
  });

  it('ends although a daemon comes just then', async () => {
    await using home = await serving();
    const crowd = Array.from({ length: 8 }, () => new RawDaemon(home.socket));
    expect(await home.end('SIGTERM')).toBe(0);
    for (const raw of crowd) raw[Symbol.dispose]();
  });

  it('drives the pins that its configuration names, whatever the daemon asks for', async () => {
    await using home = await serving({ strips: { main: { length: 2, output: { driver: 'ws281x', gpio: 18 } } } });
    using raw = new RawDaemon(home.socket);
    raw.send(hello, configure([wired(18), wired(13)]));
    await until(() => raw.hears('output_failed').length === 2);
    const codes = Object.fromEntries(raw.hears('output_failed').map(({ strip, code }) => [strip, code]));
    expect(codes['side']).toBe('ws281x_needs_restart');
    // This machine is no Pi, or nobody is root: what counts is that the strip was tried.
    expect(codes['main']).not.toBe('ws281x_needs_restart');
  });

  it('drives SPI strips beside them, where its configuration names their device', async () => {
    await using home = await serving({ strips: { main: { length: 2, output: { driver: 'spi', device: '/dev/spidev7.1' } } } });
    const spi = (device: string) => ({ driver: 'spi', device, encoding: 'ws281x_3', speedHz: 2_400_000 }) as const;
    using raw = new RawDaemon(home.socket);
    raw.send(hello, configure([spi('/dev/spidev7.1'), spi('/dev/spidev7.0')]));
    await until(() => raw.hears('output_failed').length === 2);
    const codes = Object.fromEntries(raw.hears('output_failed').map(({ strip, code }) => [strip, code]));
    expect(codes['side']).toBe('spi_needs_restart');
    expect(codes['main']).not.toBe('spi_needs_restart');
  });

  it('reads its configuration for each daemon anew, and tells what is wrong with it', async () => {
    await using home = await serving();
    home.configure({ strips: { main: { length: 2, output: { driver: 'ws281x', gpio: 18 } } } });
    {
      using raw = new RawDaemon(home.socket);
      raw.send(hello, configure([wired(18)]));
      await until(() => raw.hears('output_failed').length === 1);
      expect(raw.hears('output_failed')[0]?.code).not.toBe('ws281x_needs_restart');
    }
    home.configure({ nonsense: true });
    using raw = new RawDaemon(home.socket);
    expect(await raw.sentAway()).toContain('nonsense');
    expect(home.isUp).toBe(true);
  });

  it.runIf(isRoot())('obeys no configuration that others than root can change', async () => {
    await using home = await serving();
    chmodSync(home.config, 0o666);
    using raw = new RawDaemon(home.socket);
    expect(await raw.sentAway()).toContain('root obeys it');
    chmodSync(home.config, 0o640);
    using again = new RawDaemon(home.socket);
    again.send(hello, configure([simulated]));
    await until(() => again.hears('ready').length > 0);
  });
});

describe('the service, of what no daemon sends,', () => {
  let home: ServiceHome;
  beforeAll(async () => {
    home = await serving();
  });
  afterAll(() => home[Symbol.asyncDispose]());
  const good = layoutOf([simulated]);
  const vast = { ...good, zones: [], strips: good.strips.flatMap((strip) => new Array(65).fill({ ...strip, length: 10_000 })) };
  const show = (changes: unknown) => ({ kind: 'show', token: 1, changes, overlays: [], report: false });
  it.each([
    ['a daemon of another release', [{ ...hello, version: '0.0.0' }], 'restart both'],
    ['one that does not say hello', [configure([simulated])], 'no hello'],
    ['an unknown kind', [hello, { kind: 'exec', path: '/bin/sh' }], 'refused a message'],
    ['no kind at all', [hello, []], 'refused a message'],
    [
      'a layout that no configuration gives',
      [hello, { kind: 'configure', layout: { ...good, strips: [{ length: 2 ** 31 }] } }],
      'layout.strips.0',
    ],
    ['a pin that is none', [hello, configure([wired(-1)])], 'layout.strips.0.output.gpio'],
    [
      'a zone beyond its strip',
      [hello, { kind: 'configure', layout: { ...good, zones: layoutOf([simulated], 9).zones } }],
      'within its strips',
    ],
    [
      'a target that is none',
      [hello, configure([simulated]), show([{ zone: 'floor', target: { brightness: -1 }, transitionMs: 0 }])],
      'changes.0',
    ],
    ['more LEDs than memory holds', [hello, { kind: 'configure', layout: vast }], 'LEDs'],
    ['a key of the prototype', [hello, JSON.parse('{"kind":"probe","__proto__":{"kind":"stop"}}')], 'refused a message'],
    ['millions of changes', [hello, show(new Array(3_000_000).fill(0))], 'changes'],
  ])('sends away %s, and goes on', async (_, messages, why) => {
    using raw = new RawDaemon(home.socket);
    raw.send(...messages);
    expect(await raw.sentAway()).toContain(why);
    using next = new RawDaemon(home.socket);
    next.send(hello, configure([simulated]));
    await until(() => next.hears('ready').length > 0);
    expect(home.isUp).toBe(true);
  });

  it('sends away what is no message: too long, or no JSON', async () => {
    const long = Buffer.alloc(4);
    long.writeUInt32BE(MOST_FRAME_BYTES + 1);
    for (const [bytes, why] of [
      [long, 'at most 8388608'],
      [Buffer.from([0, 0, 0, 2, 0x7b, 0x7b]), 'no JSON'],
      [Buffer.from([0, 0, 0, 1, 0xff]), 'no JSON'],
    ] as const) {
      using raw = new RawDaemon(home.socket);
      raw.send(hello).sendBytes(bytes);
      expect(await raw.sentAway()).toContain(why);
    }
    expect(home.isUp).toBe(true);
  });

  it('sends away who says nothing', async () => {
    using raw = new RawDaemon(home.socket);
    expect(await raw.sentAway()).toContain('no hello came');
  });

  it('survives a crowd that says nothing', async () => {
    const crowd = Array.from({ length: 40 }, () => new RawDaemon(home.socket));
    await until(() => crowd.filter((raw) => raw.hears('ended').length > 0).length > 10);
    for (const raw of crowd) raw[Symbol.dispose]();
    using next = new RawDaemon(home.socket);
    next.send(hello, configure([simulated]));
    await until(() => next.hears('ready').length > 0);
  });
});

describe('messages on the socket', () => {
  it('come out as they went in, however they are cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.dictionary(fc.string(), fc.jsonValue()), { maxLength: 5 }),
        fc.infiniteStream(fc.integer({ min: 1, max: 40 })),
        (messages, cuts) => {
          const bytes = Buffer.concat(messages.map(encodeFrame));
          const reader = new FrameReader();
          const read: unknown[] = [];
          let at = 0;
          for (const cut of cuts) {
            if (at >= bytes.length) break;
            read.push(...reader.push(bytes.subarray(at, at + cut)));
            at += cut;
          }
          expect(JSON.stringify(read)).toBe(JSON.stringify(messages));
        },
      ),
    );
  });

  it('carry pictures byte by byte', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (rgb) => {
        const message = { kind: 'preview', strips: [{ id: 'main', rgb: new Uint8Array(rgb) }] } as const;
        expect(fromWire(JSON.parse(JSON.stringify(toWire(message))))).toEqual(message);
      }),
    );
  });

  it('of no known kind are none', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => fromWire(value) === null));
    expect(fromWire({ kind: 'toString' })).toBeNull();
  });
});

describe('where a renderer runs', () => {
  const wish = { isolation: 'auto', dropsRights: false, socket: `${import.meta.dirname}/socket`, uid: 1000 } as const;
  it.each([
    ['at the service where pins need root, there is none, and the service is installed', wish, [wired(18)], null, 'service'],
    ['in a process where there is no service', { ...wish, socket: '/nowhere/socket' }, [wired(18)], null, 'process'],
    ['in a process where there is root', { ...wish, uid: 0 }, [wired(18)], null, 'process'],
    ['in a thread where nothing needs root', wish, [simulated], null, 'thread'],
    ['where it was', wish, [simulated], 'service', 'service'],
    ['at the service once a reload brings pins', wish, [wired(18)], 'thread', 'service'],
    ['where it was told to', { ...wish, isolation: 'thread' }, [wired(18)], null, 'thread'],
  ] as const)('%s', (_, given, outputs, before, where) => {
    expect(chooseIsolation(given, layoutOf(outputs), before)).toBe(where);
  });
});
