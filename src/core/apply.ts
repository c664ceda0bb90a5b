/** Folds one event into the world. The journal replayed through this gives exactly what was published. */
import type { DiunaEvent } from '../model/event.ts';
import type { World } from './world.ts';

export function apply(world: World, event: DiunaEvent): World {
  return {
    seq: event.seq,
    event_id: event.id,
    zones: new Map(world.zones).set(event.zone, event.payload.state),
    previous: new Map(world.previous).set(event.zone, event.payload.previous),
  };
}
