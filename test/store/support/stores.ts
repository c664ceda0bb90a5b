/** Makes stores for tests, each as if by a process of its own. */
import type { Restored } from '../../../src/engine/ports.ts';
import type { FileSystem } from '../../../src/store/file-system.ts';
import type { Limits } from '../../../src/store/limits.ts';
import type { ProcessTable } from '../../../src/store/processes.ts';
import { Store } from '../../../src/store/store.ts';
import { listener, recordAt, snapshotAt } from './records.ts';

/** So small that a few records rotate segments and make snapshots due. */
export const tiny: Partial<Limits> = { segment_bytes: 4000, snapshot_growth_bytes: 5000, recent_events: 4 };

/** A process after a restart: nobody who held the lock lives any more. */
export const alone: ProcessTable = { self: { pid: 4242, start: 'boot:1' }, isAlive: () => false };

export interface Setup {
  readonly path?: string;
  readonly files?: FileSystem;
  readonly limits?: Partial<Limits>;
  readonly history?: number;
  readonly processes?: ProcessTable;
}

export function makeStore({ path = '/data', history = 100_000, processes = alone, ...rest }: Setup) {
  const heard = listener();
  return { store: new Store({ path, history, processes, report: heard.report, ...rest }), ...heard };
}

/** Commits `from` to `to`, one event each. @returns whether all were durable. */
export async function commitEach(store: Store, from: number, to: number): Promise<boolean> {
  let durable = true;
  for (let seq = from; seq <= to; seq += 1) {
    const outcome = await store.commit([recordAt(seq)], () => snapshotAt(seq));
    durable = durable && outcome.durable;
  }
  return durable;
}

/** The newest seq that a restart would show. */
export function newestSeq({ snapshot, records }: Restored): number {
  return records.at(-1)?.seq ?? snapshot?.seq ?? 0;
}

/** Waits until it holds, by turns of the event loop. */
export async function until(holds: () => boolean, withinMs = 5000): Promise<void> {
  const end = Date.now() + withinMs;
  while (!holds()) {
    if (Date.now() > end) throw new Error('it did not come to hold in time');
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
