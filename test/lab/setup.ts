/** Once before all cases: the machine, the daemon built and installed on it, and a snapshot of that for every case to go on from. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { installed } from './diuna/install.ts';
import type { Snapshot } from './guest/guest.ts';
import { type Base, prepareBase } from './prepare/base.ts';
import { prepareBooted } from './prepare/booted.ts';
import { cache } from './prepare/cache.ts';
import { requirePrograms } from './prepare/programs.ts';
import { say, told } from './prepare/progress.ts';

/** What every case is given. */
export interface Lab {
  readonly base: Base;
  /** Idle, with the daemon installed and not started. */
  readonly installed: Snapshot;
  /** For the case's files; goes with the run. */
  readonly folder: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    lab: Lab;
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  requirePrograms();
  say(`what is fetched and built is kept in ${cache.path}`);
  const base = await prepareBase();
  say(`the machine is ${base.accelerator.how}`);
  const booted = await prepareBooted(base);
  const folder = await cache.openRunFolder();
  const removeAll = () => rm(folder, { recursive: true, force: true });
  try {
    const snapshot = await told('diuna built and installed', () => installed(base, booted, join(folder, 'installed')));
    project.provide('lab', { base, installed: snapshot, folder });
  } catch (cause) {
    await removeAll();
    throw cause;
  }
  return removeAll;
}
