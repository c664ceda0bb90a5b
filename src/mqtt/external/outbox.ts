/**
 * What is on its way to another broker: bounded, in order, and nothing twice but what MQTT says again after a lost
 * connection. Retained messages do not wait while the broker is away: the newest of each topic is known, and all are
 * told when it is back. Events wait as long as their sender lets them; of replies and notices the oldest go at a bound.
 */
import type { IPublishPacket, Packet } from 'mqtt-packet';
import type { Message } from '../message.ts';
import type { Link, Session } from './link.ts';
import { Retained } from './retained.ts';

/** Replies and notices that wait for the broker. */
export const WORDS_WAITING = 1000;
/** So few waiting count as none. */
const LOW = 64;
const MAX_ID = 65_535;

/** `event`: its sender waits for it and so bounds how many there are. `word`: said to whom it may concern. */
export type Kind = 'event' | 'word';
type Answer = Extract<Packet, { cmd: 'puback' | 'pubrec' | 'pubcomp' }>;

interface Entry {
  readonly message: Message;
  readonly kind: Kind;
  /** Counts all entries, so that what waits in several places goes in the order in which it came. */
  readonly number: number;
  readonly done: () => void;
}

/** On its way with QoS 1 or 2. */
interface Flight extends Entry {
  readonly id: number;
  readonly qos: 1 | 2;
  /** QoS 2: the broker has it, and has been told that it may forget so. */
  released: boolean;
}

export type Wire = Pick<Link, 'isFull' | 'encode' | 'write' | 'send'>;

export interface OutboxEvents {
  /** The broker says that we may not publish there, or will not take the message. */
  denied(topic: string, code: number): void;
  tooLarge(topic: string, bytes: number): void;
  /** A reply or a notice, while the broker is there and is slow. */
  givenUp(): void;
}

export class Outbox {
  readonly #events: OutboxEvents;
  readonly #retained = new Retained<Entry>();
  readonly #lanes: Record<Kind, Entry[]> = { event: [], word: [] };
  /** In the order in which they were sent first. */
  readonly #flights = new Map<number, Flight>();
  /** Of those, what has not been said on this connection. */
  #again: Flight[] = [];
  #link: Wire | null = null;
  #session: Session | null = null;
  #count = 0;
  #id: number;
  #dropped = 0;
  #whenLow: (() => void)[] = [];
  #whenEmpty: (() => void)[] = [];

  /** @param random gives 0 to 1: a broker may still hold numbers of the run before, so that another one begins elsewhere. */
  constructor(events: OutboxEvents, random: () => number) {
    this.#events = events;
    this.#id = Math.floor(random() * MAX_ID);
  }

