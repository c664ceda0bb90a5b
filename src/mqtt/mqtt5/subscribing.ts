/**
 * SUBSCRIBE and UNSUBSCRIBE (§3.8 to §3.11). Filters are judged here, one by one, and only granted ones go on to aedes:
 * it stores all that it is given, denied ones too.
 */
import type { Subscription } from 'aedes';
import type { ISubscribePacket, IUnsubscribePacket } from 'mqtt-packet';
import type { Stored } from './inside.ts';
import type { Line } from './line.ts';
import { withNote } from './outgoing.ts';
import { type Reason, reason } from './reason.ts';
import type { Wanted } from './retained.ts';
import type { Subscription5 } from './subscriptions.ts';
import { isShared, isTopicFilter } from './topic.ts';

/** What became of one filter of a SUBSCRIBE. */
interface Verdict {
  readonly filter: string;
  readonly refusal: Reason | undefined;
  readonly granted: Subscription | undefined;
}

interface Pending {
  readonly verdicts: readonly Verdict[];
  readonly wanted: readonly Wanted[];
  /** Whether aedes has anything to subscribe. */
  readonly passed: boolean;
}

/** SUBSCRIBE and UNSUBSCRIBE packets of a client that are not answered yet. */
const PENDING_MAXIMUM = 100;

export class Subscribing {
  readonly #line: Line;
  readonly #subscribes = new Map<number, Pending>();
  readonly #granted = new WeakSet<Subscription>();
  readonly #unsubscribes = new Map<number, readonly string[]>();

  constructor(line: Line) {
    this.#line = line;
  }

