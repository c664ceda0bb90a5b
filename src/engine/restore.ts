/** Builds the world and the dedup window from what the store kept. */
import { AnsweredWindow } from '../core/answered.ts';
import { apply } from '../core/apply.ts';
import { emptyWorld, type World } from '../core/world.ts';
import type { Restored } from './ports.ts';

export function restore({ snapshot, records }: Restored): { readonly world: World; readonly answered: AnsweredWindow } {
  const answered = new AnsweredWindow();
  for (const answer of snapshot?.answers ?? []) answered.remember(answer);
  let world: World =
    snapshot === null
      ? emptyWorld
      : {
          seq: snapshot.seq,
          event_id: snapshot.event_id,
          zones: new Map(Object.entries(snapshot.zones)),
          previous: new Map(Object.entries(snapshot.previous)),
        };
  for (const record of records) {
    for (const event of record.events) world = apply(world, event);
    if (record.answer !== null) answered.remember(record.answer);
  }
  return { world, answered };
}
