/** What this installation can do, from its config and the effects and palettes that are there. Pure. */
import type { Catalog, EffectDeclaration, PaletteDeclaration } from '../model/catalog.ts';
import type { Config } from '../model/config.ts';
import { zoneDeclarations } from './layout.ts';

export function buildCatalog(config: Config, effects: readonly EffectDeclaration[], palettes: readonly PaletteDeclaration[]): Catalog {
  return { zones: new Map(zoneDeclarations(config).map((zone) => [zone.id, zone])), effects, palettes };
}
