/**
 * Where the laboratory keeps what it fetched and built, outside the project: `DIUNA_LAB_CACHE`, or `diuna-lab` in the
 * user's cache folder. What is built appears under its final name only once it is whole.
 */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

export function cacheFolder(): string {
  const { DIUNA_LAB_CACHE: own, XDG_CACHE_HOME: base } = process.env;
  if (own !== undefined && own !== '') return own;
  return join(base === undefined || base === '' ? join(homedir(), '.cache') : base, 'diuna-lab');
}

/** @param make fills the folder that it is given. @returns the path of the folder `name`, made now or by an earlier run. */
export async function kept(name: string, make: (folder: string) => Promise<void>): Promise<string> {
  const path = join(cacheFolder(), name);
  if (existsSync(path)) return path;
  await mkdir(cacheFolder(), { recursive: true });
  const unfinished = await mkdtemp(`${path}.part-${process.pid}-`);
  try {
    await make(unfinished);
    await rename(unfinished, path).catch((cause: unknown) => {
      if (!existsSync(path)) throw cause; // else another run was faster: its folder is as good
    });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  return path;
}

/** Removes what earlier recipes made and what broke off, for the cache holds one of each kind. @param keep its name. */
export async function discardOthers(kind: string, keep: string): Promise<void> {
  for (const name of await readdir(cacheFolder())) {
    const maker = /\.part-(\d+)-/.exec(name)?.[1];
    const inUse = name === keep || (maker !== undefined && isRunning(maker));
    if (name.startsWith(`${kind}-`) && !inUse) await rm(join(cacheFolder(), name), { recursive: true, force: true });
  }
}

function isRunning(pid: string): boolean {
  return existsSync(`/proc/${pid}`);
}

/** A folder for one run's disks; those of runs that are gone are removed. */
export async function openRunFolder(): Promise<string> {
  const runs = join(cacheFolder(), 'runs');
  await mkdir(runs, { recursive: true });
  for (const name of await readdir(runs)) {
    if (!isRunning(name.split('-')[0] ?? '')) await rm(join(runs, name), { recursive: true, force: true });
  }
  return mkdtemp(join(runs, `${process.pid}-`));
}
