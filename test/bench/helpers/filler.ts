/**
 * Fills a store through the daemon's own engine and store, then ends without closing it, as a power cut would: what a
 * start finds is a snapshot and the journal behind it.
 */
import { buildCatalog } from '../../../src/core/catalog.ts';
import { parseRequestText } from '../../../src/core/parse-request.ts';
import { Engine } from '../../../src/engine/engine.ts';
import type { EngineParts } from '../../../src/engine/engine-parts.ts';
import { restore } from '../../../src/engine/restore.ts';
import { effects } from '../../../src/light/effects/registry.ts';
import { paletteDeclarations } from '../../../src/light/palettes.ts';
import { Store } from '../../../src/store/store.ts';
import { loadConfig } from '../../../src/system/config-file.ts';
import { SystemIds } from '../../../src/system/ids.ts';
import { realClock } from '../../../src/system/real-clock.ts';
import { commandText } from '../harness/commands.ts';

const GROUP = 1000;
const CLIENTS = 20;

export const filler = {
  async fill({ configPath, path, events }: { readonly configPath: string; readonly path: string; readonly events: number }): Promise<void> {
    const config = await loadConfig(configPath);
    if (!config.ok) throw new Error('the config is wrong');
    const store = new Store({ path, history: 100_000, report: () => undefined });
    const restored = restore(await store.open());
    const nobody: Pick<EngineParts, 'renderer' | 'publisher'> = {
      renderer: { show: () => undefined },
      publisher: { publish: () => undefined, notice: () => undefined },
    };
    const catalog = buildCatalog(
      config.value,
      effects.map(({ declaration }) => declaration),
      paletteDeclarations,
    );
    const parts = { ...nobody, journal: store, clock: realClock, ids: new SystemIds(realClock) };
    const engine = new Engine(parts, { catalog, transitionMs: 0, maxCommandAgeMs: null }, restored);
    engine.start();
    for (let start = 1; start <= events; start += GROUP) {
      await Promise.all(Array.from({ length: Math.min(GROUP, events - start + 1) }, (_, offset) => submit(engine, start + offset)));
    }
  },
};
export type Filler = typeof filler;

function submit(engine: Engine, index: number): Promise<void> {
  return new Promise((resolve, reject) => {
    engine.submit({
      request: parseRequestText(commandText(index, 'applied')),
      source: 'command',
      origin: `filler-${index % CLIENTS}`,
      user: null,
      trigger: null,
      receivedUs: realClock.monotonicUs(),
      respond: (reply) => (reply.ok ? resolve() : reject(new Error(reply.error.message))),
    });
  });
}
