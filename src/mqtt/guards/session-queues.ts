/**
 * What waits in the store for sessions. While a client is away its oldest messages go when there are too many; what it
 * may not read never comes in. Also mends two habits of aedes: it stores a message once for each filter that matches, and
 * takes one of several away by no number at all.
 */
import { setImmediate as turn } from 'node:timers/promises';
import type { Owner, StoredPacket, StoreParts } from './private-parts.ts';

export interface SessionQueueParts {
  readonly limits: { readonly session_messages: number; readonly session_bytes: number; readonly queued_bytes: number };
  readonly isAway: (clientId: string) => boolean;
  readonly mayRead: (clientId: string, topic: string) => boolean;
  /** Messages were dropped for a session whose client is away. */
  readonly dropped: (clientId: string, count: number) => void;
  readonly failed: (cause: unknown) => void;
}

/** Dropping goes down to this part of the limit, so that not each message costs a look through the store. */
const DOWN_TO = 0.9;
/** Taken out in one turn: the rest of the daemon has its own between. */
const DROPS_A_TURN = 50;
/** Never used on the wire [MQTT-2.3.1-1]. */
const NO_MESSAGE_ID = 0;

/** What a queue is shortened to. */
interface Room {
  readonly count: number;
  readonly bytes: number;
}

interface Queue {
  count: number;
  bytes: number;
  trimming: boolean;
}

export class SessionQueues {
  readonly #parts: SessionQueueParts;
  readonly #queues = new Map<string, Queue>();
  readonly #wanted = new WeakSet<object>();
  /** Sessions are shortened one after another. */
  #trimmed: Promise<void> = Promise.resolve();
  /** Of all queues. */
  #bytes = 0;
  #shrinking = false;
  #store: Pick<StoreParts, 'outgoingUpdate' | 'outgoingClearMessageId' | 'outgoingStream'> | null = null;

  constructor(parts: SessionQueueParts) {
    this.#parts = parts;
  }

  /** Takes the place of the store's own methods. */
  guard(store: StoreParts): void {
    const enqueue = store.outgoingEnqueueCombi.bind(store);
    const clear = store.outgoingClearMessageId.bind(store);
    this.#store = {
      outgoingUpdate: store.outgoingUpdate.bind(store),
      outgoingClearMessageId: clear,
      outgoingStream: store.outgoingStream.bind(store),
    };
    store.outgoingEnqueueCombi = async (subscriptions, packet) => {
      const each = new Map(subscriptions.map((subscription) => [subscription.clientId, subscription]));
      const wanted = [...each.values()].filter(({ clientId }) => this.#parts.mayRead(clientId, packet.topic));
      await enqueue(wanted, packet);
      for (const { clientId } of wanted) this.#came(clientId, packet);
    };
    store.outgoingClearMessageId = async (client, packet) => {
      if (packet.messageId === undefined) {
        if (!this.#wanted.has(packet)) await this.drop(client, packet);
        return undefined;
      }
      const cleared = await clear(client, packet);
      if (cleared !== undefined) this.#went(client.id, cleared);
      return cleared;
    };
  }

  /** Aedes is told not to deliver this packet now, and is about to clear it; it stays, for it is sent later or was already. */
  keep(packet: object): void {
    this.#wanted.add(packet);
  }

  /** Takes one message out of a session's queue, if it is there. */
  async drop(client: Owner, packet: StoredPacket): Promise<void> {
    if (this.#store === null) return;
    try {
      const messageId = packet.messageId ?? NO_MESSAGE_ID;
      if (packet.messageId === undefined) await this.#store.outgoingUpdate(client, { ...packet, messageId });
      const cleared = await this.#store.outgoingClearMessageId(client, { ...packet, messageId });
      if (cleared !== undefined) this.#went(client.id, cleared);
    } catch (cause) {
      if (!(cause instanceof Error)) throw cause; // it is not there: acknowledged in the meantime
    }
  }

  /** Takes all of them out. */
  async forget(clientId: string): Promise<void> {
    if (this.#store === null) return;
    for await (const packet of this.#store.outgoingStream({ id: clientId })) await this.drop({ id: clientId }, packet);
    this.#delete(clientId);
  }

  /** Resolves when a session whose client has come back holds no more than it may; called before anything of it is sent. */
  async settle(clientId: string): Promise<void> {
    const queue = this.#queues.get(clientId);
    if (queue === undefined || !this.#isFull(queue)) return;
    const { session_messages, session_bytes } = this.#parts.limits;
    // not when its turn to be shortened comes: many may wait for theirs
    await this.#dropOldest(clientId, queue, { count: session_messages, bytes: session_bytes }, () => true);
  }

  /** Counts what is in the store for a session of an earlier run. */
  async resume(clientId: string): Promise<void> {
    const queue = { count: 0, bytes: 0, trimming: false };
    await this.#recount(clientId, queue);
    if (queue.count === 0) return;
    this.#queues.set(clientId, queue);
    this.#keepBounds(clientId, queue);
  }

  #came(clientId: string, packet: StoredPacket): void {
    const queue = this.#queues.get(clientId) ?? { count: 0, bytes: 0, trimming: false };
    this.#queues.set(clientId, queue);
    this.#count(queue, 1, sizeOf(packet));
    this.#keepBounds(clientId, queue);
  }

  #went(clientId: string, packet: StoredPacket): void {
    const queue = this.#queues.get(clientId);
    if (queue === undefined) return;
    this.#count(queue, -1, -sizeOf(packet));
    if (queue.count <= 0 && !queue.trimming) this.#delete(clientId);
  }

  #count(queue: Queue, count: number, bytes: number): void {
    queue.count += count;
    queue.bytes += bytes;
    this.#bytes += bytes;
  }

  #delete(clientId: string): void {
    this.#bytes -= this.#queues.get(clientId)?.bytes ?? 0;
    this.#queues.delete(clientId);
  }

  #keepBounds(clientId: string, queue: Queue): void {
    if (this.#isFull(queue) && !queue.trimming && this.#parts.isAway(clientId)) {
      queue.trimming = true;
      this.#trimmed = this.#trimmed.then(() => this.#trim(clientId, queue));
    }
    if (this.#bytes > this.#parts.limits.queued_bytes && !this.#shrinking && this.#excess() > 0) {
      this.#shrinking = true;
      this.#trimmed = this.#trimmed.then(() => this.#shrink());
    }
  }

