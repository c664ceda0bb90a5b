/** What this installation can do, from its config and the effects and palettes that are there. Pure. */
import type { Catalog, EffectDeclaration, PaletteDeclaration } from '../model/catalog.ts';
import type { Config } from '../model/config.ts';
import type { PaletteConfig } from '../model/config-light.ts';
import { zoneDeclarations } from './layout.ts';

/** Colours that a client is shown of a palette. */
const MOST_COLORS = 16;

/** @param effects and palettes of this version and, of effects, the user's; the config's palettes come behind them, or in the place of those whose id they bear. */
export function buildCatalog(config: Config, effects: readonly EffectDeclaration[], palettes: readonly PaletteDeclaration[]): Catalog {
  const own = Object.entries(config.palettes).map(([id, palette]) => declare(id, palette));
  const groups = Object.entries(config.groups).map(([id, { name = id, zones }]) => [id, { id, name, zones }] as const);
  return {
    zones: new Map(zoneDeclarations(config).map((zone) => [zone.id, zone])),
    groups: new Map(groups),
    effects,
    palettes: [...palettes.filter(({ id }) => !Object.hasOwn(config.palettes, id)), ...own],
  };
}

function declare(id: string, { name, colors, stops }: PaletteConfig): PaletteDeclaration {
  const all = colors ?? stops?.map(({ color }) => color) ?? [];
  const every = Math.ceil(all.length / MOST_COLORS);
  const hex = (color: readonly number[]) => `#${color.map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
  return { id, name: name ?? id, colors: all.filter((_, index) => index % every === 0).map(hex) };
}
