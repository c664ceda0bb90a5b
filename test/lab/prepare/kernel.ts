/** The guest's kernel, and those of its modules that the guest uses. */
import { cp, mkdir, readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { execute } from '../../support/execute.ts';
import { megabytes } from '../../support/progress.ts';
import { cache } from './cache.ts';
import { Packages } from './packages.ts';
import { told } from './progress.ts';

/** The first release of Debian whose kernel has simulated pins (gpio-sim). */
const RELEASE = 'forky';
/** What the initial RAM disk loads to find its root. */
export const BOOT_MODULES = ['virtio_blk', 'ext4'];
/** What the guest may load later. The console of the laboratory's shell and SPI devices are built in. */
export const GUEST_MODULES = ['virtio_net', 'gpio-sim', 'configfs', 'uinput', 'evdev'];

export interface Kernel {
  readonly version: string;
  readonly image: string;
  /** Copies modules, with those that they need, into a root. @returns their paths there, in the order in which they can be loaded. */
  copyModules(names: readonly string[], root: string): Promise<string[]>;
}

/** Fetches the newest where there is none yet; then it stays the same until somebody removes it. */
export async function prepareKernel(from: string): Promise<Kernel> {
  const folder = await cache.kept(`kernel-${RELEASE}`, async (unfinished) => {
    const work = join(unfinished, 'apt');
    const packages = await told(`the lists of Debian ${RELEASE}`, () => Packages.of(RELEASE, from, work));
    const version = await newest(packages);
    const names = ['base', 'binary', 'modules'].map((part) => `linux-${part}-${version}`);
    const size = megabytes(await packages.size(names));
    await told(`the kernel ${version}, ${size} to fetch`, () => packages.unpack(names, unfinished));
    await execute('depmod', ['-b', join(unfinished, 'usr'), version]);
    await rm(work, { recursive: true });
  });
  return kernelIn(join(folder, 'usr'));
}

async function newest(packages: Packages): Promise<string> {
  const meta = await packages.show('linux-image-amd64');
  const version = /^Depends:.*\blinux-image-(\S+-amd64)/m.exec(meta)?.[1];
  if (version === undefined) throw new Error(`Debian ${RELEASE} names no kernel: ${meta.slice(0, 500)}`);
  return version;
}

async function kernelIn(usr: string): Promise<Kernel> {
  const [version = ''] = await readdir(join(usr, 'lib/modules'));
  const home = join(usr, 'lib/modules', version);
  const copyModules = async (names: readonly string[], root: string) => {
    const plan = await execute('modprobe', ['-d', usr, '-S', version, '-a', '--show-depends', ...names]);
    const paths = new Set([...plan.matchAll(/^insmod (\S+)/gm)].map(([, path = '']) => path));
    const target = join(root, 'usr/lib/modules', version);
    await mkdir(target, { recursive: true });
    for (const name of ['modules.builtin', 'modules.builtin.modinfo', 'modules.order']) await cp(join(home, name), join(target, name));
    const copies = [...paths].map((path) => [path, join(target, 'kernel', basename(path))] as const);
    for (const [path, copy] of copies) await cp(path, copy);
    return copies.map(([, copy]) => copy);
  };
  return { version, image: join(home, 'vmlinuz'), copyModules };
}
