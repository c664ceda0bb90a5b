/**
 * What another broker sends us: each message is taken once, and acknowledged when it is decided and durable, in the order in which
 * it came [MQTT-4.6.0-2]. What the broker sends again after a lost connection, because our acknowledgement did not reach it, is
 * told from a new message where MQTT lets it: QoS 2 always, QoS 1 until an acknowledgement was on its way.
 */
import type { IPublishPacket, Packet } from 'mqtt-packet';

interface Arrival {
  readonly id: number;
  readonly qos: 1 | 2;
  decided: boolean;
}

export interface ArrivalParts {
  /** Calls `done` once, when the message may be acknowledged. */
  readonly take: (packet: IPublishPacket, done: () => void) => void;
  readonly send: (packet: Packet) => void;
}

export class Arrivals {
  readonly #parts: ArrivalParts;
  /** QoS 1 until it is acknowledged, QoS 2 until it is released; the broker never has more than 65,535 of them. */
  #known = new Map<number, Arrival>();
  /** To be acknowledged on this connection, in order. */
  #order: Arrival[] = [];

  constructor(parts: ArrivalParts) {
    this.#parts = parts;
  }

  /** From here on nothing can be acknowledged: what is decided stays known until the broker sends it again. */
  disconnected(): void {
    this.#order = [];
  }

  /** @param present whether the broker still knows our session; where not, its identifiers begin anew. */
  connected(present: boolean): void {
    this.#order = [];
    if (!present) this.#known = new Map();
  }

  publish(packet: IPublishPacket): void {
    const { qos, messageId = 0, dup } = packet;
    if (qos === 0) return this.#parts.take(packet, () => undefined);
    const before = this.#known.get(messageId);
    if (before !== undefined && before.qos === qos && (qos === 2 || dup)) {
      if (!this.#order.includes(before)) this.#order.push(before);
      return this.#acknowledge();
    }
    const arrival: Arrival = { id: messageId, qos, decided: false };
    this.#known.set(messageId, arrival);
    this.#order.push(arrival);
    this.#parts.take(packet, () => {
      arrival.decided = true;
      this.#acknowledge();
    });
  }

  /** The broker knows that we have it; the mqtt package answers. */
  released(id: number): void {
    this.#known.delete(id);
  }

  #acknowledge(): void {
    for (let first = this.#order[0]; first?.decided === true; first = this.#order[0]) {
      this.#order.shift();
      if (first.qos === 1 && this.#known.get(first.id) === first) this.#known.delete(first.id);
      this.#parts.send({ cmd: first.qos === 1 ? 'puback' : 'pubrec', messageId: first.id });
    }
  }
}
