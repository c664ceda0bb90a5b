/** Tells the world what has become durable: events, retained states, notices. The engine's `Publisher` on MQTT. */
import type { Clock } from '../base/clock.ts';
import type { Publisher } from '../engine/ports.ts';
import type { DiunaEvent, Notice } from '../model/event.ts';
import type { ZoneState } from '../model/state.ts';
import type { Topics } from '../model/topics.ts';
import type { Message } from './broker.ts';
import { RetainedStates } from './retained-states.ts';

export class Announcer implements Publisher {
  readonly #topics: Topics;
  readonly #publish: (message: Message) => Promise<void>;
  readonly #states: RetainedStates;

  constructor(topics: Topics, clock: Clock, publish: (message: Message) => Promise<void>) {
    this.#topics = topics;
    this.#publish = publish;
    this.#states = new RetainedStates(clock, (zone, payload) => this.#retain(topics.zoneState(zone), payload));
  }

  publish(events: readonly DiunaEvent[]): void {
    for (const event of events) {
      this.#tell(this.#topics.event(event.type, event.zone), event);
      this.#states.update(event.zone, event.payload.state);
    }
  }

  /** Its topic names the client that it is about; the system has no name. */
  notice(notice: Notice): void {
    const subject = notice.type.startsWith('client.') ? notice.origin : null;
    this.#tell(this.#topics.event(notice.type, subject), notice);
  }

  resetStates(states: ReadonlyMap<string, ZoneState>): void {
    this.#states.reset(states);
  }

  flush(): void {
    this.#states.flush();
  }

  #tell(topic: string, event: DiunaEvent | Notice): void {
    const tags: Record<string, string> = { source: event.source };
    if (event.origin !== null) tags['origin'] = event.origin;
    if (event.request_id !== null) tags['request_id'] = event.request_id;
    void this.#publish({ topic, payload: JSON.stringify(event), qos: 1, retain: false, tags });
  }

  #retain(topic: string, payload: string): void {
    void this.#publish({ topic, payload, qos: 1, retain: true });
  }
}
