/** Tells a client the journalled events that it missed (protocol §7): in order, then how far they reach. */
import type { Query } from '../model/command.ts';
import type { DiunaEvent } from '../model/event.ts';
import type { Journal } from './ports.ts';

const PAGE = 256;
const MOST = 10_000;

export type ReplayQuery = Extract<Query, { type: 'events.replay' }>;

export interface Replayed {
  readonly count: number;
  /** The seq up to which everything was told. */
  readonly last_seq: number;
  /** False where there is more (the limit) or where events are gone (`reset`). */
  readonly complete: boolean;
  readonly reset: boolean;
}

/**
 * @param zones whose events are told; `null`: every zone's, also of zones that there are no more.
 * @param until the newest seq that may be told: the one at which the query was decided.
 * @param deliver resolves when the receiver took the event, so that a slow one is not buried.
 */
export async function replay(
  query: ReplayQuery,
  zones: ReadonlySet<string> | null,
  until: number,
  journal: Journal,
  deliver: (event: DiunaEvent) => Promise<void>,
): Promise<Replayed> {
  const start = typeof query.after === 'number' ? query.after : await journal.findSeq(query.after);
  // a seq that was never reached, or an id that nobody knows: the client comes from another history
  if (start === null || start > until) return { count: 0, last_seq: until, complete: false, reset: true };
  const limit = query.limit ?? MOST;
  let told = start;
  let count = 0;
  while (told < until) {
    const page = await journal.read(told, until, PAGE);
    if (!page.reaches || page.events.length === 0) return { count, last_seq: told, complete: false, reset: true };
    for (const event of page.events) {
      if (zones === null || zones.has(event.zone)) {
        if (count >= limit) return { count, last_seq: told, complete: false, reset: false };
        await deliver(event);
        count += 1;
      }
      told = event.seq;
    }
  }
  return { count, last_seq: until, complete: true, reset: false };
}
