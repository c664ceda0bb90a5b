/** Messages of QoS 1 and 2 that wait until one client acknowledges others: so many, and so many bytes of them. */
import type { AedesPublishPacket } from 'aedes';
import { BoundedQueue } from '../../base/bounded-queue.ts';

export class KeptMessages {
  readonly #queue: BoundedQueue<AedesPublishPacket>;
  readonly #bytesMost: number;
  readonly #known = new WeakSet<object>();
  #bytes = 0;

  constructor(most: number, bytesMost: number) {
    this.#queue = new BoundedQueue(most);
    this.#bytesMost = bytesMost;
  }

  get length(): number {
    return this.#queue.length;
  }

  get isHalfFull(): boolean {
    return this.#queue.length > this.#queue.limit / 2;
  }

  /** Whether this packet waits here, or did. */
  holds(packet: object): boolean {
    return this.#known.has(packet);
  }

  /** @returns the oldest, which had to go for it. */
  push(packet: AedesPublishPacket): AedesPublishPacket[] {
    const gone: AedesPublishPacket[] = [];
    const drop = () => {
      const oldest = this.shift();
      if (oldest !== undefined) gone.push(oldest);
    };
    if (this.#queue.length === this.#queue.limit) drop();
    this.#queue.push(packet);
    this.#known.add(packet);
    this.#bytes += packet.payload.length;
    while (this.#bytes > this.#bytesMost) drop();
    return gone;
  }

  shift(): AedesPublishPacket | undefined {
    const packet = this.#queue.shift();
    if (packet !== undefined) this.#bytes -= packet.payload.length;
    return packet;
  }

  clear(): void {
    this.#queue.drain();
    this.#bytes = 0;
  }
}
