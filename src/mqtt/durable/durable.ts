/**
 * What the broker holds for others outlives a restart: at start it is put back into aedes' store, from then on the log
 * hears of every change. What cannot be read is left out, counted and logged; it never keeps the broker from starting.
 */
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import { releaseOf, type StoredPacket, type StoreParts } from '../guards/private-parts.ts';
import type { LeftSession } from '../mqtt5/session-memory.ts';
import type { KeptLog } from './kept-log.ts';
import { keys } from './keys.ts';
import type { Message } from './message-text.ts';
import { mirror, RetainedRecord } from './mirror.ts';
import { decodeRecords, type Records } from './records.ts';
import { SessionBook } from './session-book.ts';
import type { KeptSession } from './session-records.ts';
import { EARLIER, type Mark, WaitingMessages } from './waiting-messages.ts';

export interface DurableParts {
  readonly log: KeptLog;
  readonly limits: DurableLimits;
  readonly isOurs: (topic: string) => boolean;
  /** Who is logged in as this client; `null` without users. */
  readonly userOf: (clientId: string) => string | null;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface DurableLimits {
  readonly retained_topics: number;
  readonly retained_bytes: number;
  readonly stored_sessions: number;
  /** Seconds. */
  readonly session_expiry: number;
}

/** A session whose client has not come yet. */
export interface RestoredSession {
  readonly clientId: string;
  readonly away_ms: number;
}

export interface Restored {
  readonly sessions: readonly RestoredSession[];
  /** Those of version 5, and those of them that ended meanwhile and have a will to be spoken. */
  readonly sessions5: readonly LeftSession[];
}

/** Longer than anybody is away: the time of day was wrong then or is now, and nothing is to end by it. */
const BELIEVABLE_MS = 366 * 24 * 3_600_000;

export class Durable {
  readonly book: SessionBook;
  readonly #parts: DurableParts;
  readonly #waiting: WaitingMessages;
  readonly #owners = new Map<string, string>();

  constructor(parts: DurableParts) {
    this.#parts = parts;
    this.book = new SessionBook(parts.log, parts.clock, parts.userOf);
    this.#waiting = new WaitingMessages(parts.log);
  }

  /** Whose the sessions of the earlier run are, and the wills that wait, by client id. */
  get owners(): ReadonlyMap<string, string> {
    return this.#owners;
  }

