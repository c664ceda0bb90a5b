/** Answers what only asks: `state.get`, `system.ping`, `events.replay`. Changes nothing. */

import { unknownZone } from '../core/names.ts';
import type { World } from '../core/world.ts';
import type { Catalog } from '../model/catalog.ts';
import type { Request } from '../model/command.ts';
import { refusal } from '../model/refusal.ts';
import type { Reply } from '../model/reply.ts';
import type { Journal } from './ports.ts';
import { type ReplayQuery, replay } from './replay.ts';
import { accepted, refused, wholeState } from './replies.ts';
import type { Submission } from './submission.ts';

/** Replays under way at once; past it one is refused as `overloaded`. */
export const REPLAYS_AT_ONCE = 8;

export class QueryDesk {
  readonly #journal: Journal;
  #replays = 0;

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  /** @param world as it was when the query was decided, all of it told by now. @param respond is called once, maybe later. */
  answer(submission: Submission, request: Request, world: World, catalog: Catalog, respond: (reply: Reply) => void): void {
    const { request_id, command } = request;
    if (command.type === 'state.get') return respond(accepted(request_id, world, { state: wholeState(world, catalog) }));
    if (command.type === 'system.ping') return respond(accepted(request_id, world));
    if (command.type !== 'events.replay') return;
    if (command.zone !== undefined && !catalog.zones.has(command.zone)) {
      return respond(refused(request_id, unknownZone(catalog, command.zone), null, world, catalog));
    }
    if (this.#replays >= REPLAYS_AT_ONCE) {
      const why = refusal('overloaded', `at most ${REPLAYS_AT_ONCE} replays may be under way; ask again later`);
      return respond(refused(request_id, why, null, world, catalog));
    }
    this.#replays += 1;
    void this.#replay(submission, request_id, command, world, catalog).then(respond);
  }

  async #replay(submission: Submission, requestId: string | null, query: ReplayQuery, world: World, catalog: Catalog): Promise<Reply> {
    const deliver = submission.deliver ?? (() => Promise.resolve());
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
