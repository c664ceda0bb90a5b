/** Finds effects and palettes by id, name or alias in any case; an unknown name is refused with the nearest three. */
import { fold, nearest } from '../base/nearest.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { Catalog } from '../model/catalog.ts';
import { type Refusal, refusal } from '../model/refusal.ts';
import { NO_EFFECT } from '../model/state.ts';
import { show } from './issues.ts';

/** @returns the effect's id, or `off` for `off` and `none`. */
export function resolveEffect(catalog: Catalog, wanted: string, path: string): Result<string, Refusal> {
  const folded = fold(wanted);
  if (folded === NO_EFFECT || folded === 'none') return ok(NO_EFFECT);
  const found = catalog.effects.find(({ id, name, aliases }) => [id, name, ...aliases].some((known) => fold(known) === folded));
  if (found !== undefined) return ok(found.id);
  return err(unknown('unknown_effect', 'effect', wanted, path, [NO_EFFECT, ...catalog.effects.map(({ id }) => id)]));
}

export function resolvePalette(catalog: Catalog, wanted: string, path: string): Result<string, Refusal> {
  const folded = fold(wanted);
  // A palette of the user's may have a built-in's name: its very id means it.
  const found =
    catalog.palettes.find(({ id }) => id === wanted) ??
    catalog.palettes.find(({ id, name }) => [id, name].some((known) => fold(known) === folded));
  if (found !== undefined) return ok(found.id);
  return err(
    unknown(
      'unknown_palette',
      'palette',
      wanted,
      path,
      catalog.palettes.map(({ id }) => id),
    ),
  );
}

export function unknownZone(catalog: Catalog, wanted: string): Refusal {
  return unknown('unknown_zone', 'zone', wanted, 'zone', [...catalog.zones.keys(), 'all']);
}

function unknown(
  code: 'unknown_effect' | 'unknown_palette' | 'unknown_zone',
  what: string,
  wanted: string,
  path: string,
  known: readonly string[],
): Refusal {
  const meant = nearest(wanted, known);
  const hint = meant.length > 0 ? `did you mean ${meant.join(', ')}?` : `there are ${known.slice(0, 20).join(', ')}`;
  return refusal(code, `there is no ${what} ${show(wanted)}; ${hint}`, path);
}