  /** @returns resolves when the broker has it (QoS 1 and 2), when it was written (QoS 0), or when it is given up. */
  publish(message: Message, kind: Kind): Promise<void> {
    return new Promise((done) => {
      const entry = { message, kind, number: this.#next(), done };
      if (message.retain) this.#retained.wait(entry, this.#link !== null);
      else if (message.qos === 0 && this.#link === null) return done();
      else this.#lanes[kind].push(entry);
      if (this.#lanes.word.length > WORDS_WAITING) this.#drop();
      this.#go();
    });
  }

  /** An identifier for a packet of another kind, which is answered before any other packet needs one. */
  spareId(): number {
    do this.#id = (this.#id % MAX_ID) + 1;
    while (this.#flights.has(this.#id));
    return this.#id;
  }

  /** What was on its way is said again where the broker knows our session, [MQTT-4.4.0-1] and in that order; else it waits anew. */
  up(link: Wire, session: Session): void {
    this.#link = link;
    this.#session = session;
    const flights = [...this.#flights.values()];
    if (session.present) this.#again = flights;
    else this.#requeue(flights);
    for (const message of this.#retained.all()) {
      this.#retained.wait({ message, kind: 'word', number: this.#next(), done: () => undefined }, true);
    }
    this.#go();
  }

  /** @returns how many replies and notices were given up while the broker was away, since it was asked last. */
  takeDropped(): number {
    const dropped = this.#dropped;
    this.#dropped = 0;
    return dropped;
  }

  down(): void {
    this.#link = null;
    this.#session = null;
    this.#again = [];
    this.#retained.stopWaiting();
  }

  /** The network takes more. */
  drain(): void {
    this.#go();
  }

  acknowledged(packet: Answer): void {
    const { cmd, messageId = 0, reasonCode = 0 } = packet;
    const flight = this.#flights.get(messageId);
    const refused = reasonCode >= 0x80 && cmd !== 'pubcomp';
    if (flight !== undefined && refused) this.#events.denied(flight.message.topic, reasonCode);
    if (cmd === 'pubrec' && !refused) {
      if (flight !== undefined) flight.released = true;
      this.#link?.send({ cmd: 'pubrel', messageId });
    } else if (flight !== undefined) {
      this.#land(flight);
      this.#go();
    }
  }

  /** Resolves when little waits, so that more may be given. */
  drained(): Promise<void> {
    return new Promise((resolve) => {
      this.#whenLow.push(resolve);
      this.#settleWaits();
    });
  }

  /** Resolves when all has been told. */
  emptied(): Promise<void> {
    return new Promise((resolve) => {
      this.#whenEmpty.push(resolve);
      this.#settleWaits();
    });
  }

  /** Gives up all that waits. */
  close(): void {
    this.down();
    const { word, event } = this.#lanes;
    for (const { done } of [...this.#flights.values(), ...word.splice(0), ...event.splice(0)]) done();
    this.#flights.clear();
    this.#settleWaits();
  }

  #next(): number {
    this.#count += 1;
    return this.#count;
  }

  #go(): void {
    const [link, session] = [this.#link, this.#session];
    if (link !== null && session !== null) {
      while (!link.isFull && this.#flights.size - this.#again.length < session.window) {
        const flight = this.#again.shift();
        const entry = flight ?? this.#take();
        if (entry === undefined) break;
        if (flight === undefined) this.#send(link, session, entry);
        else this.#resend(link, session, flight);
      }
    }
    this.#settleWaits();
  }

  /** The one that came first. */
  #take(): Entry | undefined {
    const { event, word } = this.#lanes;
    const [first = Number.POSITIVE_INFINITY, second = Number.POSITIVE_INFINITY] = [event[0]?.number, word[0]?.number];
    if (this.#retained.first < Math.min(first, second)) return this.#retained.shift();
    return first < second ? event.shift() : word.shift();
  }

  #send(link: Wire, session: Session, entry: Entry): void {
    const qos = Math.min(entry.message.qos, session.maximumQos);
    const flight: Flight | null = qos === 1 || qos === 2 ? { ...entry, qos, id: this.spareId(), released: false } : null;
    if (this.#write(link, session, entry.message, flight, false) && flight !== null) this.#flights.set(flight.id, flight);
    else entry.done();
  }

  /** With its number; anew where the broker came back with less than its QoS. */
  #resend(link: Wire, session: Session, flight: Flight): void {
    if (flight.released) return link.send({ cmd: 'pubrel', messageId: flight.id });
    if (flight.qos <= session.maximumQos && this.#write(link, session, flight.message, flight, true)) return;
    this.#flights.delete(flight.id);
    if (flight.qos > session.maximumQos) this.#send(link, session, flight);
    else flight.done();
  }

  /** @returns false where the broker takes nothing so large. */
  #write(link: Wire, { version, maximumPacketBytes }: Session, message: Message, flight: Flight | null, dup: boolean): boolean {
    const bytes = link.encode(packetOf(message, version, flight, dup));
    if (maximumPacketBytes !== null && bytes.length > maximumPacketBytes) {
      this.#events.tooLarge(message.topic, bytes.length);
      return false;
    }
    link.write(bytes);
    return true;
  }

  /** A released one was taken: whether it was delivered as well is not known, and twice would be worse. */
  #requeue(flights: readonly Flight[]): void {
    this.#flights.clear();
    for (const { message, kind, number, done, released } of flights.toReversed()) {
      if (released || message.retain) done();
      else this.#lanes[kind].unshift({ message, kind, number, done });
    }
  }

  #land(flight: Flight): void {
    this.#flights.delete(flight.id);
    this.#again = this.#again.filter((other) => other !== flight);
    if (flight.message.retain) this.#retained.told(flight.message);
    flight.done();
  }

  #drop(): void {
    this.#lanes.word.shift()?.done();
    if (this.#link === null) this.#dropped += 1;
    else this.#events.givenUp();
  }

  #settleWaits(): void {
    const waiting = this.#lanes.event.length + this.#lanes.word.length + this.#retained.waiting;
    if (waiting < LOW && this.#link?.isFull !== true) for (const resolve of this.#whenLow.splice(0)) resolve();
    if (waiting + this.#flights.size === 0) for (const resolve of this.#whenEmpty.splice(0)) resolve();
  }
}

function packetOf({ topic, payload, retain, properties }: Message, version: number, flight: Flight | null, dup: boolean): IPublishPacket {
  const packet: IPublishPacket = { cmd: 'publish', topic, payload, qos: flight?.qos ?? 0, retain, dup };
  if (flight !== null) packet.messageId = flight.id;
  if (version !== 5 || properties === undefined) return packet;
  const { userProperties, ...more } = properties;
  return { ...packet, properties: { ...more, ...(userProperties === undefined ? {} : { userProperties: { ...userProperties } }) } };
}
