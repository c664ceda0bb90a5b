/** The programs of the host that the laboratory uses. Where one is missing the run ends and says how to get it: nothing is left out. */
import { existsSync } from 'node:fs';
import { KEYRING } from '../../support/debian.ts';
import { packagesOfMissing } from '../../support/programs.ts';

/** Program and Debian package. */
const wanted: Readonly<Record<string, string>> = {
  'qemu-system-x86_64': 'qemu-system-x86',
  'qemu-img': 'qemu-utils',
  mmdebstrap: 'mmdebstrap',
  'apt-get': 'apt',
  'dpkg-deb': 'dpkg',
  mke2fs: 'e2fsprogs',
  busybox: 'busybox-static',
  modprobe: 'kmod',
  setpriv: 'util-linux',
  tar: 'tar',
  gcc: 'gcc libc6-dev',
};

/** @throws where this machine cannot run the laboratory, with everything that is missing and the cure. */
export function requirePrograms(): void {
  const packages = packagesOfMissing(wanted);
  if (!existsSync(KEYRING)) packages.push('debian-archive-keyring');
  const obstacles = [
    ...(process.platform === 'linux' && process.arch === 'x64' ? [] : ['it needs Linux on amd64']),
    ...(packages.length === 0 ? [] : [`programs are missing; on Debian: apt-get install ${packages.join(' ')}`]),
  ];
  if (obstacles.length > 0) throw new Error(`the laboratory cannot run here: ${obstacles.join('; ')}`);
}
