/** The programs of gpiod 1.6, which speak otherwise than those of the guest's Debian: many a Pi has them. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { mirror } from '../../support/debian.ts';
import type { Guest } from '../guest/guest.ts';
import { cache } from './cache.ts';
import { Packages } from './packages.ts';
import { told } from './progress.ts';
import { compiled } from './tools.ts';

const RELEASE = 'bookworm';
const HOME = '/opt/gpiod-1.6';
const NAMES = ['gpiodetect', 'gpioget', 'gpiomon', 'gpioinfo'];

/** Puts them into the guest. @returns the folder to look for programs in. */
export async function copyOldGpiod(guest: Guest): Promise<string> {
  const folder = await cache.kept(`gpiod-${RELEASE}`, (unfinished) => told(`gpiod of Debian ${RELEASE}`, () => fetchInto(unfinished)));
  for (const name of NAMES) await guest.copyIn(join(folder, 'usr/bin', name), `${HOME}/real/${name}`);
  await guest.copyIn(join(folder, 'usr/lib/x86_64-linux-gnu/libgpiod.so.2'), `${HOME}/lib/libgpiod.so.2`);
  await guest.copyIn(await compiled('gpio-v1'), `${HOME}/lib/gpio-v1.so`);
  for (const name of NAMES) {
    const start = `#!/bin/sh\nLD_LIBRARY_PATH=${HOME}/lib LD_PRELOAD=${HOME}/lib/gpio-v1.so exec ${HOME}/real/${name} "$@"\n`;
    await guest.copyIn(Buffer.from(start), `${HOME}/bin/${name}`);
  }
  await guest.must(`chmod -R a+rX ${HOME} && chmod 755 ${HOME}/bin/* ${HOME}/real/*`);
  return `${HOME}/bin`;
}

async function fetchInto(folder: string): Promise<void> {
  const work = join(folder, 'apt');
  await mkdir(work);
  const packages = await Packages.of(RELEASE, await mirror('DIUNA_LAB_MIRROR'), work);
  await packages.unpack(['gpiod', 'libgpiod2'], folder);
  await rm(work, { recursive: true });
}
