/**
 * What a client has subscribed to: so many filters a packet and a session, only what it may read, and only that is
 * stored. Aedes asks the store to keep the whole packet once for each filter that was granted; here it is asked once a
 * packet, for the granted filters alone.
 */
import type { Subscription } from 'aedes';
import type { Owner, StoreParts } from './private-parts.ts';

export interface FilterLimits {
  readonly filters_per_packet: number;
  readonly filters_per_session: number;
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

  /** Called with a packet before it is handled. */
  arrive(subscriptions: readonly object[]): void {
    for (const subscription of subscriptions.slice(this.#limits.filters_per_packet)) this.#beyond.add(subscription);
  }

  /** @returns why not, or `null` where it may be granted. */
  refusal(subscription: Subscription): string | null {
    if (this.#beyond.has(subscription)) return `a packet may have ${this.#limits.filters_per_packet} filters`;
    if (this.#granted.has(subscription.topic) || this.#granted.size < this.#limits.filters_per_session) return null;
    return `a session may have ${this.#limits.filters_per_session} filters`;
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
