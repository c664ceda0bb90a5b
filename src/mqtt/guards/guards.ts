/**
 * The guards' public face: what the broker asks at each step of a connection's life. Each guard lives in its own file;
 * here they are put together, and whatever one of them refuses is counted and logged. A connection is any Duplex: TCP
 * now, a WebSocket as well.
 */
import type { Duplex } from 'node:stream';
import type { Aedes, AedesPublishPacket, AuthenticateError, Client, ConnectPacket, PublishPacket, Subscription } from 'aedes';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import { SharedBudget } from '../../base/shared-budget.ts';
import type { MqttLimits } from '../../model/config-limits.ts';
import { type Access, mayKeep, mayRead, maySubscribe } from './access.ts';
import { Admission } from './admission.ts';
import { ConnectCheck, keepsSession, noRoom } from './connect-check.ts';
import { guardDecoding } from './decoding.ts';
import { type FilterRefusal, Filters } from './filters.ts';
import { TokenBucket } from './flood.ts';
import { type Before, Kept } from './kept.ts';
import { Objections, type Obstacle } from './objections.ts';
import { Outgoing } from './outgoing.ts';
import { Pacer } from './pacer.ts';
import { clientParts, type StoredPacket } from './private-parts.ts';
import { guardBehind } from './refused.ts';
import { RefusedFilters } from './refused-filters.ts';
import { type GuardName, Tally } from './tally.ts';

export interface GuardParts {
  readonly limits: MqttLimits;
  readonly access: Access;
  /** Whether a topic is below our own base topic: those are bounded by the config, and have no quota. */
  readonly isOurs: (topic: string) => boolean;
  /** Whose a client id is, once its client has logged in; `null` or left out: nobody's. */
  readonly userOf?: (clientId: string) => string | null;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface Connection {
  readonly address: string;
  readonly filters: Filters;
  readonly bucket: TokenBucket;
  readonly outgoing: Outgoing;
  /** Its session outlives it. */
  keeps: boolean;
}

export class Guards {
  readonly #parts: GuardParts;
  readonly #tally: Tally;
  readonly #admission: Admission;
  readonly #connectCheck: ConnectCheck;
  readonly #kept: Kept;
  readonly #pacer = new Pacer();
  readonly #unfinished: SharedBudget;
  readonly #connections = new WeakMap<object, Connection>();
  readonly #objections: Objections;
  readonly #refusedFilters: RefusedFilters;

