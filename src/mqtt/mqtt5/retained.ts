/**
 * Retained messages with their properties. Aedes rebuilds each from four of its fields, so those of version 5 are sent
 * from here, each with the QoS and identifier of the subscription that asked. Also ends retained messages that expire.
 */
import { Readable } from 'node:stream';
import type { Logger } from '../../base/logger.ts';
import type { Persistence, Stored } from './inside.ts';
import type { Mqtt5Options } from './options.ts';
import { hasExpired } from './outgoing.ts';
import { replace } from './replace.ts';
import { isHidden } from './topic.ts';

export interface Wanted {
  readonly filter: string;
  readonly qos: 0 | 1 | 2;
  readonly identifier: number | undefined;
}

export interface Receiver {
  readonly wanted: readonly Wanted[];
  readonly isGone: () => boolean;
  /** Resolves when the next may come. */
  readonly deliver: (stored: Stored, wanted: Wanted) => Promise<void>;
}

const SWEEP_MS = 30_000;
/** Expiring messages known by topic, to be removed in time; others are only held back. */
const EXPIRING_MAXIMUM = 10_000;

export class Retained {
  readonly #persistence: Persistence;
  readonly #options: Mqtt5Options;
  readonly #logger: Logger;
  readonly #expiring = new Map<string, number>();
  #mayHaveExpired: boolean;
  #asking: Receiver | undefined;
  #sweep: NodeJS.Timeout | undefined;

  constructor(persistence: Persistence, options: Mqtt5Options) {
    this.#persistence = persistence;
    this.#options = options;
    this.#logger = options.logger;
    this.#mayHaveExpired = options.durableStore;
  }

  intercept(): () => void {
    const undo = [
      replace(this.#persistence, 'createRetainedStreamCombi', (next) => {
        const read = next.bind(this.#persistence);
        return (filters) => this.#answer(read, filters);
      }),
      replace(this.#persistence, 'storeRetained', (next) => async (packet) => {
        const stored = await next.call(this.#persistence, packet);
        this.#note(packet);
        return stored;
      }),
    ];
    return () => {
      clearInterval(this.#sweep);
      for (const back of undo) back();
    };
  }

  /** Looks which of the messages of an earlier process expire. */
  async resume(): Promise<void> {
    if (this.#options.durableStore) for await (const stored of this.#persistence.createRetainedStreamCombi(['#'])) this.#note(stored);
  }

  /** The next stream of retained messages that aedes asks for, in this same turn, is this receiver's. */
  ask(receiver: Receiver): void {
    this.#asking = receiver;
  }

  #answer(read: Persistence['createRetainedStreamCombi'], filters: readonly string[]): Readable {
    const receiver = this.#asking;
    this.#asking = undefined;
    if (receiver !== undefined) {
      void this.#deliver(read, receiver);
      return Readable.from([]);
    }
    return this.#mayHaveExpired ? Readable.from(this.#live(read(filters))) : read(filters);
  }

  async #deliver(read: Persistence['createRetainedStreamCombi'], { wanted, isGone, deliver }: Receiver): Promise<void> {
    try {
      for (const one of wanted) {
        for await (const stored of this.#live(read([one.filter]))) {
          if (isGone()) return;
          if (!isHidden(one.filter, stored.topic)) await deliver(stored, one);
        }
      }
    } catch (cause) {
      this.#logger.warn({ cause: String(cause) }, 'retained messages could not be read');
    }
  }

  async *#live(stream: AsyncIterable<Stored>): AsyncGenerator<Stored> {
    for await (const stored of stream) if (!hasExpired(stored, this.#options.wallMs())) yield stored;
  }

  #note({ topic, messageExpiry, payload }: Stored): void {
    if (messageExpiry === undefined || payload.length === 0) return void this.#expiring.delete(topic);
    this.#mayHaveExpired = true;
    if (this.#expiring.size < EXPIRING_MAXIMUM) this.#expiring.set(topic, messageExpiry);
    this.#sweep ??= setInterval(() => void this.#removeExpired(), SWEEP_MS).unref();
  }

  async #removeExpired(): Promise<void> {
    try {
      for (const [topic, messageExpiry] of [...this.#expiring]) {
        if (!hasExpired({ messageExpiry }, this.#options.wallMs()) || this.#expiring.get(topic) !== messageExpiry) continue;
        this.#expiring.delete(topic);
        await this.#persistence.storeRetained(cleared(topic));
      }
    } catch (cause) {
      this.#logger.warn({ cause: String(cause) }, 'expired retained messages could not be removed');
    }
  }
}

/** An empty message removes the one retained before it [MQTT-3.3.1-6]. */
function cleared(topic: string): Stored {
  return { cmd: 'publish', topic, payload: Buffer.alloc(0), qos: 0, retain: true, dup: false, brokerId: '', brokerCounter: 0 };
}
