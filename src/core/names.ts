/** Finds effects and palettes by id, name or alias in any case; an unknown name is refused with the nearest three. */
import { fold, listed, nearest } from '../base/nearest.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { Catalog } from '../model/catalog.ts';
import { type Refusal, refusal } from '../model/refusal.ts';
import { NO_EFFECT } from '../model/state.ts';
import { show } from './issues.ts';
import { severalNames } from './zone-names.ts';

/** @returns the effect's id, or `off` for `off` and `none`. */
export function resolveEffect(catalog: Catalog, wanted: string, path: string): Result<string, Refusal> {
  const folded = fold(wanted);
  if (folded === NO_EFFECT || folded === 'none') return ok(NO_EFFECT);
  const found = catalog.effects.find(({ id, name, aliases }) => [id, name, ...aliases].some((known) => fold(known) === folded));
  if (found !== undefined) return ok(found.id);
  const known = [{ id: NO_EFFECT, name: NO_EFFECT, aliases: [] }, ...catalog.effects];
  return err(unknown('unknown_effect', 'effect', wanted, path, known));
}

export function resolvePalette(catalog: Catalog, wanted: string, path: string): Result<string, Refusal> {
  const folded = fold(wanted);
  // A palette of the user's may have a built-in's name: its very id means it.
  const found =
    catalog.palettes.find(({ id }) => id === wanted) ??
    catalog.palettes.find(({ id, name }) => [id, name].some((known) => fold(known) === folded));
  if (found !== undefined) return ok(found.id);
  return err(unknown('unknown_palette', 'palette', wanted, path, catalog.palettes));
}

export function unknownZone(catalog: Catalog, wanted: string): Refusal {
  const several = severalNames(catalog).map((id) => ({ id, name: catalog.groups.get(id)?.name ?? id }));
  const known = [...catalog.zones.values(), ...several];
  return unknown('unknown_zone', 'zone', wanted, 'zone', known);
}

interface Named {
  readonly id: string;
  readonly name: string;
  readonly aliases?: readonly string[];
}

/** Which ids were meant, by any of their names. */
function unknown(
  code: 'unknown_effect' | 'unknown_palette' | 'unknown_zone',
  what: string,
  wanted: string,
  path: string,
  known: readonly Named[],
): Refusal {
  const ids = new Map(known.flatMap(({ id, name, aliases = [] }) => [id, name, ...aliases].map((text) => [text, id])));
  const meant = new Set(nearest(wanted, [...ids.keys()], ids.size).map((name) => ids.get(name) ?? name));
  const hint = meant.size > 0 ? `did you mean ${[...meant].slice(0, 3).join(', ')}?` : `there are ${listed(known.map(({ id }) => id))}`;
  return refusal(code, `there is no ${what} ${show(wanted)}; ${hint}`, path);
}
