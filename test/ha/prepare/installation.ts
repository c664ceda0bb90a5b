/**
 * Home Assistant in a root of its own, whole and tried out: built once for each recipe, and never written to afterwards.
 * What was fetched for it is kept apart, so that another recipe fetches little.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { cache, say } from './cache.ts';
import { buildDebian, PACKAGES, RELEASE } from './debian-root.ts';
import { installedVersions, installHomeAssistant, WANTED } from './python.ts';
import { warmUp } from './warm-up.ts';

/** Another number makes all roots anew: for changes of how one is made that the names below do not show. */
const RECIPE = 1;

const versionsSchema = z.object({ homeAssistant: z.string(), python: z.string(), paho: z.string() });
export interface Installation {
  readonly root: string;
  readonly versions: z.infer<typeof versionsSchema>;
}

/** Fetches and builds what is not there yet. */
export async function prepareInstallation(): Promise<Installation> {
  const recipe = JSON.stringify([RECIPE, RELEASE, PACKAGES, WANTED, process.arch]);
  const name = `root-${createHash('sha256').update(recipe).digest('hex').slice(0, 12)}`;
  const folder = await cache.kept(name, build);
  await cache.discardOthers('root', name);
  const versions = versionsSchema.parse(JSON.parse(await readFile(join(folder, 'versions.json'), 'utf8')));
  return { root: join(folder, 'root'), versions };
}

async function build(folder: string): Promise<void> {
  const root = join(folder, 'root');
  const fetched = join(cache.path, 'fetched');
  await mkdir(fetched, { recursive: true });
  say('Home Assistant is not there yet: some 500 MB to fetch, five minutes, 3 GB on the disk');
  await buildDebian(root);
  await installHomeAssistant(root, fetched);
  await warmUp(root, fetched, folder);
  await writeFile(join(folder, 'versions.json'), JSON.stringify(await installedVersions(root)));
}
