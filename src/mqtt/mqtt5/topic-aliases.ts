/** Topic aliases (§3.3.2.3.4), one table a direction; both end with the connection. */

/** What a client has named with us. */
export class AliasesIn {
  readonly #topics = new Map<number, string>();
  readonly #maximum: number;

  constructor(maximum: number) {
    this.#maximum = maximum;
  }

  /** @returns the topic that is meant; `undefined` where the alias is none [MQTT-3.3.2-8] [MQTT-3.3.2-9]. */
  resolve(alias: number, topic: string): string | undefined {
    if (alias < 1 || alias > this.#maximum) return undefined;
    if (topic === '') return this.#topics.get(alias);
    this.#topics.set(alias, topic);
    return topic;
  }
}

/** What we have named with a client: the topics that came first, as many as it takes [MQTT-3.1.2-26]. */
export class AliasesOut {
  readonly #aliases = new Map<string, number>();
  readonly #maximum: number;

  constructor(maximum: number) {
    this.#maximum = maximum;
  }

  /** How to say a topic. A new alias goes with the topic's name the first time. */
  say(topic: string): { readonly topic: string; readonly alias: number | undefined } {
    const known = this.#aliases.get(topic);
    if (known !== undefined) return { topic: '', alias: known };
    if (this.#aliases.size >= this.#maximum) return { topic, alias: undefined };
    const alias = this.#aliases.size + 1;
    this.#aliases.set(topic, alias);
    return { topic, alias };
  }

  /** Takes back the alias that was given last, where its packet was not sent after all. */
  unsay(topic: string): void {
    this.#aliases.delete(topic);
  }
}
