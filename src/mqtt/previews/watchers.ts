/**
 * Who watches which previews on the broker inside: clients that are connected, by the filters that aedes delivers by. A
 * session whose client is away has none. Previews pass by who does not keep up, and whoever missed one gets the newest as
 * soon as it reads again: nothing waits for it.
 */
import type { Aedes, AedesPublishPacket, Client } from 'aedes';
import type { Topics } from '../../model/topics.ts';
import { clientParts } from '../guards/private-parts.ts';
import { EVERY, type Meant, meantBy } from './preview-filters.ts';

export interface WatchersParts {
  readonly topics: Topics;
  /** A client watches anew, or can be given what it missed. */
  readonly wanted: (meant: Meant) => void;
  /** Nobody watches by this filter any more. */
  readonly left: () => void;
}

export class Watchers {
  readonly #parts: WatchersParts;
  readonly #prefix: string;
  /** By what aedes calls for each message of a filter: unlike filters, each is of one client. */
  readonly #meant = new Map<unknown, Meant>();
  readonly #counts = new Map<Meant, number>();
  /** Zones of which a client missed a picture. */
  readonly #missed = new WeakMap<Client, Set<string>>();

  constructor(parts: WatchersParts) {
    this.#parts = parts;
    this.#prefix = `${parts.topics.previews}/`;
  }

  isWatched(zone: string): boolean {
    return this.#counts.has(EVERY) || this.#counts.has(zone);
  }

  /** Hears of each filter that is delivered by, however it came about: a SUBSCRIBE, or a session that goes on. */
  follow(aedes: Aedes): void {
    const subscribe = aedes.subscribe.bind(aedes);
    const unsubscribe = aedes.unsubscribe.bind(aedes);
    aedes.subscribe = (filter, deliver, done) => {
      subscribe(filter, deliver, done);
      this.#came(filter, deliver);
    };
    aedes.unsubscribe = (filter, deliver, done) => {
      unsubscribe(filter, deliver, done);
      this.#went(deliver);
    };
    // said in the turn in which it is noted: a moment before
    aedes.on('connackSent', (_connack, client) => queueMicrotask(() => this.#makeUp(client)));
  }

  /** Whether a message may go to a client now; one that is no preview may. */
  mayGo(client: Client, { topic }: AedesPublishPacket): boolean {
    if (!topic.startsWith(this.#prefix)) return true;
    const { conn } = client;
    const isReady = clientParts(client).connackSent; // a session's filters count before its client is answered
    if (isReady && !conn.writableNeedDrain) return true;
    const zone = topic.slice(this.#prefix.length);
    const missed = this.#missed.get(client);
    if (missed !== undefined) {
      missed.add(zone);
      return false;
    }
    this.#missed.set(client, new Set([zone]));
    if (isReady) conn.once('drain', () => this.#makeUp(client));
    return false;
  }

  #came(filter: string, deliver: unknown): void {
    const meant = meantBy(filter, this.#parts.topics.previews);
    if (meant === null) return;
    this.#meant.set(deliver, meant);
    this.#counts.set(meant, (this.#counts.get(meant) ?? 0) + 1);
    this.#parts.wanted(meant);
  }

  /** Aedes may say so twice of one. */
  #went(deliver: unknown): void {
    const meant = this.#meant.get(deliver);
    if (meant === undefined) return;
    this.#meant.delete(deliver);
    const left = (this.#counts.get(meant) ?? 1) - 1;
    if (left > 0) return void this.#counts.set(meant, left);
    this.#counts.delete(meant);
    this.#parts.left();
  }

  #makeUp(client: Client): void {
    const missed = this.#missed.get(client) ?? [];
    this.#missed.delete(client);
    if (client.closed) return;
    for (const zone of missed) this.#parts.wanted(zone);
  }
}
