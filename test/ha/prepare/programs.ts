/** What of the host the harness uses. Where something is missing the run ends and says how to get it: nothing is left out. */
import { existsSync } from 'node:fs';
import { KEYRING } from '../../support/debian.ts';
import { isRoot, packagesOfMissing } from '../../support/programs.ts';

/** Program and Debian package. */
const wanted: Readonly<Record<string, string>> = {
  mmdebstrap: 'mmdebstrap',
  'apt-get': 'apt',
  unshare: 'util-linux',
  setpriv: 'util-linux',
  mount: 'mount',
  chroot: 'coreutils',
  mosquitto: 'mosquitto',
  chromium: 'chromium',
};

/** @throws where this machine cannot run Home Assistant, with everything that is missing and the cure. */
export function requirePrograms(): void {
  const packages = packagesOfMissing(wanted);
  if (!existsSync(KEYRING)) packages.push('debian-archive-keyring');
  const obstacles = [
    ...(process.platform === 'linux' ? [] : ['it needs Linux']),
    ...(isRoot() ? [] : ['it needs root, to mount and to change the root: sudo npm run test:ha']),
    ...(packages.length === 0 ? [] : [`programs are missing; on Debian: apt-get install ${packages.join(' ')}`]),
  ];
  if (obstacles.length > 0) throw new Error(`Home Assistant cannot be run here: ${obstacles.join('; ')}`);
}
