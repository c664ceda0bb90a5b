/**
 * Tells the world what has become durable: events, retained states, notices, as the engine's `Publisher` on MQTT; and what stands
 * retained of the daemon itself, whichever broker carries it.
 */
import type { Clock } from '../base/clock.ts';
import type { ZoneNames } from '../core/zone-names.ts';
import type { Publisher } from '../engine/ports.ts';
import type { Catalog } from '../model/catalog.ts';
import { type DiunaEvent, type Notice, subjectOf } from '../model/event.ts';
import type { ZoneState } from '../model/state.ts';
import type { Topics } from '../model/topics.ts';
import { EventQueue, type Skipped } from './event-queue.ts';
import { jsonMessage, type Message } from './message.ts';
import { RetainedStates } from './retained-states.ts';

/** How long a stop waits for subscribers to be told the last events. */
const FLUSH_MS = 300;

export class Announcer implements Publisher {
  readonly #topics: Topics;
  readonly #publish: (message: Message) => Promise<void>;
  readonly #states: RetainedStates;
  readonly #events: EventQueue;
  readonly #others = new Set<string>();

  /** @param skipped is told which events subscribers could not be served with. @param receivers clients connected now. */
  constructor(
    topics: Topics,
    clock: Clock,
    publish: (message: Message) => Promise<void>,
    skipped: (gap: Skipped) => void,
    receivers: () => number,
  ) {
    this.#topics = topics;
    this.#publish = publish;
    this.#states = new RetainedStates(
      clock,
      (name, payload) => this.#retain(topics.zoneState(name), payload),
      (name, payload) => this.#retain(topics.zoneSummary(name), payload),
    );
    this.#events = new EventQueue((event) => this.#tell(topics.event(event.type, event.zone), event), skipped, receivers);
  }

  publish(events: readonly DiunaEvent[]): void {
    for (const event of events) this.#events.push(event);
    this.#states.update(events.map(({ zone, payload }) => [zone, payload.state]));
  }

  /** Its topic names the client or knob that it is about; the system has no name. */
  notice(notice: Notice): void {
    void this.#tell(this.#topics.event(notice.type, subjectOf(notice)), notice);
  }

  /** Resolves when the broker has handed it on. */
  status(status: 'online' | 'offline'): Promise<void> {
    return this.#publish({ topic: this.#topics.status, payload: status, qos: 1, retain: true });
  }

  /** What there is to command, as it was announced last. */
  get names(): ZoneNames<ZoneState> {
    return this.#states.names;
  }

  /** What there is to command, and the state of every zone and group. */
  announce(info: Readonly<Record<string, unknown>>, states: ReadonlyMap<string, ZoneState>, groups: Catalog['groups']): void {
    this.#retain(this.#topics.info, JSON.stringify(info));
    this.#states.reset(states, groups);
  }

  systemState(state: Readonly<Record<string, unknown>>): void {
    this.#retain(this.#topics.systemState, JSON.stringify(state));
  }

  /** That we are here, and every zone's state, once more: for who has just come and asks for it. */
  retell(): void {
    void this.status('online');
    this.#states.retell();
  }

  /** Something else that stays there; an empty payload clears it. */
  retain(topic: string, payload: string): void {
    if (this.#topics.read(topic).kind === 'foreign') this.#others.add(topic);
    this.#retain(topic, payload);
  }

  /** Whether it is said anew at each start what stays on a topic that is not ours. */
  retains(topic: string): boolean {
    return this.#others.has(topic);
  }

  /** Tells what still waits, for a bounded time. */
  async flush(): Promise<void> {
    this.#states.flush();
    await this.#events.drained(FLUSH_MS);
  }

  #tell(topic: string, event: DiunaEvent | Notice): Promise<void> {
    const tags: Record<string, string> = { source: event.source };
    if (event.origin !== null) tags['origin'] = event.origin;
    if (event.request_id !== null) tags['request_id'] = event.request_id;
    return this.#publish(jsonMessage(topic, JSON.stringify(event), 1, false, { userProperties: tags }));
  }

  #retain(topic: string, payload: string): void {
    void this.#publish(payload === '' ? { topic, payload, qos: 1, retain: true } : jsonMessage(topic, payload, 1, true));
  }
}
