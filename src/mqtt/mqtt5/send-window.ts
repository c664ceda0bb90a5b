/**
 * Flow control towards a client (§4.9): no more messages of QoS 1 and 2 under way than it takes at once
 * [MQTT-3.3.4-9], the others wait in order. What waits is bounded; past it the oldest goes.
 */
import { BoundedQueue } from '../../base/bounded-queue.ts';
import type { Outgoing } from './outgoing.ts';

export interface WindowLimits {
  readonly underWay: number;
  readonly waiting: number;
  readonly waitingBytes: number;
}

export class SendWindow {
  readonly #limits: WindowLimits;
  readonly #underWay = new Set<number>();
  readonly #waiting: BoundedQueue<Outgoing>;
  readonly #dropped: (packet: Outgoing) => void;
  #waitingBytes = 0;

  constructor(limits: WindowLimits, dropped: (packet: Outgoing) => void) {
    this.#limits = limits;
    this.#waiting = new BoundedQueue(limits.waiting);
    this.#dropped = dropped;
  }

  isUnderWay(messageId: number): boolean {
    return this.#underWay.has(messageId);
  }

  /** @returns true where the packet may be sent now; else it waits. */
  enter(packet: Outgoing, messageId: number): boolean {
    if (this.#underWay.has(messageId)) return true; // said again
    if (this.#hasRoom()) {
      this.#underWay.add(messageId);
      return true;
    }
    while (this.#isFullFor(packet)) this.#drop();
    this.#waiting.push(packet);
    this.#waitingBytes += packet.payload.length;
    return false;
  }

  leave(messageId: number): void {
    this.#underWay.delete(messageId);
  }

  /** @returns a message that has waited and may be sent now, if any; it is to `enter` as any other. */
  take(): Outgoing | undefined {
    return this.#hasRoom() ? this.#shift() : undefined;
  }

  #hasRoom(): boolean {
    return this.#underWay.size < this.#limits.underWay;
  }

  #isFullFor({ payload }: Outgoing): boolean {
    if (this.#waiting.length === 0) return false;
    return this.#waiting.length >= this.#limits.waiting || this.#waitingBytes + payload.length > this.#limits.waitingBytes;
  }

  #drop(): void {
    const oldest = this.#shift();
    if (oldest !== undefined) this.#dropped(oldest);
  }

  #shift(): Outgoing | undefined {
    const packet = this.#waiting.shift();
    if (packet !== undefined) this.#waitingBytes -= packet.payload.length;
    return packet;
  }
}
