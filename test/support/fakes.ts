/** Stand-ins for the world around the engine: a clock that is set, a journal in memory, a renderer and a publisher that remember. */
import type { Clock } from '../../src/base/clock.ts';
import type { CommitRecord, Ids, Journal, Publisher, Renderer, ReplayPage, Snapshot } from '../../src/engine/ports.ts';
import type { DiunaEvent, Notice } from '../../src/model/event.ts';
import type { Overlay, TargetChange } from '../../src/model/target-change.ts';

export class FakeClock implements Clock {
  wall = Date.parse('2026-11-20T13:00:00.000Z');
  monotonic = 0;

  wallMs(): number {
    return this.wall;
  }

  monotonicUs(): number {
    return this.monotonic;
  }
}

/** Holds each commit until it is let go, unless `automatic`. */
export class FakeJournal implements Journal {
  readonly records: CommitRecord[] = [];
  readonly groups: number[] = [];
  automatic = true;
  durable = true;
  lastSnapshot: (() => Snapshot) | null = null;
  #release: (() => void) | null = null;

  async commit(records: readonly CommitRecord[], snapshot: () => Snapshot): Promise<{ durable: boolean }> {
    if (!this.automatic) {
      await new Promise<void>((resolve) => {
        this.#release = resolve;
      });
    }
    this.records.push(...records);
    this.groups.push(records.length);
    this.lastSnapshot = snapshot;
    return { durable: this.durable };
  }

  release(): void {
    this.#release?.();
    this.#release = null;
  }

  get events(): DiunaEvent[] {
    return this.records.flatMap(({ events }) => events);
  }

  read(after: number, until: number, limit: number): Promise<ReplayPage> {
    const events = this.events.filter(({ seq }) => seq > after && seq <= until).slice(0, limit);
    return Promise.resolve({ events, reaches: events[0]?.seq === after + 1 });
  }

  findSeq(eventId: string): Promise<number | null> {
    return Promise.resolve(this.events.find(({ id }) => id === eventId)?.seq ?? null);
  }
}

export class FakeRenderer implements Renderer {
  readonly shown: { changes: readonly TargetChange[]; overlays: readonly Overlay[] }[] = [];
  readonly waiting: ((shown: boolean) => void)[] = [];

  show(changes: readonly TargetChange[], overlays: readonly Overlay[], whenShown?: (shown: boolean) => void): void {
    this.shown.push({ changes, overlays });
    if (whenShown !== undefined) this.waiting.push(whenShown);
  }
}

export class FakePublisher implements Publisher {
  readonly events: DiunaEvent[] = [];
  readonly notices: Notice[] = [];

  publish(events: readonly DiunaEvent[]): void {
    this.events.push(...events);
  }

  notice(notice: Notice): void {
    this.notices.push(notice);
  }
}

export class FakeIds implements Ids {
  #count = 0;

  eventId(): string {
    this.#count += 1;
    return `0198f2a0-0000-7000-8000-${this.#count.toString(16).padStart(12, '0')}`;
  }

  digest(text: string): string {
    return text;
  }
}
