/** The effects and palettes that words on the command line may mean: those of this version, and a configuration's palettes. */
import type { Result } from '../../base/result.ts';
import { buildCatalog } from '../../core/catalog.ts';
import { resolveEffect, resolvePalette } from '../../core/names.ts';
import type { Effect } from '../../light/effects/effect.ts';
import { effects } from '../../light/effects/registry.ts';
import { paletteDeclarations } from '../../light/palettes.ts';
import type { Catalog } from '../../model/catalog.ts';
import type { Config } from '../../model/config.ts';
import type { Refusal } from '../../model/refusal.ts';
import { NO_EFFECT } from '../../model/state.ts';
import { exitCodes } from '../exit-codes.ts';
import { NotDone } from '../file-command.ts';

const declarations = effects.map(({ declaration }) => declaration);

/** @param config whose palettes come in addition; null for none. */
export function vocabularyOf(config: Config | null): Catalog {
  return config === null
    ? { zones: new Map(), groups: new Map(), effects: declarations, palettes: paletteDeclarations }
    : buildCatalog(config, declarations, paletteDeclarations);
}

/** @param wanted an id, name or alias, in any case. @throws NotDone where there is none, with the nearest ones. */
export function findEffect(catalog: Catalog, wanted: string): Effect {
  const id = orUsage(resolveEffect(catalog, wanted, 'effect'));
  const found = effects.find(({ declaration }) => declaration.id === (id === NO_EFFECT ? 'solid' : id));
  if (found === undefined) throw new NotDone(`there is no effect ${id}`, exitCodes.usage);
  return found;
}

/** @returns the palette's id. @throws NotDone where there is none, with the nearest ones. */
export function findPalette(catalog: Catalog, wanted: string): string {
  return orUsage(resolvePalette(catalog, wanted, 'palette'));
}

function orUsage(resolved: Result<string, Refusal>): string {
  if (!resolved.ok) throw new NotDone(resolved.error.message, exitCodes.usage);
  return resolved.value;
}
