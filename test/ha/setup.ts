/**
 * Once before all cases: a real Home Assistant, and the daemon built.
 *
 * It needs Linux, root (it mounts and changes the root), and Debian's packages mmdebstrap, debian-archive-keyring,
 * util-linux, mount, mosquitto and chromium; what is missing is told. The first run fetches some 500 MB: a Debian with a newer Python
 * from where the host's apt gets its packages, and Home Assistant from where the host's pip does. All of it is kept in
 * `DIUNA_HA_CACHE`, or `diuna-ha` in the user's cache folder, and later runs start within seconds. `DIUNA_HA_VERSION`
 * names another Home Assistant, `DIUNA_HA_MIRROR` another mirror of Debian.
 */
import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';
import { cache, say, told } from './prepare/cache.ts';
import { type Installation, prepareInstallation } from './prepare/installation.ts';
import { requirePrograms } from './prepare/programs.ts';

/** What every case is given. */
export interface Given {
  readonly installation: Installation;
  /** For the case's files; goes with the run. */
  readonly folder: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    homeAssistant: Given;
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  requirePrograms();
  say(`what is fetched and built is kept in ${cache.path}`);
  const installation = await prepareInstallation();
  const { homeAssistant, python, paho } = installation.versions;
  say(`Home Assistant ${homeAssistant}, Python ${python}, paho-mqtt ${paho}`);
  await told('diuna built', () => promisify(execFile)('npm', ['run', '--silent', 'build']));
  const folder = await cache.openRunFolder();
  project.provide('homeAssistant', { installation, folder });
  return () => rm(folder, { recursive: true, force: true });
}
