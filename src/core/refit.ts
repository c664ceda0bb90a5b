/** Mends targets that no longer fit the config, as events like any other change. */
import type { Catalog } from '../model/catalog.ts';
import type { DiunaEvent } from '../model/event.ts';
import { apply } from './apply.ts';
import { changeZone, type Stamp, targetOf } from './stamp.ts';
import { fitTarget, type World } from './world.ts';

export function refit(world: World, catalog: Catalog, stamp: Stamp): { readonly world: World; readonly events: readonly DiunaEvent[] } {
  const events: DiunaEvent[] = [];
  let next = world;
  for (const [id, declaration] of catalog.zones) {
    const state = world.zones.get(id);
    const event = state === undefined ? null : changeZone(next, state, id, fitTarget(targetOf(state), declaration, catalog), stamp);
    if (event === null) continue;
    events.push(event);
    next = apply(next, event);
  }
  return { world: next, events };
}
