/**
 * What goes out to one client. Of QoS 1 and 2 so many are unacknowledged at a time, the next wait here, and past a bound
 * the oldest is dropped; of QoS 0 a message passes by who does not read. What a client missed on retained topics it gets
 * when it reads again, in the newest state.
 *
 * Aedes asks in the middle of a delivery whether the packet may go (`forward`). What may not yet is kept here, and
 * delivered once more when there is room; `#way` says on which way the delivery under way is.
 */
import type { AedesPublishPacket, Client } from 'aedes';
import { KeptMessages } from './kept-messages.ts';
import { Missed } from './missed.ts';
import { Pace, type Pacer } from './pacer.ts';
import type { ClientParts, Deliver, Delivered, StoredPacket } from './private-parts.ts';
import { Replay } from './replay.ts';
import { Waiting } from './waiting.ts';

export interface OutgoingLimits {
  readonly in_flight: number;
  readonly waiting_messages: number;
  readonly slow_client_bytes: number;
  readonly stuck_client_bytes: number;
}

export interface OutgoingParts {
  readonly client: Client;
  readonly parts: ClientParts;
  readonly limits: OutgoingLimits;
  readonly pacer: Pacer;
  /** Whether there is a retained message of a topic. */
  readonly isRetained: (topic: string) => boolean;
  /** That message, empty where it has gone since; `null` where the client may not be given it. */
  readonly newest: (topic: string) => AedesPublishPacket | null;
  /** A message of QoS 0 was not sent. */
  readonly skipped: () => void;
  /** A message of QoS 1 or 2 will not be sent. */
  readonly dropped: (packet: AedesPublishPacket) => void;
}

/** `live`: as it is published; `kept`: it waited here; `retained`: asked for by a SUBSCRIBE; `missed`: made up for; `stored`: of the session. */
type Way = 'live' | 'kept' | 'retained' | 'missed' | 'stored';

/** Retained messages that wait for room at once, one for each SUBSCRIBE that is being answered. */
const RETAINED_MOST = 256;

export class Outgoing {
  readonly #parts: OutgoingParts;
  readonly #deliver0: Deliver;
  readonly #deliverQoS: Deliver;
  readonly #kept: KeptMessages;
  readonly #missed: Missed;
  readonly #waiting = new Waiting(RETAINED_MOST);
  #inFlight = 0;
  #way: Way = 'stored';
  #qos0 = false;
  #closed = false;
  readonly #pace = new Pace();
  readonly #replay = new Replay();
  #tookLast = false;

