/** An end for everything that a file's cases have opened, for tests whose processes are machines and servers. */
import { afterAll } from 'vitest';

// Where the run is ended from outside, what it has started ends too: that lives no longer than this process.
process.once('disconnect', () => process.exit(1));

let endings: (() => Promise<unknown>)[] = [];

afterAll(async () => {
  const all = endings.toReversed();
  endings = [];
  for (const end of all) await end();
});

/** Runs after the file's cases, the last given first. */
export function afterwards(end: () => Promise<unknown>): void {
  endings.push(end);
}