  constructor(parts: GuardParts) {
    const { limits, access, logger, clock } = parts;
    this.#parts = parts;
    this.#tally = new Tally(logger, clock);
    this.#unfinished = new SharedBudget(limits.unfinished_bytes);
    this.#refusedFilters = new RefusedFilters((guard, client, why, times) => this.#note(guard, client, why, client.id, times));
    this.#admission = new Admission(limits, this.#tally);
    this.#kept = new Kept({
      ...parts,
      tally: this.#tally,
      mayRead: (clientId, topic) => mayKeep(access, clientId, topic),
      outgoingOf: (client) => this.#connections.get(client)?.outgoing,
      keeps: (client) => this.#connections.get(client)?.keeps === true,
    });
    this.#objections = new Objections({
      ...parts,
      retained: this.#kept.retained,
      note: (guard, client, why, clientId) => this.#note(guard, client, why, clientId),
    });
    this.#connectCheck = new ConnectCheck(limits);
  }

  /** Called once aedes listens and whoever else replaces parts of its store has done so, and before anybody connects. */
  async open(aedes: Aedes, before: Before = { sessions: [] }): Promise<void> {
    await this.#kept.open(aedes, before);
    aedes.on('ack', (_packet, client) => this.#connections.get(client)?.outgoing.acknowledged());
    aedes.on('unsubscribe', (filters, client) => this.#connections.get(client)?.filters.remove(filters));
  }

  /** The end is near: nothing waits its turn any more. */
  hurry(): void {
    this.#pacer.hurry();
  }

  stop(): void {
    this.#kept.stop();
  }

  /** A session that is not the guards' to end has ended, and nothing of it is stored any more. */
  sessionEnded(clientId: string): void {
    this.#kept.sessions.end(clientId);
  }

  counts(): Record<string, number> {
    return this.#tally.counts();
  }

  /** A connection has come. @returns false where it was refused, and so destroyed. */
  enter(connection: Duplex, address: string): boolean {
    return this.#admission.enter(connection, address);
  }

  /** Somebody was refused on the way in. @param client its id, once there is one. */
  refused(guard: GuardName, address: string, why: string, client: string | null = null): void {
    this.#tally.note(guard, { client, address }, why);
  }

  /** Whether a session waits for its client. */
  isAway(clientId: string): boolean {
    return this.#kept.sessions.isAway(clientId);
  }

  addressOf(client: Client): string {
    return this.#connections.get(client)?.address ?? 'unknown';
  }

  /** Takes over what aedes made of the connection; called before its first byte is read. */
  watch(client: Client, address: string): void {
    const { limits, clock } = this.#parts;
    const filters = new Filters(limits);
    const bucket = new TokenBucket(limits, clock);
    const outgoing = new Outgoing({
      client,
      parts: clientParts(client),
      limits,
      pacer: this.#pacer,
      isRetained: (topic) => this.#kept.retained.newest(topic) !== undefined,
      newest: (topic) => this.#newest(client, topic, filters),
      skipped: () => this.#note('slow_client', client, 'does not read: a message of QoS 0 passes by'),
      dropped: (packet) => this.#drop(client, packet),
    });
    this.#connections.set(client, { address, filters, bucket, outgoing, keeps: false });
    guardDecoding(client, {
      limits,
      address,
      unfinished: this.#unfinished,
      arrived: (packet, cut) => {
        filters.arrive(packet, bucket);
        if (cut > 0) this.#objections.cut(packet, cut);
      },
    });
  }

  /** Looks at a CONNECT; what speaks against it is told when aedes asks for the verdict. */
  connect(client: Client, packet: ConnectPacket): void {
    clientParts(client).pause(); // what comes before the CONNACK waits; aedes goes on by itself after it
    const rejection = this.#connectCheck.check(client, packet);
    const connection = this.#connections.get(client);
    if (connection !== undefined) connection.keeps = keepsSession(packet);
    if (packet.clean === false) connection?.outgoing.beginReplay();
    if (rejection !== null) this.#note(rejection.guard, client, rejection.why, packet.clientId);
  }

  verdict(client: Client): AuthenticateError | null {
    return this.#connectCheck.verdict(client);
  }

  /** Asked once it is known who a client is. @returns why its session cannot be kept, or `null`. */
  makeRoom(client: Client): AuthenticateError | null {
    const why = this.#connections.get(client)?.keeps === true ? this.#kept.sessions.makeRoom(client.id) : null;
    if (why !== null) this.#note('sessions', client, why);
    return why === null ? null : noRoom(why);
  }

  /** Decides at once: the store is asked in the same turn. */
  subscribe(client: Client, subscription: Subscription): boolean {
    const filters = this.#connections.get(client)?.filters;
    const { topic } = subscription;
    const refusal = filters?.refusal(subscription, () => this.#isTooFast(client)) ?? this.#noAccess(client, topic);
    if (refusal !== null) this.#refusedFilters.add(refusal.guard, client, refusal.why);
    if (refusal !== null) return false;
    filters?.grant(topic);
    this.#kept.grant(subscription);
    return true;
  }

  /** @returns what is in the way of a message, or `null`. */
  publish(client: Client, packet: PublishPacket): Obstacle | null {
    return this.#objections.live(client, packet, this.#connections.get(client)?.bucket);
  }

  /** The same for a message of a client that is not there: the will of an earlier run. */
  objection(clientId: string, packet: PublishPacket): Obstacle | null {
    return this.#objections.standing(clientId, packet, null);
  }

  /** Whether a delivery that looks like a repetition is one: not where the first time put it off. */
  isRepeated(client: Client, packet: AedesPublishPacket): boolean {
    const outgoing = this.#connections.get(client)?.outgoing;
    if (outgoing?.isKept === true) return false;
    if (outgoing?.tookLast === true) this.#kept.queues.keep(packet); // until the first is acknowledged
    return true;
  }

  /** Asked last of all at a delivery. @param heard whether nothing else speaks against it. */
  forward(client: Client, packet: AedesPublishPacket, heard: boolean): boolean {
    const outgoing = this.#connections.get(client)?.outgoing;
    if (heard && mayRead(this.#parts.access, client, packet.topic)) {
      if (outgoing === undefined || outgoing.forward(packet)) return true;
      if (outgoing.holds(packet)) this.#kept.queues.keep(packet);
      return false;
    }
    if (heard) this.#tally.count('withheld'); // as everybody's is who asks for more than it may read
    outgoing?.withheld();
    return false;
  }

  /** Resolves when a client can be given more, or is gone. */
  async drained(client: Client): Promise<void> {
    await this.#connections.get(client)?.outgoing.drained();
  }

  /** A connection ended by a mistake, a guard or a fault. @param known whether its client had connected. */
  lost(client: Client, cause: Error, known: boolean): void {
    const guard = guardBehind(cause) ?? (known ? null : 'connection_error');
    if (guard !== null) this.#note(guard, client, cause.message);
  }

  /** A filter costs as much as a message; a session that comes back asks for none. */
  #isTooFast(client: Client): boolean {
    const bucket = this.#connections.get(client)?.bucket;
    if (!clientParts(client).connackSent || bucket?.take() === 'free') return false;
    bucket?.pay(1);
    return true;
  }

  #noAccess(client: Client, topic: string): FilterRefusal | null {
    return maySubscribe(this.#parts.access, client, topic) ? null : { guard: 'access', why: `may not subscribe to ${topic}` };
  }

  #note(guard: GuardName, client: Client | null, why: string, clientId?: string, times = 1): void {
    const address = (client === null ? undefined : this.#connections.get(client)?.address) ?? null;
    // Aedes' clients have no id before they are known, whatever their type says.
    this.#tally.note(guard, { client: clientId ?? client?.id ?? null, address }, why, times);
  }

  #drop(client: Client, packet: StoredPacket): void {
    this.#note('waiting_messages', client, 'does not acknowledge: the oldest message that waits goes');
    if (!client.clean) void this.#kept.queues.drop(client, packet);
  }

  #newest(client: Client, topic: string, filters: Filters): AedesPublishPacket | null {
    if (!filters.match(topic) || !mayRead(this.#parts.access, client, topic)) return null;
    return this.#kept.retained.answer(topic);
  }
}