  /** Takes over the client's deliveries; called before it has a subscription. */
  constructor(parts: OutgoingParts) {
    this.#parts = parts;
    this.#kept = new KeptMessages(parts.limits.waiting_messages, parts.limits.stuck_client_bytes);
    this.#deliver0 = parts.parts.deliver0;
    this.#deliverQoS = parts.parts.deliverQoS;
    parts.parts.deliver0 = (packet, done) => {
      if (this.#way === 'stored') this.#live(true, packet, done);
      else this.#by(this.#way, true, packet, done);
    };
    parts.parts.deliverQoS = (packet, done) => {
      if (packet.retain && !packet.brokerId) this.#answer(packet, done);
      else this.#live(false, packet, done);
    };
    this.#missed = new Missed((topic, qos0, done) => this.#makeUp(topic, qos0, done));
    const { conn } = parts.client;
    conn.on('drain', () => this.#goOn());
    conn.once('close', () => this.#close());
  }

  /** Whether this delivery is one that was put off: it was asked about before. */
  get isKept(): boolean {
    return this.#way === 'kept';
  }

  /** Whether this packet waits here. */
  holds(packet: object): boolean {
    return this.#kept.holds(packet);
  }

  /** Whether the message asked about last is or will be sent as QoS 1 or 2, and so acknowledged. */
  get tookLast(): boolean {
    return this.#tookLast;
  }

  /** Asked in the middle of a delivery that nothing else speaks against. */
  forward(packet: AedesPublishPacket): boolean {
    if (this.#way === 'stored') return this.#replay.sent(packet); // has its place already
    packet.dup = false; // whatever its publisher said [MQTT-3.3.1-3]
    const qos = this.#qosOf(packet);
    this.#tookLast = qos > 0;
    if (qos === 0) return this.#way !== 'live' || this.#forward0(packet);
    if (this.#way === 'live' && (this.#replay.isUnderWay || this.#kept.length > 0 || !this.#hasRoom())) {
      this.#keep(packet);
      return false;
    }
    this.#inFlight += 1;
    return true;
  }

  /** The delivery under way was refused by somebody else. */
  withheld(): void {
    this.#tookLast = false;
  }

  acknowledged(): void {
    this.#inFlight = Math.max(0, this.#inFlight - 1);
    this.#goOn();
  }

  get isReplaying(): boolean {
    return this.#replay.isUnderWay;
  }

  /** A session that is kept has come back: from here on to the end of what is stored, new messages wait. */
  beginReplay(): void {
    this.#replay.begin();
  }

  /** Resolves with a place for one more message of the session. @returns false where the client has gone. */
  async place(packet: StoredPacket): Promise<boolean> {
    while (!this.#closed && !this.#hasRoom()) await this.#waiting.turn();
    this.#inFlight += 1;
    this.#replay.take(packet);
    return !this.#closed;
  }

  /** Aedes is done with a message of the session, sent or not. */
  settle(packet: Partial<StoredPacket>): void {
    if (this.#replay.settle(packet) === 'not sent') this.#inFlight = Math.max(0, this.#inFlight - 1);
    this.#goOn();
  }

  endReplay(): void {
    this.#replay.end();
    this.#goOn();
  }

  /** Resolves when not much waits for the client, or it is gone. */
  async drained(): Promise<void> {
    while (!this.#closed && this.#kept.isHalfFull) await this.#waiting.turn();
  }

  #live(qos0: boolean, packet: AedesPublishPacket, done: Delivered): void {
    // it may be among what is stored, and so is told apart from it now and not when the replay is over
    if (this.#replay.isUnderWay && !this.#closed) return this.#by('live', qos0, packet, done);
    this.#parts.pacer.run(this.#pace, packet.brokerCounter, () => {
      if (this.#closed) done();
      else this.#by('live', qos0, packet, done);
    });
  }

  #by(way: Way, qos0: boolean, packet: AedesPublishPacket, done: Delivered): void {
    const before = { way: this.#way, qos0: this.#qos0 };
    this.#way = way;
    this.#qos0 = qos0;
    (qos0 ? this.#deliver0 : this.#deliverQoS)(packet, done);
    this.#way = before.way;
    this.#qos0 = before.qos0;
  }

  /** Aedes lowers the QoS of a message to that of a filter that is its very topic. */
  #qosOf(packet: AedesPublishPacket): number {
    if (this.#qos0) return 0;
    return Math.min(packet.qos, this.#parts.parts.subscriptions[packet.topic]?.qos ?? packet.qos);
  }

  #reads(): boolean {
    return this.#parts.client.conn.writableLength <= this.#parts.limits.slow_client_bytes;
  }

  #hasRoom(): boolean {
    return this.#inFlight < this.#parts.limits.in_flight && this.#reads();
  }

  #forward0(packet: AedesPublishPacket): boolean {
    if (this.#reads()) return true;
    this.#miss(packet, true);
    this.#parts.skipped();
    return false;
  }

  #keep(packet: AedesPublishPacket): void {
    for (const oldest of this.#kept.push(packet)) {
      this.#miss(oldest, false);
      this.#parts.dropped(oldest);
    }
  }

  /** Only a state is worth making up for; an empty message may have ended one. */
  #miss({ topic, payload }: AedesPublishPacket, qos0: boolean): void {
    if (payload.length === 0 || this.#parts.isRetained(topic)) this.#missed.add(topic, qos0);
  }

  /** There may be room now. */
  #goOn(): void {
    if (this.#closed || this.#parts.client.closed) return;
    if (this.#reads()) this.#waiting.wake();
    while (!this.#replay.isUnderWay && this.#hasRoom()) {
      const packet = this.#kept.shift();
      if (packet === undefined) break;
      if (!this.#replay.had(packet)) this.#by('kept', false, packet, ignore);
    }
    if (this.#kept.length === 0) this.#missed.makeUp();
  }

  /** A retained message for a SUBSCRIBE; the next one comes when this one is done. */
  #answer(packet: AedesPublishPacket, done: Delivered): void {
    if (this.#closed) return done();
    if (packet.qos === 0 ? !this.#reads() : !this.#hasRoom()) return this.#answerLater(packet, done);
    const newest = this.#parts.newest(packet.topic);
    if (newest === null || newest.payload.length === 0) {
      setImmediate(done);
      return;
    }
    packet.payload = newest.payload;
    this.#by('retained', false, packet, done);
  }

  #answerLater(packet: AedesPublishPacket, done: Delivered): void {
    if (this.#waiting.add(() => this.#answer(packet, done))) return;
    this.#parts.client.conn.destroy(new Error('too many SUBSCRIBEs wait for a client that does not read'));
  }

  /** @returns false where it has to wait. */
  #makeUp(topic: string, qos0: boolean, done: () => void): boolean {
    if (qos0 ? !this.#reads() : !this.#hasRoom()) return false;
    const newest = this.#parts.newest(topic);
    if (newest === null) setImmediate(done);
    else this.#by('missed', qos0, newest, done);
    return true;
  }

  #close(): void {
    this.#closed = true;
    this.#kept.clear();
    this.#waiting.wake();
  }
}

function ignore(): void {}
