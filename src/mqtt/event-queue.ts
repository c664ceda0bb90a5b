/**
 * Events on their way to subscribers: few at a time, so that a command's reply never stands behind the delivery of many
 * events to everybody. Bounded: under a load that subscribers cannot be served at, the oldest are skipped, and
 * which ones is told; they stay in the journal, to be asked for with `events.replay`.
 */
import type { DiunaEvent } from '../model/event.ts';

export const EVENTS_WAITING = 2048;
/** How long skipped events are gathered before they are told. */
const GATHER_MS = 1000;
/** Deliveries that may be under way at once, events times receivers: a millisecond or two of work on a small machine. */
const DELIVERIES_AT_ONCE = 256;

/** The events with `after < seq <= until` were not told, but for those between that were. */
export interface Skipped {
  readonly count: number;
  readonly after: number;
  readonly until: number;
}

export class EventQueue {
  readonly #deliver: (event: DiunaEvent) => Promise<void>;
  readonly #tell: (skipped: Skipped) => void;
  readonly #receivers: () => number;
  readonly #limit: number;
  /** A ring would do; an array with a head index is shorter, and is cut when half of it is spent. */
  #events: DiunaEvent[] = [];
  #head = 0;
  #underWay = 0;
  #whenIdle: (() => void)[] = [];
  #skipped: Skipped | null = null;
  #timer: NodeJS.Timeout | undefined;

  /** @param deliver resolves when the event has been handed to every subscriber. @param receivers how many there may be. */
  constructor(
    deliver: (event: DiunaEvent) => Promise<void>,
    tell: (skipped: Skipped) => void,
    receivers: () => number,
    limit = EVENTS_WAITING,
  ) {
    this.#deliver = deliver;
    this.#tell = tell;
    this.#receivers = receivers;
    this.#limit = limit;
  }

  push(event: DiunaEvent): void {
    if (this.#events.length - this.#head >= this.#limit) this.#skip();
    this.#events.push(event);
    this.#go();
  }

  /** Resolves when all have been told, or after `limitMs`. */
  async drained(limitMs: number): Promise<void> {
    const late = new Promise<void>((resolve) => setTimeout(resolve, limitMs).unref());
    const idle = new Promise<void>((resolve) => (this.#underWay === 0 ? resolve() : this.#whenIdle.push(resolve)));
    await Promise.race([idle, late]);
    this.#tellSkipped();
  }

  #go(): void {
    const most = Math.max(1, Math.floor(DELIVERIES_AT_ONCE / Math.max(1, this.#receivers())));
    while (this.#underWay < most) {
      const event = this.#shift();
      if (event === undefined) break;
      this.#underWay += 1;
      void this.#deliver(event).then(() => {
        this.#underWay -= 1;
        this.#go();
      });
    }
    if (this.#underWay === 0) for (const resolve of this.#whenIdle.splice(0)) resolve();
  }

  #shift(): DiunaEvent | undefined {
    const event = this.#events[this.#head];
    if (event === undefined) return undefined;
    this.#head += 1;
    if (this.#head * 2 >= this.#events.length) {
      this.#events = this.#events.slice(this.#head);
      this.#head = 0;
    }
    return event;
  }

  #skip(): void {
    const event = this.#shift();
    if (event === undefined) return;
    this.#skipped = { count: (this.#skipped?.count ?? 0) + 1, after: this.#skipped?.after ?? event.seq - 1, until: event.seq };
    this.#timer ??= setTimeout(() => this.#tellSkipped(), GATHER_MS);
  }

  #tellSkipped(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#skipped === null) return;
    this.#tell(this.#skipped);
    this.#skipped = null;
  }
}
