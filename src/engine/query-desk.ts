/** Answers what only asks: `events.replay` when all is told, everything else at once. Changes no state. */

import { unknownZone } from '../core/names.ts';
import type { World } from '../core/world.ts';
import type { Catalog } from '../model/catalog.ts';
import type { Command, Query, Request } from '../model/command.ts';
import type { DiunaEvent } from '../model/event.ts';
import { ALL } from '../model/ids.ts';
import { refusal } from '../model/refusal.ts';
import type { Reply } from '../model/reply.ts';
import type { Journal, Knobs } from './ports.ts';
import { type ReplayQuery, replay } from './replay.ts';
import { accepted, refused, wholeState } from './replies.ts';
import type { Submission } from './submission.ts';

/** Replays under way at once; past it one is refused as `overloaded`. */
export const REPLAYS_AT_ONCE = 8;

/** What is answered at once, from what is known now. */
export type Question = Exclude<Query, ReplayQuery>;

export function isQuestion(command: Command): command is Question {
  return command.type === 'state.get' || command.type === 'system.ping' || command.type === 'knob.simulate';
}

/** @param knobs left out where there are none. */
export function look({ request_id, dry_run }: Request, question: Question, world: World, catalog: Catalog, knobs?: Knobs): Reply {
  if (question.type === 'state.get') return accepted(request_id, world, { state: wholeState(world, catalog) });
  if (question.type === 'system.ping') return accepted(request_id, world);
  const none = refusal('unknown_knob', 'there are no knobs here', 'knob');
  const why = knobs === undefined ? none : knobs.simulate(question.knob, question.moves, dry_run);
  if (why !== null) return refused(request_id, why, null, world, catalog);
  return accepted(request_id, world, dry_run ? { dry_run: true } : {});
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
