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
}

export class Outbox {
  readonly #events: OutboxEvents;
  readonly #retained = new Retained<Entry>();
  readonly #lanes: Record<Kind, Entry[]> = { event: [], word: [] };
  /** In the order in which they were sent first. */
  readonly #flights = new Map<number, Flight>();
  #link: Wire | null = null;
  #session: Session | null = null;
  #count = 0;
  #id = 0;
  #dropped = 0;
  #whenLow: (() => void)[] = [];
  #whenEmpty: (() => void)[] = [];

  constructor(events: OutboxEvents) {
    this.#events = events;
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
    if (session.present) for (const flight of flights) this.#resend(link, flight);
    else this.#requeue(flights);
    for (const message of this.#retained.all()) {
      this.#retained.wait({ message, kind: 'word', number: this.#next(), done: () => undefined }, true);
    }
    this.#go();
  }

  /** @returns how many replies and notices were given up since it was asked last. */
  takeDropped(): number {
    const dropped = this.#dropped;
    this.#dropped = 0;
    return dropped;
  }

  down(): void {
    this.#link = null;
    this.#session = null;
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
      while (!link.isFull && this.#flights.size < session.window) {
        const entry = this.#take();
        if (entry === undefined) break;
        this.#send(link, session, entry);
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

  #send(link: Wire, { version, maximumQos, maximumPacketBytes }: Session, entry: Entry): void {
    const qos = Math.min(entry.message.qos, maximumQos);
    const flight: Flight | null = qos === 1 || qos === 2 ? { ...entry, qos, id: this.spareId(), released: false } : null;
    const bytes = link.encode(packetOf(entry.message, version, flight, false));
    if (maximumPacketBytes !== null && bytes.length > maximumPacketBytes) {
      this.#events.tooLarge(entry.message.topic, bytes.length);
      return entry.done();
    }
    link.write(bytes);
    if (flight === null) entry.done();
    else this.#flights.set(flight.id, flight);
  }

  #resend(link: Wire, flight: Flight): void {
    if (flight.released) link.send({ cmd: 'pubrel', messageId: flight.id });
    else link.send(packetOf(flight.message, this.#session?.version ?? 4, flight, true));
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
    if (flight.message.retain) this.#retained.told(flight.message);
    flight.done();
  }

  #drop(): void {
    this.#lanes.word.shift()?.done();
    this.#dropped += 1;
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
