/** The user's effects in a process of their own, and under a keeper, which keeps the folder that it was started with. */
import { describe, expect, it } from 'vitest';
import { RendererHost } from '../../../src/renderer/host.ts';
import { KeepingLauncher } from '../../../src/renderer/keeping-launcher.ts';
import { directLauncher } from '../../../src/renderer/launch.ts';
import type { OwnEffectsMessage } from '../../../src/renderer/messages.ts';
import { effectsFolder, effectText } from '../../support/effects-folder.ts';
import { fakeLaunch } from '../support/fake-launch.ts';
import { childrenOf } from '../support/processes.ts';
import { layoutOf, lit } from '../support/scenes.ts';
import { until } from '../support/until.ts';

const entry = new URL('../../../dist/renderer.js', import.meta.url);
const layout = (effectsPath: string | null) => layoutOf([{ driver: 'simulated' }], 2, { effectsPath });

async function setUp(path: string | null, dropsRights: boolean) {
  const told: OwnEffectsMessage[] = [];
  const options = { isolation: 'process', dropsRights, entry, report: () => undefined } as const;
  const launcher = dropsRights ? new KeepingLauncher() : directLauncher; // strips that need root would choose the keeper
  const host = new RendererHost({ ...options, layout: layout(path), ownEffects: (message) => told.push(message) }, launcher);
  await host.start();
  const ids = () => told.flatMap((message) => (message.kind === 'effects' ? [message.declarations.map(({ id }) => id)] : []));
  return { host, told, ids };
}

async function untilHeard(host: RendererHost): Promise<boolean> {
  for (let tries = 0; tries < 50; tries += 1) if (await host.probe(200)) return true;
  return false;
}

describe.each([false, true])('a renderer in a process, under a keeper: %s', (dropsRights) => {
  it('tells its effects once it has started, and again when it was started anew', async () => {
    using folder = effectsFolder({ 'a.mjs': effectText('mine', '') });
    const { host, ids } = await setUp(folder.path, dropsRights);
    await using _ = host;
    await until(() => ids().length === 1);
    const [child = 0] = childrenOf(process.pid);
    const [renderer = 0] = dropsRights ? childrenOf(child) : [child];
    expect(renderer).toBeGreaterThan(0); // signals to 0 are for all of us
    process.kill(renderer, 'SIGKILL');
    await until(() => ids().length === 2);
    expect(ids()).toEqual([['mine'], ['mine']]);
  });
});

describe('a keeper', () => {
  it('that refused its first layout lets nobody name a folder afterwards', async () => {
    using folder = effectsFolder({ 'a.mjs': effectText('mine', '') });
    const told: OwnEffectsMessage[] = [];
    const options = { isolation: 'process', dropsRights: true, entry, report: () => undefined } as const;
    const impossible = { ...layout(folder.path), fps: 0 };
    const ownEffects = (message: OwnEffectsMessage) => told.push(message);
    await using host = new RendererHost({ ...options, layout: impossible, ownEffects }, new KeepingLauncher());
    await host.start();
    host.configure(layout(folder.path));
    expect(await untilHeard(host)).toBe(true);
    host.configure(layout(folder.path));
    await until(() => told.length > 0);
    for (const message of told) expect(message).toMatchObject({ folder: null, declarations: [] });
  });

  it.each([null, 'a folder'])('lets nobody name another folder than the first, which was %s', async (first) => {
    using folder = effectsFolder({ 'a.mjs': effectText('mine', '') });
    using other = effectsFolder({ 'a.mjs': effectText('theirs', '') });
    const { host, told, ids } = await setUp(first === null ? null : folder.path, true);
    await using _ = host;
    if (first !== null) await until(() => ids().length === 1);
    host.configure(layout(other.path));
    host.configure(layout(other.path));
    expect(await host.probe(10_000)).toBe(true);
    await until(() => ids().length >= 2);
    expect(ids().flat()).not.toContain('theirs');
    for (const message of told) expect(message).toMatchObject({ folder: first === null ? null : folder.path });
    host.configure(layout(null));
    await until(() => told.some((message) => message.kind === 'effects' && message.folder === null));
  });
});

describe('a daemon', () => {
  it.each(['thread', 'process'] as const)(
    'ends though an effect hangs in the system, which nothing can end, in a %s',
    async (isolation) => {
      const hangs = "import { execSync } from 'node:child_process';\n";
      using folder = effectsFolder({ 'a.mjs': `${hangs}${effectText('mine', "execSync('sleep 6');")}` });
      const told: OwnEffectsMessage[] = [];
      const options = { isolation, entry, report: () => undefined, ownEffects: (message: OwnEffectsMessage) => told.push(message) };
      const host = new RendererHost({ ...options, layout: layout(folder.path) });
      await host.start();
      await until(() => told.length === 1);
      const change = lit('floor', 255);
      host.show([{ ...change, target: { ...change.target, effect: 'mine' } }], []);
      expect(await host.probe(5000)).toBe(true);
      const beganMs = performance.now();
      await host[Symbol.asyncDispose]();
      expect(performance.now() - beganMs).toBeLessThan(4000);
    },
  );

  it('hears no list of a folder that it has left', async () => {
    const launch = fakeLaunch();
    const folders: (string | null)[] = [];
    const ownEffects = (message: OwnEffectsMessage) => message.kind === 'effects' && folders.push(message.folder);
    const host = new RendererHost({ layout: layout('/a'), isolation: 'thread', report: () => undefined, ownEffects }, launch.launcher);
    await host.start();
    const tell = (folder: string) => launch.started[0]?.listener.message({ kind: 'effects', folder, declarations: [], refused: [] });
    tell('/a');
    host.configure(layout('/b'));
    tell('/a');
    tell('/b');
    expect(folders).toEqual(['/a', '/b']);
  });

  it('hears the list of the folder that a service keeps, whatever a reload names', async () => {
    const launch = fakeLaunch();
    const folders: (string | null)[] = [];
    const ownEffects = (message: OwnEffectsMessage) => message.kind === 'effects' && folders.push(message.folder);
    const host = new RendererHost({ layout: layout('/a'), isolation: 'service', report: () => undefined, ownEffects }, launch.launcher);
    await host.start();
    host.configure(layout('/b'));
    launch.started[0]?.listener.message({ kind: 'effects', folder: '/a', declarations: [], refused: [] });
    expect(folders).toEqual(['/a']);
  });

  it('asks for effects when the renderer has started and at each reload, and not at all without a folder', async () => {
    const asked = (launch: ReturnType<typeof fakeLaunch>) => launch.started[0]?.posted.map(({ kind }) => kind) ?? [];
    const start = async (path: string | null) => {
      const launch = fakeLaunch();
      const host = new RendererHost({ layout: layout(path), isolation: 'thread', report: () => undefined }, launch.launcher);
      await host.start();
      launch.started[0]?.listener.message({ kind: 'ready' });
      host.configure(layout(path));
      return asked(launch);
    };
    expect((await start(null)).filter((kind) => kind === 'effects')).toEqual([]);
    expect((await start('/fx')).filter((kind) => kind === 'effects').length).toBeGreaterThanOrEqual(2);
  });
});
