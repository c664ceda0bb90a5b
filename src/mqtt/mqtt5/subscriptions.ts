/**
 * The filters of one client with what version 5 adds to them, and what they together say of a topic. Aedes delivers by
 * the filter that comes first; here all that match count: the highest QoS [MQTT-3.3.4-2], every identifier
 * [MQTT-3.3.4-4].
 */
import type { Subscription } from 'aedes';
import { hasWildcard, matches } from './topic.ts';

/** A subscription as it walks through aedes and its store, which keep the identifier with it. */
export type Subscription5 = Subscription & { subscriptionIdentifier?: number };

interface Entry {
  readonly qos: 0 | 1 | 2;
  readonly identifier: number | undefined;
  readonly asPublished: boolean;
  readonly noLocal: boolean;
  readonly levels: readonly string[];
}

export class Subscriptions {
  readonly #exact = new Map<string, Entry>();
  readonly #wild = new Map<string, Entry>();
  #identifiers = 0;

  get size(): number {
    return this.#exact.size + this.#wild.size;
  }

  has(filter: string): boolean {
    return this.#exact.has(filter) || this.#wild.has(filter);
  }

  /** The QoS granted to a filter. */
  qosOf(filter: string): 0 | 1 | 2 | undefined {
    return (this.#exact.get(filter) ?? this.#wild.get(filter))?.qos;
  }

  /** Takes the place of an equal filter [MQTT-3.8.4-3]. */
  set({ topic, qos, rap, nl, subscriptionIdentifier }: Subscription5): void {
    this.delete(topic);
    const levels = topic.split('/');
    const entry = { qos, identifier: subscriptionIdentifier, asPublished: rap === true, noLocal: nl === true, levels };
    (hasWildcard(topic) ? this.#wild : this.#exact).set(topic, entry);
    if (entry.identifier !== undefined) this.#identifiers += 1;
  }

  /** @returns whether there was one. */
  delete(filter: string): boolean {
    const entries = this.#exact.has(filter) ? this.#exact : this.#wild;
    if (entries.get(filter)?.identifier !== undefined) this.#identifiers -= 1;
    return entries.delete(filter);
  }

  /** The QoS granted for a topic, `undefined` where nothing matches any more. */
  grantedQos(topic: string): 0 | 1 | 2 | undefined {
    let granted: 0 | 1 | 2 | undefined;
    for (const { qos } of this.#matching(topic)) if (granted === undefined || qos > granted) granted = qos;
    return granted;
  }

  /** Whether any filter wants the retain flag as it was published [MQTT-3.3.1-13]. */
  wantsAsPublished(topic: string): boolean {
    return this.#matching(topic).some(({ asPublished }) => asPublished);
  }

  /** Whether any filter wants what the client itself has published. */
  wantsOwn(topic: string): boolean {
    return this.#matching(topic).some(({ noLocal }) => !noLocal);
  }

  identifiers(topic: string): readonly number[] {
    if (this.#identifiers === 0) return [];
    const found = new Set<number>();
    for (const { identifier } of this.#matching(topic)) if (identifier !== undefined) found.add(identifier);
    return [...found];
  }

  #matching(topic: string): Entry[] {
    const exact = this.#exact.get(topic);
    const found = exact === undefined ? [] : [exact];
    if (this.#wild.size === 0) return found;
    const levels = topic.split('/');
    for (const entry of this.#wild.values()) if (matches(entry.levels, levels)) found.push(entry);
    return found;
  }
}
