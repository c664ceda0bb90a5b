/** Who may what, by the bits of files as POSIX has them: asked for the user of the service, who need not be the one who asks. */
import type { Account, FileFacts, PathFacts } from './facts.ts';

export type Way = 'read' | 'write' | 'enter';

const bits: Readonly<Record<Way, number>> = { read: 4, write: 2, enter: 1 };

/** The first of owner, group and others that the user belongs to counts, not the best. */
export function may(account: Account, file: FileFacts, ...ways: readonly Way[]): boolean {
  if (account.uid === 0) return true;
  const shift = file.uid === account.uid ? 6 : account.gids.includes(file.gid) ? 3 : 0;
  return ways.every((way) => ((file.mode >> shift) & bits[way]) !== 0);
}

/** @returns the first folder on the way there that the user may not enter. */
export function firstClosed(account: Account, { chain, exists }: PathFacts): FileFacts | null {
  const folders = exists ? chain.slice(0, -1) : chain;
  return folders.find((folder) => !may(account, folder, 'enter')) ?? null;
}
