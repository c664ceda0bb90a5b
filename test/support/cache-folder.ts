/**
 * A folder outside the project for what a big harness fetched and built: a variable of the environment names it, else it
 * lies in the user's cache folder. What is built appears under its final name only once it is whole.
 */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

export class CacheFolder {
  readonly path: string;

  /** @param variable of the environment. @param name in the user's cache folder. */
  constructor(variable: string, name: string) {
    const { [variable]: own, XDG_CACHE_HOME: base } = process.env;
    const usual = join(base === undefined || base === '' ? join(homedir(), '.cache') : base, name);
    this.path = own === undefined || own === '' ? usual : own;
  }

  /** @param make fills the folder that it is given. @returns the path of the folder `name`, made now or by an earlier run. */
  async kept(name: string, make: (folder: string) => Promise<void>): Promise<string> {
    const path = join(this.path, name);
    if (existsSync(path)) return path;
    await mkdir(this.path, { recursive: true });
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
  async discardOthers(kind: string, keep: string): Promise<void> {
    for (const name of await readdir(this.path)) {
      const maker = /\.part-(\d+)-/.exec(name)?.[1];
      const inUse = name === keep || (maker !== undefined && isRunning(maker));
      if (name.startsWith(`${kind}-`) && !inUse) await rm(join(this.path, name), { recursive: true, force: true });
    }
  }

  /** A folder for one run's files; those of runs that are gone are removed. */
  async openRunFolder(): Promise<string> {
    const runs = join(this.path, 'runs');
    await mkdir(runs, { recursive: true });
    for (const name of await readdir(runs)) {
      if (!isRunning(name.split('-')[0] ?? '')) await rm(join(runs, name), { recursive: true, force: true });
    }
    return mkdtemp(join(runs, `${process.pid}-`));
  }
}

function isRunning(pid: string): boolean {
  return existsSync(`/proc/${pid}`);
}
