/**
 * The newest retained message of each topic, as the store has them: for the quota of topics that are not ours, for
 * clients that missed some, and for who subscribes. The store would try each filter on all messages in one go; here a
 * filter without wildcards is looked up, and others let the rest of the daemon have its turn. Shares its payloads with
 * the store's own copies in memory.
 */
import { Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import type { AedesPublishPacket } from 'aedes';
import { matches } from './filters.ts';
import type { StoredPacket, StoreParts } from './private-parts.ts';

export interface RetainedLimits {
  readonly retained_topics: number;
  readonly retained_bytes: number;
}

/** Topics that are tried on a filter in one turn: about a millisecond on a Pi. */
const TOPICS_A_TURN = 1000;

export class Retained {
  readonly #limits: RetainedLimits;
  readonly #isOurs: (topic: string) => boolean;
  readonly #refused: (topic: string) => void;
  readonly #packets = new Map<string, StoredPacket>();
  #foreign = 0;
  #bytes = 0;

  /** @param refused is told of what nobody asked about before it came to be stored. */
  constructor(limits: RetainedLimits, isOurs: (topic: string) => boolean, refused: (topic: string) => void) {
    this.#limits = limits;
    this.#isOurs = isOurs;
    this.#refused = refused;
  }

  newest(topic: string): StoredPacket | undefined {
    return this.#packets.get(topic);
  }

  /** For a client that asks for it; empty where there is none any more. */
  answer(topic: string): AedesPublishPacket {
    const { payload = Buffer.alloc(0), qos = 0, properties } = this.newest(topic) ?? {};
    const more = properties === undefined ? {} : { properties };
    return { cmd: 'publish', topic, payload, qos, retain: true, dup: false, brokerId: '', brokerCounter: 0, ...more };
  }

  /** Whether the store may keep this; our own topics are bounded by the config. */
  fits(topic: string, payload: string | Buffer): boolean {
    if (payload.length === 0 || this.#isOurs(topic)) return true;
    const before = this.#packets.get(topic);
    const count = this.#foreign + (before === undefined ? 1 : 0);
    const bytes = this.#bytes + size(topic, payload) - (before === undefined ? 0 : size(topic, before.payload));
    return count <= this.#limits.retained_topics && bytes <= this.#limits.retained_bytes;
  }

  /** Reads what the store has, and hears of what it is given. */
  async guard(store: StoreParts): Promise<void> {
    for await (const packet of store.createRetainedStream('#')) this.#note(packet);
    store.createRetainedStreamCombi = (filters) => Readable.from(this.#matching(filters));
    const keep = store.storeRetained.bind(store);
    store.storeRetained = async (packet) => {
      if (!this.fits(packet.topic, packet.payload)) return this.#refused(packet.topic);
      this.#note(packet);
      await keep(packet);
    };
  }

  async *#matching(filters: readonly string[]): AsyncGenerator<StoredPacket> {
    for (const filter of filters) {
      const isPattern = filter.includes('+') || filter.includes('#');
      for (const [index, topic] of (isPattern ? [...this.#packets.keys()] : [filter]).entries()) {
        if (index % TOPICS_A_TURN === TOPICS_A_TURN - 1) await turn();
        const packet = !isPattern || matches(filter, topic) ? this.#packets.get(topic) : undefined;
        if (packet !== undefined) yield packet;
      }
    }
  }

  #note(packet: StoredPacket): void {
    const { topic, payload } = packet;
    const before = this.#packets.get(topic);
    if (!this.#isOurs(topic)) {
      if (before !== undefined) this.#count(-1, topic, before.payload);
      if (payload.length > 0) this.#count(1, topic, payload);
    }
    if (payload.length === 0) this.#packets.delete(topic);
    else this.#packets.set(topic, packet);
  }

  #count(sign: 1 | -1, topic: string, payload: string | Buffer): void {
    this.#foreign += sign;
    this.#bytes += sign * size(topic, payload);
  }
}

function size(topic: string, payload: string | Buffer): number {
  return Buffer.byteLength(topic) + Buffer.byteLength(payload);
}
