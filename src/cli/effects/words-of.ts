/**
 * How effects and palettes are told to people, on the command line and in the docs. What most effects say of a parameter
 * is told once, and of each effect what is its own.
 */
import type { Effect } from '../../light/effects/effect.ts';
import { paletteDeclarations } from '../../light/palettes.ts';

/** The parameters that each effect gives a meaning of its own. */
export const toldParameters = ['speed', 'intensity', 'colors'] as const;
export type ToldParameter = (typeof toldParameters)[number];

export type UsualClauses = Readonly<Record<ToldParameter, readonly string[]>>;

/** The parts of a meaning, which semicolons divide. */
function clausesOf({ declaration }: Effect, parameter: ToldParameter): string[] {
  return (declaration.parameters[parameter]?.meaning ?? '').split('; ').filter((clause) => clause !== '');
}

/** What more than half of those effects say that have the parameter. */
export function usualClauses(effects: readonly Effect[]): UsualClauses {
  const usual = (parameter: ToldParameter): string[] => {
    const all = effects.map((effect) => clausesOf(effect, parameter)).filter((clauses) => clauses.length > 0);
    const counts = new Map<string, number>();
    for (const clause of all.flat()) counts.set(clause, (counts.get(clause) ?? 0) + 1);
    return [...counts].filter(([, count]) => count * 2 > all.length).map(([clause]) => clause);
  };
  return { speed: usual('speed'), intensity: usual('intensity'), colors: usual('colors') };
}

/** What a parameter means in this effect beyond the usual; empty where there is nothing to add. */
export function ownMeaning(effect: Effect, parameter: ToldParameter, usual: UsualClauses): string {
  const clauses = clausesOf(effect, parameter);
  // Where one usual clause is missing, all are told: the effect's colours are others.
  const alike = usual[parameter].every((clause) => clauses.includes(clause));
  return clauses.filter((clause) => !alike || !usual[parameter].includes(clause)).join('; ');
}

/** The name of the palette that `default` means. */
export function ownPalette({ ownPalette: id }: Effect): string {
  return paletteDeclarations.find((palette) => palette.id === id)?.name ?? id;
}
