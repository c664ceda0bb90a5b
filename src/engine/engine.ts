/**
 * The single writer. Everything that changes state enters `submit`: it is decided and shown at once, written in a group,
 * and told only once it is durable. Light never waits for the disk, words always do.
 */
import { RecentSamples } from '../base/histogram.ts';
import type { AnsweredWindow, StoredAnswer } from '../core/answered.ts';
import { type Decision, decide } from '../core/decide.ts';
import { expired } from '../core/expired.ts';
import { refit } from '../core/refit.ts';
import { type Stamp, targetOf } from '../core/stamp.ts';
import { type World, withZones } from '../core/world.ts';
import type { Batch, Change, Request } from '../model/command.ts';
import type { DiunaEvent } from '../model/event.ts';
import { type Refusal, refusal } from '../model/refusal.ts';
import type { Acceptance, Reply } from '../model/reply.ts';
import type { ZoneState } from '../model/state.ts';
import { AnswerBook } from './answer-book.ts';
import { CommitQueue, snapshotOf } from './commit-queue.ts';
import { Delivery } from './delivery.ts';
import { type EngineParts, type EngineSettings, type EngineStats, INBOX_EVENTS, INBOX_LIMIT } from './engine-parts.ts';
import type { Snapshot } from './ports.ts';
import { isQuestion, look, QueryDesk, type Question } from './query-desk.ts';
import type { ReplayQuery } from './replay.ts';
import { acceptedChange, refused, repeated, turnedAway, zoneOf } from './replies.ts';
import { askerOf, type Submission } from './submission.ts';

interface Outcome {
  readonly reply: Reply;
  readonly events: readonly DiunaEvent[];
  readonly answer: StoredAnswer | null;
  /** Whether the answer must outlive a restart. */
  readonly keep: boolean;
}

export class Engine {
  readonly #parts: EngineParts;
  readonly #answers: AnswerBook;
  readonly #queue: CommitQueue;
  readonly #desk: QueryDesk;
  readonly #latency = new RecentSamples(4096);
  #settings: EngineSettings;
  #world: World;
  #commands = 0;
  #rejections = 0;
  #stopping = false;

  constructor(parts: EngineParts, settings: EngineSettings, restored: { readonly world: World; readonly answered: AnsweredWindow }) {
    this.#parts = parts;
    this.#settings = settings;
    this.#answers = new AnswerBook(restored.answered);
    this.#world = withZones(restored.world, settings.catalog, this.#timestamp());
    this.#queue = new CommitQueue(parts.journal, { commands: INBOX_LIMIT, events: INBOX_EVENTS }, this.#world, () => this.#answers.all());
    this.#desk = new QueryDesk(parts.journal);
  }

  /** Mends what no longer fits the config, then lights what was restored. Called once, before the first command. */
  start(): void {
    this.#fitToCatalog();
    this.#light(() => true);
  }