  #isFull({ count, bytes }: Queue): boolean {
    return count > this.#parts.limits.session_messages || bytes > this.#parts.limits.session_bytes;
  }

  async #trim(clientId: string, queue: Queue): Promise<void> {
    const { session_messages, session_bytes } = this.#parts.limits;
    const room = { count: session_messages * DOWN_TO, bytes: session_bytes * DOWN_TO };
    try {
      const isAway = () => this.#parts.isAway(clientId);
      do {
        await turn();
        if (!isAway() || (await this.#dropOldest(clientId, queue, room, isAway)) === 0) break;
      } while (this.#isFull(queue)); // more came meanwhile
    } catch (cause) {
      this.#parts.failed(cause);
    } finally {
      queue.trimming = false;
    }
  }

  /** All sessions together hold too much: the largest gives way, down to about the next one. */
  async #shrink(): Promise<void> {
    const { queued_bytes } = this.#parts.limits;
    try {
      while (this.#excess() > 0) {
        await turn();
        const [largest, next] = this.#away().sort(([, a], [, b]) => b.bytes - a.bytes);
        if (largest === undefined) break;
        const [clientId, queue] = largest;
        const surplus = this.#excess() + queued_bytes * (1 - DOWN_TO);
        const room = { count: Number.POSITIVE_INFINITY, bytes: Math.max(queue.bytes - surplus, (next?.[1].bytes ?? 0) * DOWN_TO) };
        if ((await this.#dropOldest(clientId, queue, room, () => this.#parts.isAway(clientId))) === 0) break;
      }
    } catch (cause) {
      this.#parts.failed(cause);
    } finally {
      this.#shrinking = false;
    }
  }

  /** By so many bytes the sessions whose clients are away hold too much. */
  #excess(): number {
    return this.#away().reduce((sum, [, { bytes }]) => sum + bytes, 0) - this.#parts.limits.queued_bytes;
  }

  #away(): [string, Queue][] {
    return [...this.#queues].filter(([clientId]) => this.#parts.isAway(clientId));
  }

  /** @param goOn asked before each: a client that has come back is about to be sent them. */
  async #dropOldest(clientId: string, queue: Queue, room: Room, goOn: () => boolean): Promise<number> {
    let dropped = 0;
    for (const packet of await this.#recount(clientId, queue)) {
      if ((queue.count <= room.count && queue.bytes <= room.bytes) || !goOn()) break;
      await this.drop({ id: clientId }, packet);
      dropped += 1;
      if (dropped % DROPS_A_TURN === 0) await turn();
    }
    if (dropped > 0) this.#parts.dropped(clientId, dropped);
    return dropped;
  }

  /** Counts anew what is there: a release [MQTT-4.3.3] takes the place of a message, and its size was lost. */
  async #recount(clientId: string, queue: Queue): Promise<readonly StoredPacket[]> {
    const packets: StoredPacket[] = [];
    for await (const packet of this.#store?.outgoingStream({ id: clientId }) ?? []) packets.push(packet);
    const bytes = packets.reduce((sum, packet) => sum + sizeOf(packet), 0);
    this.#count(queue, packets.length - queue.count, bytes - queue.bytes);
    return packets;
  }
}

/** A release has no payload. */
function sizeOf({ payload }: { readonly payload?: string | Buffer }): number {
  return payload === undefined ? 0 : Buffer.byteLength(payload);
}
