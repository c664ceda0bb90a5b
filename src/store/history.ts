/**
 * Reads events back: from memory where it reaches far enough, else from the segments and then from what is not written
 * yet. Never holds more than a page, and never the event loop for longer than a slice.
 */

import { errorCode } from '../base/error-code.ts';
import type { ReplayPage } from '../engine/ports.ts';
import type { DiunaEvent } from '../model/event.ts';
import type { Backlog } from './backlog.ts';
import type { DamageReports } from './damage.ts';
import { ifThere } from './fault.ts';
import type { FileSystem } from './file-system.ts';
import type { RecentEvents } from './recent.ts';
import { decodeLine, peekLine, type StoredRecord, salvage } from './record-line.ts';
import { type Line, scanLines } from './scan.ts';
import type { Segment, Segments } from './segments.ts';

/** Longer than any id; what is longer is not looked for. */
const ID_CHARACTERS_MAX = 64;

export class History {
  readonly #files: FileSystem;
  readonly #segments: Segments;
  readonly #backlog: Backlog;
  readonly #recent: RecentEvents;
  readonly #damage: DamageReports;

  constructor(files: FileSystem, segments: Segments, backlog: Backlog, recent: RecentEvents, damage: DamageReports) {
    this.#files = files;
    this.#segments = segments;
    this.#backlog = backlog;
    this.#recent = recent;
    this.#damage = damage;
  }

  /** @param newest the seq of the newest event there is. */
  async page(after: number, until: number, limit: number, newest: number): Promise<ReplayPage> {
    const last = Math.min(until, newest);
    const expected = Math.max(0, Math.min(limit, last - after));
    if (expected === 0) return { events: [], reaches: true };
    const events = this.#recent.page(after, last, limit) ?? (await this.#gather(new Page(after, last, limit)));
    const [first, end] = [events[0]?.seq, events.at(-1)?.seq];
    return { events, reaches: events.length === expected && first === after + 1 && end === after + expected };
  }

  /** Memory first, then the segments from the newest to the oldest. */
  async seqOf(id: string): Promise<number | null> {
    if (id.length > ID_CHARACTERS_MAX) return null;
    const remembered =
      this.#recent.seqOf(id) ?? this.#backlog.all.map(({ record }) => seqIn(record.events, id)).find((seq) => seq !== null);
    if (remembered !== undefined && remembered !== null) return remembered;
    // The text can stand in an event's id alone: other fields that hold one are called otherwise.
    const wanted = Buffer.from(`"id":${JSON.stringify(id)}`);
    for (const segment of this.#segments.all.toReversed()) {
      let found: number | null = null;
      await this.#scan(segment, (line) => {
        if (line.bytes.includes(wanted)) found = records(line).reduce((seq: number | null, { events }) => seq ?? seqIn(events, id), null);
        return found === null;
      });
      if (found !== null) return found;
    }
    return null;
  }

  async #gather(page: Page): Promise<readonly DiunaEvent[]> {
    // Before the disk is read: what gets written meanwhile is then seen twice, and not missed.
    const pending = this.#backlog.all;
    for (const segment of this.#segments.afterEvent(page.after)) {
      if (page.full || segment.firstSeq > page.until) break;
      await this.#scan(segment, (line) => {
        if ((peekLine(line.bytes)?.seq ?? Number.POSITIVE_INFINITY) <= page.after) return true;
        const found = records(line);
        if (found.length === 0) this.#tellBad(segment, line);
        for (const { events } of found) page.add(events);
        return !page.full;
      });
    }
    for (const { record } of pending) page.add(record.events);
    return page.events;
  }

  /** A segment that was pruned meanwhile, or that cannot be read, leaves a gap, which its reader is told. */
  async #scan(segment: Segment, take: (line: Line) => boolean): Promise<void> {
    const path = this.#segments.path(segment);
    try {
      const file = await ifThere(this.#files.open(path, 'read'));
      if (file === null) return;
      try {
        await scanLines(file, segment.bytes, take);
      } finally {
        await file.close();
      }
    } catch (cause) {
      const code = errorCode(cause);
      if (code === null) throw cause;
      this.#damage.tell({ path }, 'segment', `the segment cannot be read (${code})`);
    }
  }

  #tellBad(segment: Segment, { number, offset }: Line): void {
    const place = { path: this.#segments.path(segment), line: number, offset };
    this.#damage.tell(place, 'record', `line ${number} of the journal is damaged and skipped`);
  }
}

/** Collects events in order, each once. */
class Page {
  readonly after: number;
  readonly until: number;
  readonly #limit: number;
  readonly events: DiunaEvent[] = [];

  constructor(after: number, until: number, limit: number) {
    this.after = after;
    this.until = until;
    this.#limit = limit;
  }

  get full(): boolean {
    return this.events.length >= this.#limit || this.#lastSeq >= this.until;
  }

  get #lastSeq(): number {
    return this.events.at(-1)?.seq ?? this.after;
  }

  add(events: readonly DiunaEvent[]): void {
    for (const event of events) {
      if (!this.full && event.seq > this.#lastSeq && event.seq <= this.until) this.events.push(event);
    }
  }
}

function records(line: Line): StoredRecord[] {
  const whole = decodeLine(line.bytes);
  return whole !== null ? [whole] : salvage(line.bytes).flatMap((bytes) => decodeLine(bytes) ?? []);
}

function seqIn(events: readonly DiunaEvent[], id: string): number | null {
  return events.find((event) => event.id === id)?.seq ?? null;
}
