/**
 * The sessions that are kept, as they stand in the log: filters, how long version 5 lets them live, since when their
 * client is away, and the will that waits. Hears of them from the guards, from MQTT 5 and from the store.
 *
 * Since when is wall time, the only one that a restart leaves; within a run it follows the monotonic clock, so that a Pi
 * that learns the time of day late ends nothing early.
 */
import type { Clock } from '../../base/clock.ts';
import type { SessionWitness } from '../guards/sessions.ts';
import type { SessionMemory } from '../mqtt5/session-memory.ts';
import type { KeptLog } from './kept-log.ts';
import { keys } from './keys.ts';
import { Arrived, Away, type Filter, type KeptSession, Session, type WaitingWill } from './session-records.ts';

/** Between looks at whether the time of day was set; by less than so much clocks differ without anybody setting them. */
const LOOK_MS = 30_000;
const DRIFT_MS = 5000;

export class SessionBook implements SessionWitness, SessionMemory {
  readonly #log: KeptLog;
  readonly #clock: Clock;
  readonly #userOf: (clientId: string) => string | null;
  readonly #sessions = new Map<string, Session>();
  readonly #away = new Map<string, Away>();
  readonly #arrived = new Map<string, Arrived>();
  /** Of clients whose session has not begun: version 5 speaks first. */
  readonly #announced = new Map<string, number>();
  #offsetMs: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(log: KeptLog, clock: Clock, userOf: (clientId: string) => string | null) {
    this.#log = log;
    this.#userOf = userOf;
    this.#clock = clock;
    this.#offsetMs = this.#wallOffset();
  }

  start(): void {
    this.#timer = setInterval(() => this.look(), LOOK_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  has(clientId: string): boolean {
    return this.#sessions.has(clientId);
  }

  /** A session that was read from the log. */
  adopt(kept: KeptSession): void {
    this.#sessions.set(kept.clientId, this.#adoptRecords(kept));
  }

  /** One that has ended and whose will is yet to be spoken: until then the log has both, and nobody else knows of it. */
  adoptEnded(kept: KeptSession): void {
    this.#adoptRecords(kept);
  }

  adoptArrived(clientId: string, ids: readonly number[]): void {
    const arrived = new Arrived();
    for (const id of ids) arrived.ids.add(id);
    this.#arrived.set(clientId, arrived);
    this.#log.adopt(keys.incoming(clientId), arrived);
  }

  entered(clientId: string): void {
    const session = this.#sessions.get(clientId) ?? new Session();
    const expiry_s = this.#announced.get(clientId) ?? null;
    this.#announced.delete(clientId);
    this.#back(clientId);
    const user = this.#userOf(clientId);
    if (this.#sessions.has(clientId) && session.expiry_s === expiry_s && session.user === user) return;
    session.expiry_s = expiry_s;
    session.user = user;
    this.#sessions.set(clientId, session);
    this.#log.put(keys.session(clientId), session);
  }

  left(clientId: string): void {
    if (!this.#sessions.has(clientId) || this.#away.has(clientId)) return;
    const away = new Away(this.#clock, this.#clock.monotonicUs());
    this.#away.set(clientId, away);
    this.#log.put(keys.away(clientId), away);
  }

  ended(clientId: string): void {
    this.#announced.delete(clientId);
    this.#sessions.delete(clientId);
    this.#log.remove(keys.session(clientId));
    this.#back(clientId);
    this.cleanArrived(clientId);
  }

  takes(clientId: string, expiry_s: number): void {
    this.#announced.set(clientId, expiry_s);
  }

  expires(clientId: string, expiry_s: number): void {
    const session = this.#sessions.get(clientId);
    if (session === undefined || session.expiry_s === expiry_s) return;
    session.expiry_s = expiry_s;
    this.#log.put(keys.session(clientId), session);
  }

  forget(clientId: string): void {
    this.#announced.delete(clientId);
  }

  willWaits(clientId: string, will: WaitingWill | null): void {
    if (will !== null) this.left(clientId); // may be told before the guards have heard
    const away = this.#away.get(clientId);
    if (will === null && !this.#sessions.has(clientId)) return this.#forgetEnded(clientId);
    if (away === undefined || away.will === will) return;
    away.will = will;
    this.#log.put(keys.away(clientId), away);
  }

  /** The will of a session that had ended is being spoken, and its client has begun no other. */
  #forgetEnded(clientId: string): void {
    this.#log.remove(keys.session(clientId));
    this.#back(clientId);
  }

  subscribed(clientId: string, subscriptions: readonly Filter[]): void {
    const session = this.#sessions.get(clientId);
    if (session === undefined || subscriptions.length === 0) return;
    for (const subscription of subscriptions) session.filters.set(subscription.topic, subscription);
    this.#log.put(keys.session(clientId), session);
  }

  unsubscribed(clientId: string, topics: Iterable<string>): void {
    const session = this.#sessions.get(clientId);
    if (session === undefined) return;
    const before = session.filters.size;
    for (const topic of topics) session.filters.delete(topic);
    if (session.filters.size !== before) this.#log.put(keys.session(clientId), session);
  }

  unsubscribedAll(clientId: string): void {
    this.unsubscribed(clientId, [...(this.#sessions.get(clientId)?.filters.keys() ?? [])]);
  }

  arrived(clientId: string, messageId: number): void {
    if (!this.#sessions.has(clientId)) return;
    const arrived = this.#arrived.get(clientId) ?? new Arrived();
    arrived.ids.add(messageId);
    this.#arrived.set(clientId, arrived);
    this.#log.put(keys.incoming(clientId), arrived);
  }

  releasedArrival(clientId: string, messageId: number): void {
    const arrived = this.#arrived.get(clientId);
    if (arrived?.ids.delete(messageId) !== true) return;
    if (arrived.ids.size === 0) this.cleanArrived(clientId);
    else this.#log.put(keys.incoming(clientId), arrived);
  }

  cleanArrived(clientId: string): void {
    if (this.#arrived.delete(clientId)) this.#log.remove(keys.incoming(clientId));
  }

  /** Where the time of day was set, what is written of it is set too. */
  look(): void {
    const offsetMs = this.#wallOffset();
    if (Math.abs(offsetMs - this.#offsetMs) < DRIFT_MS) return;
    this.#offsetMs = offsetMs;
    for (const [clientId, away] of this.#away) this.#log.put(keys.away(clientId), away);
  }

  #adoptRecords({ clientId, user, expiry_s, filters, away_ms, isAwayKnown, will }: KeptSession): Session {
    const session = new Session();
    session.expiry_s = expiry_s;
    session.user = user;
    for (const filter of filters) session.filters.set(filter.topic, filter);
    this.#log.adopt(keys.session(clientId), session);
    const away = new Away(this.#clock, this.#clock.monotonicUs() - away_ms * 1000);
    away.will = will;
    this.#away.set(clientId, away);
    if (isAwayKnown) this.#log.adopt(keys.away(clientId), away);
    else this.#log.put(keys.away(clientId), away);
    return session;
  }

  #back(clientId: string): void {
    if (this.#away.delete(clientId)) this.#log.remove(keys.away(clientId));
  }

  #wallOffset(): number {
    return this.#clock.wallMs() - this.#clock.monotonicUs() / 1000;
  }
}