  /** Stays in one turn where the gate does: who subscribes and then publishes hears itself. */
  subscribe(packet: ISubscribePacket): void {
    const { messageId, subscriptions } = packet;
    const mistake = mistakeIn(packet);
    if (!messageId || mistake !== undefined) return void this.#line.fail(reason.protocolError, mistake ?? 'no packet identifier');
    if (this.#subscribes.size >= PENDING_MAXIMUM) return void this.#line.fail(reason.quotaExceeded, 'too many SUBSCRIBEs at once');
    const verdicts: Verdict[] = [];
    let open = subscriptions.length;
    for (const [at, asked] of subscriptions.entries())
      this.#judge(asked, at, (verdict) => {
        verdicts[at] = verdict;
        open -= 1;
        if (open === 0) this.#subscribe({ ...packet, messageId }, verdicts);
      });
  }

  /** Whether a subscription that aedes asks about has been judged already. */
  isGranted(subscription: Subscription): boolean {
    return this.#granted.has(subscription);
  }

  /** Aedes has subscribed; in this same turn it will ask for retained messages. */
  acknowledge(messageId: number): boolean {
    const pending = this.#subscribes.get(messageId);
    if (pending === undefined) return true;
    this.#subscribes.delete(messageId);
    const { layer, client, subscriptions } = this.#line;
    const granted = pending.verdicts.map(({ filter, refusal }) => refusal ?? subscriptions.qosOf(filter) ?? reason.unspecified);
    if (pending.passed)
      layer.retained.ask({
        wanted: pending.wanted,
        isGone: () => client.closed,
        deliver: (stored, wanted) => this.#deliver(stored, wanted),
      });
    return this.#line.write({ cmd: 'suback', messageId, granted });
  }

  unsubscribe(packet: IUnsubscribePacket): void {
    const { messageId, unsubscriptions } = packet;
    if (!messageId || unsubscriptions.length === 0) return void this.#line.fail(reason.protocolError, 'an UNSUBSCRIBE without filters');
    if (this.#unsubscribes.size >= PENDING_MAXIMUM) return void this.#line.fail(reason.quotaExceeded, 'too many UNSUBSCRIBEs at once');
    this.#unsubscribes.set(messageId, unsubscriptions);
    const known = unsubscriptions.filter((filter) => this.#line.subscriptions.has(filter));
    if (known.length === 0) return void this.acknowledgeEnd(messageId);
    this.#line.pass({ ...packet, unsubscriptions: [...new Set(known)] });
  }

  /** Aedes has unsubscribed. */
  acknowledgeEnd(messageId: number): boolean {
    const filters = this.#unsubscribes.get(messageId);
    if (filters === undefined) return true;
    this.#unsubscribes.delete(messageId);
    const { subscriptions } = this.#line;
    const granted = filters.map((filter) => (subscriptions.delete(filter) ? reason.success : reason.noSubscriptionExisted));
    return this.#line.write({ cmd: 'unsuback', messageId, granted });
  }

  #subscribe(packet: ISubscribePacket & { messageId: number }, verdicts: readonly Verdict[]): void {
    const identifier = packet.properties?.subscriptionIdentifier;
    const granted = new Map<string, Subscription5>(); // the last of equal filters counts
    for (const { filter, granted: one } of verdicts)
      if (one !== undefined)
        granted.set(filter, identifier === undefined ? one : Object.assign(one, { subscriptionIdentifier: identifier })); // the gate knows it by itself
    const wanted: Wanted[] = [];
    for (const { topic, qos, rh } of granted.values()) {
      const isUnwanted = rh === 2 || (rh === 1 && this.#line.subscriptions.has(topic)); // [MQTT-3.8.4-4]
      if (!isUnwanted) wanted.push({ filter: topic, qos, identifier });
    }
    this.#subscribes.set(packet.messageId, { verdicts, wanted, passed: granted.size > 0 });
    if (granted.size === 0) return void this.acknowledge(packet.messageId);
    const subscriptions = [...granted.values()];
    for (const one of subscriptions) this.#granted.add(one);
    this.#line.pass({ ...packet, subscriptions });
  }

  #judge(asked: Subscription, at: number, done: (verdict: Verdict) => void): void {
    const filter = asked.topic;
    const refuse = (refusal: Reason) => {
      this.#line.layer.counters.filtersRefused += 1;
      done({ filter, refusal, granted: undefined });
    };
    const objection = this.#objection(filter, at);
    if (objection !== undefined) return refuse(objection);
    this.#line.authorizeSubscribe(asked, (granted) => {
      if (granted === undefined) refuse(reason.notAuthorized);
      else done({ filter, refusal: undefined, granted });
    });
  }

  #objection(filter: string, at: number): Reason | undefined {
    const { layer, subscriptions } = this.#line;
    if (isShared(filter)) return reason.sharedSubscriptionsNotSupported;
    if (!isTopicFilter(filter, layer.broker.maxTopicLevels)) return reason.topicFilterInvalid;
    if (at >= layer.options.filtersPerPacketMaximum) return reason.quotaExceeded;
    const isFull = subscriptions.size + at >= layer.options.filtersPerSessionMaximum;
    return isFull && !subscriptions.has(filter) ? reason.quotaExceeded : undefined;
  }

  #deliver(stored: Stored, { qos, identifier }: Wanted): Promise<void> {
    const properties = withNote(stored.properties, { retained: 'stored', identifier });
    // without a broker's id aedes does not take it for a repetition
    const packet: Stored = { ...stored, qos: qos < stored.qos ? qos : stored.qos, retain: true, dup: false, properties, brokerId: '' };
    return new Promise((resolve) => this.#line.deliver(packet, () => resolve()));
  }
}

function mistakeIn({ subscriptions, properties }: ISubscribePacket): string | undefined {
  if (subscriptions.length === 0) return 'a SUBSCRIBE without filters'; // [MQTT-3.8.3-2]
  if (properties?.subscriptionIdentifier === 0) return 'a subscription identifier of 0';
  if (subscriptions.some(({ topic, nl }) => nl === true && isShared(topic))) return 'No Local on a shared subscription'; // [MQTT-3.8.3-4]
  return undefined;
}
