/**
 * What waits in the store for sessions. While a client is away its oldest messages go when there are too many; what it
 * may not read never comes in. Also mends two habits of aedes: it stores a message once for each filter that matches, and
 * takes one of several away by no number at all.
 */
import { setImmediate as turn } from 'node:timers/promises';
import type { Owner, StoredPacket, StoreParts } from './private-parts.ts';

export interface SessionQueueParts {
  readonly limits: { readonly session_messages: number; readonly session_bytes: number };
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
    this.#queues.delete(clientId);
  }

  #came(clientId: string, packet: StoredPacket): void {
    const queue = this.#queues.get(clientId) ?? { count: 0, bytes: 0, trimming: false };
    this.#queues.set(clientId, queue);
    queue.count += 1;
    queue.bytes += sizeOf(packet);
    if (this.#isFull(queue) && !queue.trimming && this.#parts.isAway(clientId)) {
      queue.trimming = true;
      this.#trimmed = this.#trimmed.then(() => this.#trim(clientId, queue));
    }
  }

  #went(clientId: string, packet: StoredPacket): void {
    const queue = this.#queues.get(clientId);
    if (queue === undefined) return;
    queue.count -= 1;
    queue.bytes -= sizeOf(packet);
    if (queue.count <= 0 && !queue.trimming) this.#queues.delete(clientId);
  }

  #isFull({ count, bytes }: Queue): boolean {
    return count > this.#parts.limits.session_messages || bytes > this.#parts.limits.session_bytes;
  }

  async #trim(clientId: string, queue: Queue): Promise<void> {
    try {
      do {
        await turn();
        const dropped = await this.#dropOldest(clientId, queue);
        if (dropped === 0) break;
        this.#parts.dropped(clientId, dropped);
      } while (this.#isFull(queue) && this.#parts.isAway(clientId)); // more came meanwhile
    } catch (cause) {
      this.#parts.failed(cause);
    } finally {
      queue.trimming = false;
    }
  }

  /** Counts anew what is there: a release [MQTT-4.3.3] takes the place of a message, and its size was lost. */
  async #dropOldest(clientId: string, queue: Queue): Promise<number> {
    const { session_messages, session_bytes } = this.#parts.limits;
    const packets: StoredPacket[] = [];
    for await (const packet of this.#store?.outgoingStream({ id: clientId }) ?? []) packets.push(packet);
    queue.count = packets.length;
    queue.bytes = packets.reduce((sum, packet) => sum + sizeOf(packet), 0);
    let dropped = 0;
    for (const packet of packets) {
      if (queue.count <= session_messages * DOWN_TO && queue.bytes <= session_bytes * DOWN_TO) break;
      await this.drop({ id: clientId }, packet);
      dropped += 1;
      if (dropped % DROPS_A_TURN === 0) await turn();
    }
    return dropped;
  }
}

/** A release has no payload. */
function sizeOf({ payload }: { readonly payload?: string | Buffer }): number {
  return payload === undefined ? 0 : Buffer.byteLength(payload);
}
