/** The guest's kernel, and those of its modules that the guest uses. */
import { cp, mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { execute } from './execute.ts';
import { Packages } from './packages.ts';
import { megabytes, told } from './progress.ts';

/** The first release of Debian whose kernel has simulated pins (gpio-sim). */
const RELEASE = 'forky';
/** What the initial RAM disk loads to find its root. */
export const BOOT_MODULES = ['virtio_blk', 'ext4'];
/** What the guest may load later. The console of the laboratory's shell and SPI devices are built in. */
export const GUEST_MODULES = ['virtio_net', 'gpio-sim', 'configfs', 'uinput', 'evdev'];

export interface Kernel {
  readonly version: string;
  readonly image: string;
  /** Copies modules, with those that they need, into a root. @returns them in the order in which they can be loaded. */
  copyModules(names: readonly string[], root: string): Promise<string[]>;
}

/** @param folder holds what is fetched, until the caller removes it. */
export async function fetchKernel(folder: string, from: string): Promise<Kernel> {
  const packages = await told(`the lists of Debian ${RELEASE}`, () => Packages.of(RELEASE, from, join(folder, 'apt')));
  const meta = await packages.show('linux-image-amd64');
  const version = /^Depends:.*\blinux-image-(\S+-amd64)/m.exec(meta)?.[1];
  if (version === undefined) throw new Error(`Debian ${RELEASE} names no kernel: ${meta.slice(0, 500)}`);
  const names = ['base', 'binary', 'modules'].map((part) => `linux-${part}-${version}`);
  const unpacked = join(folder, 'kernel');
  const size = megabytes(await packages.size(names));
  await told(`the kernel ${version}, ${size}`, () => packages.unpack(names, unpacked));
  const usr = join(unpacked, 'usr');
  await execute('depmod', ['-b', usr, version]);
  const home = join(usr, 'lib', 'modules', version);
  const copyModules = async (wanted: readonly string[], root: string) => {
    const plan = await execute('modprobe', ['-d', usr, '-S', version, '-a', '--show-depends', ...wanted]);
    const paths = [...new Set([...plan.matchAll(/^insmod (\S+)/gm)].map(([, path]) => path ?? ''))];
    const target = join(root, 'usr/lib/modules', version);
    await mkdir(target, { recursive: true });
    for (const name of ['modules.builtin', 'modules.builtin.modinfo', 'modules.order']) await cp(join(home, name), join(target, name));
    for (const path of paths) await cp(path, join(target, 'kernel', basename(path)));
    return paths.map((path) => join(target, 'kernel', basename(path)));
  };
  return { version, image: join(home, 'vmlinuz'), copyModules };
}