  /** To be called while the store is empty and as aedes made it. */
  async restore(store: StoreParts): Promise<Restored> {
    const { log, isOurs, logger } = this.#parts;
    const records = decodeRecords(await log.entries(), log);
    const retained = await this.#restoreRetained(store, records);
    const { kept, ended } = this.#judge(records);
    for (const session of kept) await this.#restoreSession(store, session, records);
    this.#forgetSessions(records, new Set(ended.filter(hasWill).map(({ clientId }) => clientId)));
    for (const session of ended) if (hasWill(session)) this.book.adoptEnded(session);
    for (const { clientId, user } of [...kept, ...ended]) if (user !== null) this.#owners.set(clientId, user);
    const messages = await this.#restoreWaiting(store, records);
    mirror(store, { log, book: this.book, waiting: this.#waiting, isOurs });
    this.book.start();
    const { unread } = records;
    if (unread > 0) logger.warn({ unread }, 'some of what the broker kept could not be read and was left out');
    if (retained + kept.length > 0) logger.info({ retained, sessions: kept.length, messages }, 'what the broker kept is there again');
    const sessions5 = [...kept.flatMap((session) => left(session, this.#expiryOf(session))), ...ended.flatMap((session) => over(session))];
    return { sessions: kept, sessions5 };
  }

  stop(): void {
    this.book.stop();
  }

  /** Where there is more than may be, the newest stay. */
  async #restoreRetained(store: StoreParts, { retained }: Records): Promise<number> {
    const { log, limits, isOurs, clock } = this.#parts;
    const now = clock.wallMs();
    const kept: Message[] = [];
    let bytes = 0;
    for (const [topic, message] of [...retained].toReversed()) {
      const size = Buffer.byteLength(topic) + message.payload.length;
      const isOver = message.messageExpiry !== undefined && message.messageExpiry < now;
      if (
        isOurs(topic) ||
        topic !== message.topic ||
        isOver ||
        kept.length >= limits.retained_topics ||
        bytes + size > limits.retained_bytes
      ) {
        log.remove(keys.retained(topic));
        continue;
      }
      bytes += size;
      kept.push(message);
    }
    // oldest first: in this order they are written anew, and the next start judges by it
    for (const message of kept.toReversed()) {
      log.adopt(keys.retained(message.topic), new RetainedRecord(message));
      await store.storeRetained({ cmd: 'publish', ...message, dup: false, brokerId: EARLIER, brokerCounter: 0 });
    }
    return kept.length;
  }

  /** Which sessions go on, oldest first, and which have ended: in time while nobody counted, or as there are too many. */
  #judge({ sessions, away }: Records): { readonly kept: readonly KeptSession[]; readonly ended: readonly KeptSession[] } {
    const { limits, logger } = this.#parts;
    const [alive, ended]: [KeptSession[], KeptSession[]] = [[], []];
    const now = this.#parts.clock.wallMs();
    for (const [clientId, { u, e, f }] of sessions) {
      const left = away.get(clientId);
      const sinceMs = left === undefined ? 0 : now - left.t;
      const isAwayKnown = left !== undefined && sinceMs >= 0 && sinceMs < BELIEVABLE_MS;
      const will = left?.w === undefined ? null : { delay_s: left.w.d, message: { ...left.w.m, properties: { ...left.w.m.properties } } };
      const session: KeptSession = { clientId, user: u, expiry_s: e, filters: f, away_ms: isAwayKnown ? sinceMs : 0, isAwayKnown, will };
      (session.away_ms < this.#expiryOf(session) * 1000 ? alive : ended).push(session);
    }
    alive.sort((a, b) => b.away_ms - a.away_ms);
    const surplus = alive.splice(0, Math.max(0, alive.length - limits.stored_sessions));
    if (surplus.length > 0)
      logger.warn({ sessions: surplus.length }, 'there were more sessions than stored_sessions: those away longest have ended');
    return { kept: alive, ended: [...ended, ...surplus] };
  }

  /** Seconds that a session may be without its client. */
  #expiryOf({ expiry_s }: KeptSession): number {
    return Math.min(expiry_s ?? Number.POSITIVE_INFINITY, this.#parts.limits.session_expiry);
  }

  async #restoreSession(store: StoreParts, session: KeptSession, { incoming }: Records): Promise<void> {
    const { clientId, filters } = session;
    if (filters.length > 0) await store.addSubscriptions({ id: clientId }, [...filters]);
    this.book.adopt(session);
    const ids = incoming.get(clientId) ?? [];
    for (const messageId of ids) await store.incomingStorePacket({ id: clientId }, { topic: '', payload: '', qos: 2, messageId });
    if (ids.length > 0) this.book.adoptArrived(clientId, ids);
  }

  /** @param willDue those that have ended, but whose records are needed until their will is spoken. */
  #forgetSessions({ sessions, away, incoming }: Records, willDue: ReadonlySet<string>): void {
    const { log } = this.#parts;
    const isNeeded = (clientId: string) => this.book.has(clientId) || willDue.has(clientId);
    for (const clientId of sessions.keys()) if (!isNeeded(clientId)) log.remove(keys.session(clientId));
    for (const clientId of away.keys()) if (!isNeeded(clientId)) log.remove(keys.away(clientId));
    for (const clientId of incoming.keys()) if (!this.book.has(clientId)) log.remove(keys.incoming(clientId));
  }

  /** In the order in which they were published. */
  async #restoreWaiting(store: StoreParts, { waiting, marks }: Records): Promise<number> {
    const { log } = this.#parts;
    for (const [n, { message, to }] of [...waiting].sort(([a], [b]) => a - b)) {
      const own = marks.get(n);
      const clients = to.filter((clientId) => this.book.has(clientId) && !isOver(own?.get(clientId)));
      if (clients.length === 0) {
        log.remove(keys.message(n));
        continue;
      }
      const packet: StoredPacket = { cmd: 'publish', ...message, dup: false, brokerId: EARLIER, brokerCounter: n };
      this.#waiting.adopt(n, packet, clients);
      for (const clientId of clients) await this.#enqueue(store, clientId, packet, own?.get(clientId));
    }
    for (const [n, own] of marks) for (const [clientId, mark] of own) this.#waiting.adoptMark(n, clientId, mark);
    return this.#waiting.size;
  }

  async #enqueue(store: StoreParts, clientId: string, packet: StoredPacket, mark: Mark | undefined): Promise<void> {
    await store.outgoingEnqueue({ clientId }, packet);
    if (mark === undefined || 'over' in mark) return;
    const messageId = 'id' in mark ? mark.id : mark.released;
    await store.outgoingUpdate({ id: clientId }, { ...packet, messageId });
    if ('id' in mark) return;
    const release = releaseOf(messageId);
    await store.outgoingUpdate({ id: clientId }, release);
    this.#waiting.adoptRelease(packet, release);
  }
}

function isOver(mark: Mark | undefined): boolean {
  return mark !== undefined && 'over' in mark;
}

function hasWill({ expiry_s, will }: KeptSession): boolean {
  return expiry_s !== null && will !== null;
}

/** As MQTT 5 is told of a session that has ended: its will is due. */
function over({ clientId, will }: KeptSession): LeftSession[] {
  return will === null ? [] : [{ clientId, remaining_s: 0, will: { delay_s: 0, message: will.message } }];
}

/** As MQTT 5 is told of it; nothing of a session of an older version. */
function left({ clientId, expiry_s, away_ms, will }: KeptSession, livesFor_s: number): LeftSession[] {
  if (expiry_s === null) return [];
  const away_s = away_ms / 1000;
  const waits = will === null ? null : { delay_s: Math.max(0, will.delay_s - away_s), message: will.message };
  return [{ clientId, remaining_s: Math.max(0, livesFor_s - away_s), will: waits }];
}
