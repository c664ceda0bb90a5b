/** Tells the world what has become durable: events, retained states, notices. The engine's `Publisher` on MQTT. */
import type { Clock } from '../base/clock.ts';
import type { Publisher } from '../engine/ports.ts';
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
    this.#states = new RetainedStates(clock, (zone, payload) => this.#retain(topics.zoneState(zone), payload));
    this.#events = new EventQueue((event) => this.#tell(topics.event(event.type, event.zone), event), skipped, receivers);
  }

  publish(events: readonly DiunaEvent[]): void {
    for (const event of events) {
      this.#events.push(event);
      this.#states.update(event.zone, event.payload.state);
    }
  }

  /** Its topic names the client or knob that it is about; the system has no name. */
  notice(notice: Notice): void {
    void this.#tell(this.#topics.event(notice.type, subjectOf(notice)), notice);
  }

  resetStates(states: ReadonlyMap<string, ZoneState>): void {
    this.#states.reset(states);
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
    void this.#publish(jsonMessage(topic, payload, 1, true));
  }
}
