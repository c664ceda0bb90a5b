/**
 * Answers what changes no state: `events.replay` when all is told, everything else at once. A restart begins when its
 * reply has gone out.
 */

import { unknownZone } from '../core/names.ts';
import type { World } from '../core/world.ts';
import { memberIds } from '../core/zone-names.ts';
import type { Catalog } from '../model/catalog.ts';
import type { Command, Query, Request } from '../model/command.ts';
import type { DiunaEvent } from '../model/event.ts';
import { ALL } from '../model/ids.ts';
import { type Refusal, refusal } from '../model/refusal.ts';
import type { Reply } from '../model/reply.ts';
import type { EngineParts } from './engine-parts.ts';
import type { Journal, Service } from './ports.ts';
import { type ReplayQuery, replay } from './replay.ts';
import { accepted, refused, wholeState } from './replies.ts';
import type { Submission } from './submission.ts';

/** Replays under way at once; past it one is refused as `overloaded`. */
export const REPLAYS_AT_ONCE = 8;

/** What is answered at once, from what is known now. */
export type Question = Exclude<Query, ReplayQuery>;

const questions: readonly string[] = ['state.get', 'system.ping', 'system.restart', 'knob.simulate'] satisfies Question['type'][];

/** What may be asked for beside the state; what is not there is left out. */
type House = Pick<EngineParts, 'knobs' | 'service'>;

export function isQuestion(command: Command): command is Question {
  return questions.includes(command.type);
}

/** Nothing is restarted here: only said whether it will be. */
export function look(request: Request, question: Question, world: World, catalog: Catalog, house: House): Reply {
  const { request_id, dry_run } = request;
  if (question.type === 'state.get') return accepted(request_id, world, { state: wholeState(world, catalog) });
  if (question.type === 'system.ping') return accepted(request_id, world);
  const why = question.type === 'system.restart' ? whyNoRestart(house.service) : whyNotMoved(question, dry_run, house.knobs);
  if (why !== null) return refused(request_id, why, null, world, catalog);
  return accepted(request_id, world, dry_run ? { dry_run: true } : {});
}

function whyNoRestart(service: Service | undefined): Refusal | null {
  const alone = 'no service manager would start the daemon again, so it goes on; start it with systemd (diuna service install)';
  return service === undefined ? refusal('unsupported', alone) : service.restart(true);
}

function whyNotMoved(
  { knob, moves }: Extract<Question, { type: 'knob.simulate' }>,
  dryRun: boolean,
  knobs: House['knobs'],
): Refusal | null {
  return knobs === undefined ? refusal('unknown_knob', 'there are no knobs here', 'knob') : knobs.simulate(knob, moves, dryRun);
}

export class QueryDesk {
  readonly #journal: Journal;
  #replays = 0;
  #stopping = false;
  #restarting = false;

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  /** Whether a restart has been answered, and so begun. */
  get isRestarting(): boolean {
    return this.#restarting;
  }

  /** @returns the submission, whose answer begins the restart unless it is no; one is begun at most. */
  thenRestart(submission: Submission, service: Service | undefined): Submission {
    const respond = (reply: Reply) => {
      submission.respond(reply);
      if (!reply.ok || reply.dry_run === true || this.#restarting) return;
      this.#restarting = true;
      service?.restart(false);
    };
    return { ...submission, respond };
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
    const name = query.zone ?? ALL;
    const zones = memberIds(catalog, name);
    if (zones === null) return respond(refused(requestId, unknownZone(catalog, name), null, world, catalog));
    if (this.#replays >= REPLAYS_AT_ONCE) {
      const why = refusal('overloaded', `at most ${REPLAYS_AT_ONCE} replays may be under way; ask again later`);
      return respond(refused(requestId, why, null, world, catalog));
    }
    this.#replays += 1;
    const filter = name === ALL ? null : new Set(zones); // zones that there are no more are told of, too
    void this.#replay(submission, requestId, query, filter, world, catalog).then(respond);
  }

  async #replay(
    submission: Submission,
    requestId: string | null,
    query: ReplayQuery,
    zones: ReadonlySet<string> | null,
    world: World,
    catalog: Catalog,
  ): Promise<Reply> {
    const deliver = (event: DiunaEvent) => {
      if (this.#stopping) throw new Error('the daemon is stopping');
      return submission.deliver?.(event) ?? Promise.resolve();
    };
    try {
      const { reset, ...outcome } = await replay(query, zones, world.seq, this.#journal, deliver);
      return accepted(requestId, world, reset ? { ...outcome, reset: true, state: wholeState(world, catalog) } : outcome);
    } catch (cause) {
      const message = `the replay ended early: ${cause instanceof Error ? cause.message : String(cause)}`;
      return refused(requestId, refusal('internal', message), null, world, catalog);
    } finally {
      this.#replays -= 1;
    }
  }
}
