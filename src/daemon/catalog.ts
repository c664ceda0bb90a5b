/** What this installation can do: its config, what this version has, and the user's own effects behind that. */
import { buildCatalog } from '../core/catalog.ts';
import { effects } from '../light/effects/registry.ts';
import { paletteDeclarations } from '../light/palettes.ts';
import type { Catalog, EffectDeclaration } from '../model/catalog.ts';
import type { Config } from '../model/config.ts';

export function catalogOf(config: Config, own: readonly EffectDeclaration[]): Catalog {
  const builtIn = effects.map(({ declaration }) => declaration);
  return buildCatalog(config, [...builtIn, ...own], paletteDeclarations);
}
