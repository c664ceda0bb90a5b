/**
 * The guards of what the broker keeps: retained messages, sessions, what waits for them. Put around aedes' store, in place
 * of its own methods.
 */
import { Readable } from 'node:stream';
import type { Aedes, Client, Subscription } from 'aedes';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import type { MqttLimits } from '../../model/config-limits.ts';
import { GrantedFilters } from './filters.ts';
import type { Outgoing } from './outgoing.ts';
import { type Owner, releaseOf, type StoredPacket, type StoreParts, storeParts } from './private-parts.ts';
import { Retained } from './retained.ts';
import { SessionQueues } from './session-queues.ts';
import { Sessions, type SessionWitness } from './sessions.ts';
import type { Tally } from './tally.ts';
import { guardUnreleased } from './unreleased.ts';

export interface KeptParts {
  readonly limits: MqttLimits;
  readonly mayRead: (clientId: string, topic: string) => boolean;
  readonly isOurs: (topic: string) => boolean;
  /** Whose a client id is, once its client has logged in; `null` or left out: nobody's. */
  readonly userOf?: (clientId: string) => string | null;
  readonly outgoingOf: (client: object) => Outgoing | undefined;
  /** Whether a client's session outlives its connection. */
  readonly keeps: (client: object) => boolean;
  readonly tally: Tally;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What there was before the start, and who hears of what comes. */
export interface Before {
  readonly sessions: readonly { readonly clientId: string; readonly away_ms: number }[];
  readonly witness?: SessionWitness | undefined;
}

export class Kept {
  readonly retained: Retained;
  readonly sessions: Sessions;
  readonly queues: SessionQueues;
  readonly #parts: KeptParts;
  readonly #granted = new GrantedFilters();
  #store: StoreParts | null = null;

  constructor(parts: KeptParts) {
    const { limits, mayRead, isOurs, tally, clock, logger } = parts;
    this.#parts = parts;
    this.sessions = new Sessions({
      limits,
      clock,
      userOf: parts.userOf ?? (() => null),
      expire: (clientId) => void this.#expire(clientId),
      putOut: (clientId) => tally.note('sessions', { client: clientId, address: null }, 'its session had to go for another one'),
    });
    this.retained = new Retained(limits, isOurs, (topic) => tally.note('retained', { client: null, address: null }, topic));
    this.queues = new SessionQueues({
      limits,
      mayRead,
      isAway: (clientId) => this.sessions.isAway(clientId),
      dropped: (clientId, count) =>
        tally.note('session_messages', { client: clientId, address: null }, 'too many messages wait: the oldest go', count),
      failed: (cause) => logger.error({ err: cause }, 'the queue of a session could not be shortened'),
    });
  }

  async open(aedes: Aedes, { sessions, witness }: Before): Promise<void> {
    const store = storeParts(aedes);
    this.#store = store;
    this.#granted.guard(store);
    this.queues.guard(store);
    this.#paceStored(store);
    guardUnreleased(store);
    await this.retained.guard(store);
    for (const { clientId, away_ms } of sessions) {
      this.sessions.resume(clientId, away_ms);
      await this.queues.resume(clientId);
    }
    aedes.on('client', (client) => this.#enter(client));
    this.sessions.start(witness);
  }

  stop(): void {
    this.sessions.stop();
  }

  /** Said in the turn in which the store is asked: only what was granted is stored. */
  grant(subscription: Subscription): void {
    this.#granted.grant(subscription);
  }

  #enter(client: Client): void {
    const leave = this.sessions.enter(client.id, this.#parts.keeps(client));
    if (client.conn.closed) leave();
    else client.conn.once('close', leave);
  }

  /** What waited for a session goes out no faster than it is acknowledged. */
  #paceStored(store: StoreParts): void {
    const stored = store.outgoingStream.bind(store);
    const update = mended(store.outgoingUpdate.bind(store));
    // Aedes does so with each packet of the stream, sends it or not in the same turn, and says nothing of it.
    store.outgoingUpdate = async (owner, packet) => {
      const outgoing = this.#parts.outgoingOf(owner);
      if (outgoing?.isReplaying !== true) return update(owner, packet);
      try {
        return await update(owner, packet);
      } finally {
        setImmediate(() => outgoing.settle(packet));
      }
    };
    store.outgoingStream = (owner) => {
      const outgoing = this.#parts.outgoingOf(owner);
      const ends = 'clean' in owner && owner.clean === true; // such a session's queue is thrown away, not sent
      if (outgoing !== undefined && !ends) return Readable.from(this.#paced(owner, stored, outgoing));
      outgoing?.endReplay();
      return stored(owner);
    };
  }

  async *#paced(owner: Owner, stored: (owner: Owner) => Readable, outgoing: Outgoing): AsyncGenerator {
    await this.queues.settle(owner.id);
    for await (const packet of stored(owner)) {
      if (!(await outgoing.place(packet))) return;
      yield again(packet);
    }
    outgoing.endReplay();
  }

  async #expire(clientId: string): Promise<void> {
    const { logger } = this.#parts;
    logger.info({ client: clientId }, 'a session has expired');
    try {
      await this.#store?.cleanSubscriptions({ id: clientId });
      await this.#store?.cleanIncoming?.({ id: clientId });
      await this.queues.forget(clientId);
    } catch (cause) {
      logger.error({ err: cause, client: clientId }, 'a session could not be removed');
    }
  }
}

/** What has a packet identifier was sent before, and is said to be [MQTT-3.3.1-1]. */
function again(packet: StoredPacket): StoredPacket {
  return packet.cmd === 'publish' ? { ...packet, dup: packet.messageId !== undefined } : packet;
}

/**
 * Two mends of how the store takes a release [MQTT-4.3.3-1]. One of a retained message is not in it, and aedes would close
 * the connection at its PUBREC: it is sent all the same. And the store takes any two releases of a session for one, so that
 * one of them went out with the identifier of the other: each gets a number.
 */
function mended(update: StoreParts['outgoingUpdate']): StoreParts['outgoingUpdate'] {
  return async (owner, packet) => {
    const { messageId } = packet;
    if (packet.cmd !== 'pubrel' || messageId === undefined) return update(owner, packet);
    try {
      return await update(owner, releaseOf(messageId));
    } catch (cause) {
      if (!(cause instanceof Error)) throw cause;
      return undefined;
    }
  };
}
