/**
 * What a client has subscribed to: so many filters a packet and a session, only what it may read, and only that is
 * stored. Aedes asks the store to keep the whole packet once for each filter that was granted; here it is asked once a
 * packet, for the granted filters alone.
 */
import type { Subscription } from 'aedes';
import type { Packet } from 'mqtt-packet';
import type { TokenBucket } from './flood.ts';
import type { Owner, StoreParts } from './private-parts.ts';
import { QUOTA_EXCEEDED, Refused } from './refused.ts';

/** A filter that may be granted costs as much as a message; one message more is paid for so many filters of a packet, refused or not. */
const FILTERS_A_TOKEN = 16;

export interface FilterLimits {
  readonly filters_per_packet: number;
  readonly filters_per_session: number;
}

export interface FilterRefusal {
  readonly guard: 'filters' | 'flood' | 'access';
  readonly why: string;
}

/** The filters of one connection. */
export class Filters {
  readonly #limits: FilterLimits;
  readonly #granted = new Set<string>();
  /** Those of a packet that came after as many as a packet may have. */
  readonly #beyond = new WeakSet<object>();

  constructor(limits: FilterLimits) {
    this.#limits = limits;
  }

  /** Called with each packet before it is handled. @throws Refused where its client subscribes and unsubscribes without end. */
  arrive(packet: Packet, bucket: TokenBucket): void {
    if (packet.cmd !== 'subscribe' && packet.cmd !== 'unsubscribe') return;
    const asked = packet.cmd === 'subscribe' ? packet.subscriptions : packet.unsubscriptions;
    if (!bucket.pay((packet.cmd === 'unsubscribe' ? 1 : 0) + Math.floor(asked.length / FILTERS_A_TOKEN)))
      throw new Refused('flood', QUOTA_EXCEEDED, 'subscribes and unsubscribes without end');
    if (packet.cmd !== 'subscribe') return;
    for (const subscription of packet.subscriptions.slice(this.#limits.filters_per_packet)) this.#beyond.add(subscription);
  }

  /** @param isTooFast is asked, and takes its price, where nothing was paid for a filter with its packet. @returns why not, or `null`. */
  refusal(subscription: Subscription, isTooFast: () => boolean): FilterRefusal | null {
    const { filters_per_packet, filters_per_session } = this.#limits;
    if (this.#beyond.has(subscription)) return { guard: 'filters', why: `a packet may have ${filters_per_packet} filters` };
    if (isTooFast()) return { guard: 'flood', why: 'subscribes without end' };
    if (this.#granted.has(subscription.topic) || this.#granted.size < filters_per_session) return null;
    return { guard: 'filters', why: `a session may have ${filters_per_session} filters` };
  }

  grant(filter: string): void {
    this.#granted.add(filter);
  }

  remove(filters: readonly string[]): void {
    for (const filter of filters) this.#granted.delete(filter);
  }

  match(topic: string): boolean {
    for (const filter of this.#granted) if (matches(filter, topic)) return true;
    return false;
  }
}

/** [MQTT-4.7] for topics that do not begin with `$`. */
export function matches(filter: string, topic: string): boolean {
  if (filter === topic || filter === '#') return true;
  const [pattern, levels] = [filter.split('/'), topic.split('/')];
  for (const [index, level] of pattern.entries()) {
    if (level === '#') return true;
    if (index >= levels.length || (level !== '+' && level !== levels[index])) return false;
  }
  return pattern.length === levels.length;
}

/** Remembers which filters were granted, until the store has them. */
export class GrantedFilters {
  readonly #granted = new WeakSet<Subscription>();

  grant(subscription: Subscription): void {
    this.#granted.add(subscription);
  }

  /** Takes the place of the store's own method. */
  guard(store: StoreParts): void {
    const add = store.addSubscriptions.bind(store);
    const underWay = new WeakMap<readonly Subscription[], Promise<unknown>>();
    const addGranted = async (client: Owner, subscriptions: readonly Subscription[]) => {
      await Promise.resolve(); // all filters of a packet are decided in one turn
      return add(
        client,
        subscriptions.filter((subscription) => this.#granted.has(subscription)),
      );
    };
    store.addSubscriptions = (client, subscriptions) => {
      const stored = underWay.get(subscriptions) ?? addGranted(client, subscriptions);
      underWay.set(subscriptions, stored);
      return stored;
    };
  }
}
