/** All that decisions rest on. A value: `apply` makes a new one, nothing changes one. */
import type { Catalog, ZoneDeclaration } from '../model/catalog.ts';
import { defaultTarget, NO_EFFECT, type ZoneState, type ZoneTarget } from '../model/state.ts';

export interface World {
  /** The newest event's; 0 before the first. */
  readonly seq: number;
  readonly event_id: string | null;
  /** By zone id. Zones that left the config stay, so that they come back as they were. */
  readonly zones: ReadonlyMap<string, ZoneState>;
  /** Each zone's state before its last change. */
  readonly previous: ReadonlyMap<string, ZoneState>;
}

export const emptyWorld: World = { seq: 0, event_id: null, zones: new Map(), previous: new Map() };

/** Gives zones that are new their default state, at version 0. */
export function withZones(world: World, catalog: Catalog, timestamp: string): World {
  const zones = new Map(world.zones);
  for (const [id, declaration] of catalog.zones) {
    if (!zones.has(id)) zones.set(id, initialState(declaration, timestamp));
  }
  return { ...world, zones };
}

function initialState(declaration: ZoneDeclaration, timestamp: string): ZoneState {
  return {
    ...fitTarget(defaultTarget, declaration, null),
    version: 0,
    seq: 0,
    event_id: null,
    source: 'system',
    origin: null,
    trigger: 'boot',
    request_id: null,
    timestamp,
  };
}

/**
 * The target as this zone can show it: a strip that lost its white component, or an effect that is gone, may have left
 * something else in the store.
 * @param catalog null where effects and palettes are not in question.
 */
export function fitTarget(target: ZoneTarget, declaration: ZoneDeclaration, catalog: Catalog | null): ZoneTarget {
  const white = declaration.colorModes.includes('rgbw');
  const { w, ...rgb } = target.color;
  const color = white ? { ...rgb, w: w ?? 0 } : rgb;
  const mode = target.color_mode === 'color_temp' ? 'color_temp' : white ? 'rgbw' : 'rgb';
  const knowsEffect = catalog === null || target.effect === NO_EFFECT || catalog.effects.some(({ id }) => id === target.effect);
  const knowsPalette = catalog === null || catalog.palettes.some(({ id }) => id === target.palette);
  return {
    ...target,
    color_mode: mode,
    color,
    colors: [color, ...target.colors.slice(1)],
    effect: knowsEffect ? target.effect : NO_EFFECT,
    palette: knowsPalette ? target.palette : defaultTarget.palette,
  };
}