  /** Takes a new config: zones that came are lit, those that stayed go on as they are, fades and all. */
  reconfigure(settings: EngineSettings): void {
    const before = { zones: this.#settings.catalog.zones, states: this.#world.zones };
    this.#settings = settings;
    const grow = (world: World) => withZones(world, settings.catalog, this.#timestamp());
    this.#world = grow(this.#world);
    this.#queue.retell(grow);
    this.#fitToCatalog();
    this.#light((zone) => !before.zones.has(zone) || before.states.get(zone) !== this.#world.zones.get(zone));
  }

  /** The state of each configured zone as it has been told. */
  states(): ReadonlyMap<string, ZoneState> {
    return this.#configured(this.#queue.told);
  }

  stats(): EngineStats {
    const latencyUs = { p50: this.#latency.percentile(0.5), p99: this.#latency.percentile(0.99) };
    return { commands: this.#commands, rejections: this.#rejections, latencyUs };
  }

  /** Refuses what comes from now on and waits for what is under way. @returns what the store closes with. */
  async stop(): Promise<Snapshot> {
    this.#stopping = true;
    this.#desk.stop();
    await this.#queue.idle();
    return snapshotOf(this.#world, [...this.#answers.all()]);
  }

  /** Passes through the queue like a command. @returns true once everything before it has settled: the writer makes progress. */
  probe(): Promise<boolean> {
    return new Promise((resolve) => {
      if (this.#queue.full)
        resolve(true); // full, and so at work: a stalled disk is the journal's to tell
      else this.#queue.add({ record: null, world: this.#world, settle: () => resolve(true) });
    });
  }

  submit(submission: Submission): void {
    this.#commands += 1;
    const { request } = submission;
    if (this.#stopping || this.#queue.full) return this.#overloaded(submission);
    if (!request.ok)
      return this.#settle(submission, this.#refusedOutcome(request.error.refusal, request.error.request_id, request.error.zone));
    const digest = this.#digest(submission, request.value);
    if (this.#repeated(submission, request.value, digest)) return;
    const late = expired(request.value, this.#parts.clock.wallMs(), this.#settings.maxCommandAgeMs, submission.expiresMs ?? null);
    if (late !== null) return this.#settle(submission, this.#refusedOutcome(late, request.value.request_id, zoneOf(request.value.command)));
    const { command } = request.value;
    if (command.type === 'events.replay') return this.#replay(submission, request.value, command, digest);
    if (isQuestion(command)) return this.#look(submission, request.value, command, digest);
    this.#change(submission, request.value, command, digest);
  }

  #change(submission: Submission, request: Request, command: Change | Batch, digest: string): void {
    const decided = decide(this.#world, command, this.#stamp(submission, request), this.#settings);
    if (!decided.ok) {
      const outcome = this.#refusedOutcome(decided.error, request.request_id, zoneOf(command));
      const answer = this.#answer(submission, request, digest, outcome.reply);
      return this.#settle(submission, { ...outcome, answer, keep: true });
    }
    const reply = acceptedChange(request.request_id, command, decided.value, this.#settings.catalog);
    if (request.dry_run) return this.#settle(submission, { reply: this.#wouldBe(reply), events: [], answer: null, keep: false });
    this.#world = decided.value.world;
    const answer = this.#answer(submission, request, digest, reply);
    this.#settle(submission, { reply, events: decided.value.events, answer, keep: true }, request, decided.value);
  }

  /** Shows at once what was decided, and puts its words behind the disk. */
  #settle(submission: Submission, outcome: Outcome, request?: Request, decision?: Decision): void {
    if (!outcome.reply.ok) this.#rejections += 1;
    const visible = decision !== undefined && decision.changes.length + decision.overlays.length > 0;
    const waitsForFrame = visible && request?.ack === 'rendered';
    const delivery = new Delivery(submission, outcome.reply, this.#parts.clock, waitsForFrame);
    if (visible) {
      const whenShown = waitsForFrame ? (shown: boolean) => delivery.shown(shown) : undefined;
      this.#parts.renderer.show(decision.changes, decision.overlays, whenShown);
    }
    const { events, answer, keep } = outcome;
    if (answer !== null) this.#answers.decided(answer);
    const kept = keep ? answer : null;
    const record = events.length > 0 || kept !== null ? { seq: this.#world.seq, events, answer: kept } : null;
    this.#queue.add({ record, world: this.#world, settle: (durable) => this.#told(delivery, outcome, durable) });
  }

  /** A dry run makes no event: its seq and event id are those that there are. */
  #wouldBe(reply: Acceptance): Acceptance {
    return { ...reply, dry_run: true, seq: this.#world.seq, event_id: this.#world.event_id };
  }

  #told(delivery: Delivery, { answer, events }: Outcome, durable: boolean): void {
    if (answer !== null) this.#answers.settle(answer);
    this.#latency.add(delivery.settled(durable));
    if (events.length > 0) this.#parts.publisher.publish(events);
  }

  /** The answer takes its place in the queue, so that everything in it has been told by then. */
  #look(submission: Submission, request: Request, question: Question, digest: string): void {
    const reply = look(request, question, this.#world, this.#settings.catalog, this.#parts);
    const keep = question.type === 'system.restart'; // sent again after the restart, it must not restart once more
    const asked = keep ? this.#desk.thenRestart(submission, this.#parts.service) : submission;
    this.#settle(asked, { reply, events: [], answer: this.#answer(submission, request, digest, reply), keep });
  }

  #replay(submission: Submission, request: Request, query: ReplayQuery, digest: string): void {
    const world = this.#world;
    const { catalog } = this.#settings;
    const remember = (reply: Reply) => {
      submission.respond(reply);
      const answer = this.#answer(submission, request, digest, reply);
      if (answer !== null) this.#answers.endReplay(answer);
    };
    const settle = () => {
      submission.committed?.();
      this.#desk.replay(submission, request.request_id, query, world, catalog, remember);
    };
    const asker = askerOf(submission);
    if (request.request_id !== null && asker !== null && !request.dry_run) this.#answers.startReplay(asker, request.request_id, digest);
    this.#queue.add({ record: null, world, settle });
  }

  /** @returns whether this was a repetition or a reuse, and has been answered or will be. */
  #repeated(submission: Submission, { request_id, command }: Request, digest: string): boolean {
    const asker = askerOf(submission);
    if (request_id === null || asker === null) return false;
    const known = this.#answers.replaying(asker, request_id) ?? this.#answers.find(asker, request_id);
    if (known === undefined) return false;
    if (known.digest !== digest) {
      const message = `request_id ${request_id} was used for another command; every command needs its own`;
      this.#settle(submission, this.#refusedOutcome(refusal('request_id_reused', message, 'request_id'), request_id, zoneOf(command)));
    } else if ('reply' in known) {
      this.#settle(submission, { reply: repeated(known.reply), events: [], answer: null, keep: false });
    } else if (known.joined.length >= INBOX_LIMIT) {
      this.#overloaded(submission);
    } else {
      submission.committed?.();
      known.joined.push((reply) => submission.respond(repeated(reply)));
    }
    return true;
  }

  /** Answered at once: a full queue is no place to wait in. What asks for the restart that is under way has it. */
  #overloaded(submission: Submission): void {
    const { request } = submission;
    const { catalog } = this.#settings;
    submission.committed?.();
    const again = this.#desk.isRestarting && request.ok && request.value.command.type === 'system.restart' ? request.value : null;
    if (again !== null) return submission.respond(look(again, { type: 'system.restart' }, this.#queue.told, catalog, this.#parts));
    this.#rejections += 1;
    submission.respond(turnedAway(request, this.#stopping, this.#queue.told, catalog));
  }

  #refusedOutcome(why: Refusal, requestId: string | null, zone: string | null): Outcome {
    return { reply: refused(requestId, why, zone, this.#world, this.#settings.catalog), events: [], answer: null, keep: false };
  }

  #answer(submission: Submission, { request_id, dry_run }: Request, digest: string, reply: Reply): StoredAnswer | null {
    const asker = askerOf(submission);
    return request_id === null || asker === null || dry_run ? null : { ...asker, request_id, digest, reply };
  }

  #digest({ origin }: Submission, { request_id, command, ack, dry_run }: Request): string {
    return request_id === null || origin === null ? '' : this.#parts.ids.digest(JSON.stringify([command, ack, dry_run]));
  }

  #stamp({ source, origin, trigger }: Submission, { request_id }: Request): Stamp {
    return { source, origin, trigger, request_id, timestamp: this.#timestamp(), eventId: () => this.#parts.ids.eventId() };
  }

  #fitToCatalog(): void {
    const nobody = { source: 'system', origin: null, trigger: 'boot', request_id: null } as const;
    const stamp: Stamp = { ...nobody, timestamp: this.#timestamp(), eventId: () => this.#parts.ids.eventId() };
    const { world, events } = refit(this.#world, this.#settings.catalog, stamp);
    if (events.length === 0) return;
    this.#world = world;
    this.#queue.add({ record: { seq: world.seq, events, answer: null }, world, settle: () => this.#parts.publisher.publish(events) });
  }

  #configured(world: World): ReadonlyMap<string, ZoneState> {
    return new Map([...world.zones].filter(([id]) => this.#settings.catalog.zones.has(id)));
  }

  /** Shows the newest decided state of the zones concerned, at once. */
  #light(concerned: (zone: string) => boolean): void {
    const zones = [...this.#configured(this.#world)].filter(([zone]) => concerned(zone));
    const changes = zones.map(([zone, state]) => ({ zone, target: targetOf(state), transitionMs: 0 }));
    if (changes.length > 0) this.#parts.renderer.show(changes, []);
  }

  #timestamp(): string {
    return new Date(this.#parts.clock.wallMs()).toISOString();
  }
}
