/**
 * Messages of QoS 1 and 2 that wait in sessions, as they stand in the log: each once, with those for whom it waits, and a
 * mark for each of them where something became of it. What is acknowledged before the log wrote it never gets there.
 */
import type { StoredPacket } from '../guards/private-parts.ts';
import type { KeptLog } from './kept-log.ts';
import { keys } from './keys.ts';
import { messageText } from './message-text.ts';

/** What became of a message for one session: it got a packet identifier, was received [MQTT-4.3.3], or is over. */
export type Mark = { readonly id: number } | { readonly released: number } | { readonly over: true };

/** The broker id of messages of an earlier run; their number in the log is their counter. */
export const EARLIER = 'kept';

type Numbered = Pick<Partial<StoredPacket>, 'brokerId' | 'brokerCounter'>;

/** One message and for whom it waits. */
class Body {
  readonly n: number;
  readonly packet: StoredPacket;
  readonly clients: Set<string>;
  /** Those that have a mark in the log. */
  readonly marked = new Set<string>();

  constructor(n: number, packet: StoredPacket, clients: Iterable<string>) {
    this.n = n;
    this.packet = packet;
    this.clients = new Set(clients);
  }

  toJSON(): object {
    return { ...messageText(this.packet), to: [...this.clients] };
  }
}

export class WaitingMessages {
  readonly #log: KeptLog;
  readonly #bodies = new Map<string, Body>();
  /** By client and packet identifier, what is under way: a release tells nothing else of its message. */
  readonly #underWay = new Map<string, Map<number, Body>>();
  readonly #releases = new WeakMap<object, Body>();
  #last = 0;

  constructor(log: KeptLog) {
    this.#log = log;
  }

  /** A message that was read from the log as number `n`. @param packet has `EARLIER` for its broker. */
  adopt(n: number, packet: StoredPacket, clients: readonly string[]): void {
    this.#last = Math.max(this.#last, n);
    const body = new Body(n, packet, clients);
    this.#bodies.set(nameOf(packet), body);
    this.#log.adopt(keys.message(n), body);
  }

  /** A mark that was read from the log; of a message that is not there any more it goes. */
  adoptMark(n: number, clientId: string, mark: Mark): void {
    const body = this.#bodies.get(nameOf({ brokerId: EARLIER, brokerCounter: n }));
    if (body === undefined || (!('over' in mark) && !body.clients.has(clientId))) return this.#log.remove(keys.mark(n, clientId));
    body.marked.add(clientId);
    this.#log.adopt(keys.mark(n, clientId), mark);
    if ('id' in mark) this.#underWayOf(clientId).set(mark.id, body);
    if ('released' in mark) this.#underWayOf(clientId).set(mark.released, body);
  }

  /** @param release what the store has in the place of a message that was received. */
  adoptRelease(packet: StoredPacket, release: object): void {
    const body = this.#bodies.get(nameOf(packet));
    if (body !== undefined) this.#releases.set(release, body);
  }

  get size(): number {
    return this.#bodies.size;
  }

  add(packet: StoredPacket, clients: readonly string[]): void {
    if (clients.length === 0) return;
    const known = this.#bodies.get(nameOf(packet));
    const body = known ?? new Body(this.#next(), packet, clients);
    for (const clientId of clients) body.clients.add(clientId);
    this.#bodies.set(nameOf(packet), body);
    this.#log.put(keys.message(body.n), body);
  }

  /** The store was told a packet identifier, or that the message was received. */
  update(clientId: string, packet: Partial<StoredPacket>): void {
    const { messageId } = packet;
    if (messageId === undefined) return;
    const released = packet.cmd === 'pubrel';
    const body = released ? this.#underWay.get(clientId)?.get(messageId) : this.#bodies.get(nameOf(packet));
    if (body === undefined || !body.clients.has(clientId)) return;
    this.#underWayOf(clientId).set(messageId, body);
    if (released) this.#releases.set(packet, body);
    this.#mark(body, clientId, released ? { released: messageId } : { id: messageId });
  }

  /** The store has taken this packet out of a session. */
  removed(clientId: string, packet: StoredPacket): void {
    const body = this.#releases.get(packet) ?? this.#bodies.get(nameOf(packet));
    this.#forgetUnderWay(clientId, packet.messageId, body);
    if (body?.clients.delete(clientId) !== true) return;
    if (body.clients.size > 0) return this.#mark(body, clientId, { over: true });
    this.#bodies.delete(nameOf(body.packet));
    this.#log.remove(keys.message(body.n));
    for (const each of body.marked) this.#log.remove(keys.mark(body.n, each));
  }

  /** What the log says of a message is what it will say of it once written, unless that has happened. */
  #mark(body: Body, clientId: string, mark: Mark): void {
    const key = keys.mark(body.n, clientId);
    if ('over' in mark && !this.#log.isWritten(keys.message(body.n))) {
      body.marked.delete(clientId);
      return this.#log.remove(key);
    }
    body.marked.add(clientId);
    this.#log.put(key, mark);
  }

  #forgetUnderWay(clientId: string, messageId: number | undefined, body: Body | undefined): void {
    const known = this.#underWay.get(clientId);
    if (known === undefined || messageId === undefined || known.get(messageId) !== body) return;
    known.delete(messageId);
    if (known.size === 0) this.#underWay.delete(clientId);
  }

  #underWayOf(clientId: string): Map<number, Body> {
    const known = this.#underWay.get(clientId) ?? new Map<number, Body>();
    this.#underWay.set(clientId, known);
    return known;
  }

  #next(): number {
    this.#last += 1;
    return this.#last;
  }
}

/** A message's name among all that the store holds. */
function nameOf({ brokerId, brokerCounter }: Numbered): string {
  return `${brokerId} ${brokerCounter}`;
}
