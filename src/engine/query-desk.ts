/** Answers what only asks: `state.get` and `system.ping` at once, `events.replay` when all is told. Changes nothing. */

import { unknownZone } from '../core/names.ts';
import type { World } from '../core/world.ts';
import type { Catalog } from '../model/catalog.ts';
import type { DiunaEvent } from '../model/event.ts';
import { ALL } from '../model/ids.ts';
import { refusal } from '../model/refusal.ts';
import type { Reply } from '../model/reply.ts';
import type { Journal } from './ports.ts';
import { type ReplayQuery, replay } from './replay.ts';
import { accepted, refused, wholeState } from './replies.ts';
import type { Submission } from './submission.ts';

/** Replays under way at once; past it one is refused as `overloaded`. */
export const REPLAYS_AT_ONCE = 8;

export function look(requestId: string | null, type: 'state.get' | 'system.ping', world: World, catalog: Catalog): Reply {
  return accepted(requestId, world, type === 'state.get' ? { state: wholeState(world, catalog) } : {});
}

export class QueryDesk {
  readonly #journal: Journal;
  #replays = 0;
  #stopping = false;

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  /** Ends the replays that are under way, each with its reply. */
  stop(): void {
    this.#stopping = true;
  }

  /** @param world as it was when the replay was asked for, all of it told by now. @param respond is called once, maybe later. */
  replay(
    submission: Submission,
    requestId: string | null,
    query: ReplayQuery,
    world: World,
    catalog: Catalog,
    respond: (reply: Reply) => void,
  ): void {
    if (query.zone !== undefined && query.zone !== ALL && !catalog.zones.has(query.zone)) {
      return respond(refused(requestId, unknownZone(catalog, query.zone), null, world, catalog));
    }
    if (this.#replays >= REPLAYS_AT_ONCE) {
      const why = refusal('overloaded', `at most ${REPLAYS_AT_ONCE} replays may be under way; ask again later`);
      return respond(refused(requestId, why, null, world, catalog));
    }
    this.#replays += 1;
    void this.#replay(submission, requestId, query, world, catalog).then(respond);
  }

  async #replay(submission: Submission, requestId: string | null, query: ReplayQuery, world: World, catalog: Catalog): Promise<Reply> {
    const deliver = (event: DiunaEvent) => {
      if (this.#stopping) throw new Error('the daemon is stopping');
      return submission.deliver?.(event) ?? Promise.resolve();
    };
    try {
      const { reset, ...outcome } = await replay(query, world.seq, this.#journal, deliver);
      return accepted(requestId, world, reset ? { ...outcome, reset: true, state: wholeState(world, catalog) } : outcome);
    } catch (cause) {
      const message = `the replay ended early: ${cause instanceof Error ? cause.message : String(cause)}`;
      return refused(requestId, refusal('internal', message), null, world, catalog);
    } finally {
      this.#replays -= 1;
    }
  }
}
