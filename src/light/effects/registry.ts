/** The effects that this version has. */
import { breathe } from './breathe.ts';
import { chase } from './chase.ts';
import type { Effect } from './effect.ts';
import { fire2012 } from './fire-2012.ts';
import { rainbow } from './rainbow.ts';
import { solid } from './solid.ts';

/** In the order in which people are shown them. */
export const effects: readonly Effect[] = [solid, rainbow, breathe, chase, fire2012];

export const effectDeclarations = effects.map((effect) => effect.declaration);

const byId = new Map(effects.map((effect) => [effect.declaration.id, effect]));

/** The effect that a target names; the solid colour where none runs, or one that this version does not know. */
export function effectOf(id: string): Effect {
  return byId.get(id) ?? solid;
}
