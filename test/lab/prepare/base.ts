/**
 * The machine before anything of diuna is on it: kernel, initial RAM disk and a disk image with Debian 13, systemd and
 * two Nodes. Built once for each recipe, and never written to afterwards.
 *
 * The Node that runs this is taken along as /usr/local/bin/node, so that addons and code caches made with it fit. Debian's
 * own is /usr/bin/node: what most people have.
 */
import { createHash } from 'node:crypto';
import { chmod, copyFile, cp, mkdir, readdir, readFile, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { KEYRING, mirror } from '../../support/debian.ts';
import { execute } from '../../support/execute.ts';
import { megabytes } from '../../support/progress.ts';
import { type Accelerator, chooseAccelerator } from '../guest/accelerator.ts';
import { cache } from './cache.ts';
import { BOOT_MODULES, GUEST_MODULES, type Kernel, prepareKernel } from './kernel.ts';
import { told } from './progress.ts';

const RELEASE = 'trixie';
const PACKAGES = ['systemd', 'systemd-sysv', 'dbus', 'udev', 'kmod', 'procps', 'nodejs', 'gpiod', 'iproute2'];
const IMAGE_BYTES = 2 * 1024 ** 3; // most of it a hole
const BOOTSTRAP_MS = 900_000;
const files = new URL('../guest/files/', import.meta.url).pathname;

/** Of the guest's /etc. The machine id makes each boot an ordinary one and not the first; the journal stays in memory. */
const settings: Readonly<Record<string, string>> = {
  hostname: 'lab\n',
  'machine-id': `${'d1'.repeat(16)}\n`,
  fstab: '/dev/vda / ext4 defaults 0 0\n',
  'systemd/journald.conf.d/lab.conf': '[Journal]\nStorage=volatile\nRateLimitBurst=0\n',
};
const enabled = { 'lab-shell.service': 'sysinit.target', 'lab-network.service': 'multi-user.target' } as const;
/** Nobody logs in, nothing is updated, nothing but what is tested runs by the clock; and what no case needs keeps no boot waiting. */
const masked = [
  ...['getty.target', 'serial-getty@ttyS0.service', 'systemd-logind.service'],
  ...['apt-daily.timer', 'apt-daily-upgrade.timer', 'dpkg-db-backup.timer', 'fstrim.timer'],
  ...['modprobe@drm.service', 'modprobe@efi_pstore.service', 'modprobe@fuse.service', 'systemd-pstore.service'],
  ...['dev-hugepages.mount', 'dev-mqueue.mount', 'sys-kernel-tracing.mount', 'sys-fs-fuse-connections.mount'],
  'proc-sys-fs-binfmt_misc.automount',
];

export interface Base {
  readonly kernel: string;
  readonly initramfs: string;
  readonly image: string;
  /** Another recipe has another key. */
  readonly key: string;
  readonly accelerator: Accelerator;
}

/** Fetches and builds what is not there yet. */
export async function prepareBase(): Promise<Base> {
  const key = await recipeKey();
  const folder = await cache.kept(`base-${key}`, build);
  await cache.discardOthers('base', `base-${key}`);
  const kernel = join(folder, 'vmlinuz');
  const accelerator = await chooseAccelerator(kernel);
  return { kernel, initramfs: join(folder, 'initramfs.cpio'), image: join(folder, 'root.img'), key, accelerator };
}

async function recipeKey(): Promise<string> {
  const recipe = [RELEASE, PACKAGES, settings, enabled, masked, BOOT_MODULES, GUEST_MODULES, process.version, process.execPath];
  const hash = createHash('sha256').update(JSON.stringify(recipe));
  for (const name of (await readdir(files)).sort()) hash.update(await readFile(join(files, name)));
  return hash.digest('hex').slice(0, 12);
}

async function build(folder: string): Promise<void> {
  const work = join(folder, 'work');
  await mkdir(work);
  const from = await mirror('DIUNA_LAB_MIRROR');
  const kernel = await prepareKernel(from);
  await copyFile(kernel.image, join(folder, 'vmlinuz'));
  await told('the initial RAM disk', () => buildInitramfs(kernel, join(work, 'initramfs'), join(folder, 'initramfs.cpio')));
  const image = join(folder, 'root.img');
  await told(
    `Debian ${RELEASE} with ${PACKAGES.join(', ')}: some 60 MB to fetch, a minute`,
    () => buildRoot(kernel, from, join(work, 'root'), image),
    () => 'done',
  );
  await told('the image on disk', async () => (await stat(image)).blocks * 512, megabytes);
  await rm(work, { recursive: true });
}

/** Modules in the order of their needs, unpacked, as busybox does not unpack them itself. */
async function buildInitramfs(kernel: Kernel, root: string, target: string): Promise<void> {
  for (const name of ['bin', 'proc', 'sys', 'dev', 'root', 'modules']) await mkdir(join(root, name), { recursive: true });
  const busybox = (await execute('sh', ['-c', 'command -v busybox'])).trim();
  await copyFile(busybox, join(root, 'bin', 'busybox'));
  await copyFile(join(files, 'init'), join(root, 'init'));
  await Promise.all([join(root, 'init'), join(root, 'bin', 'busybox')].map((path) => chmod(path, 0o755)));
  const order: string[] = [];
  for (const path of await kernel.copyModules(BOOT_MODULES, join(root, 'packed'))) {
    const name = `/modules/${basename(path, '.xz')}`;
    await execute('sh', ['-c', 'case $0 in *.xz) busybox xzcat "$0" ;; *) cat "$0" ;; esac >"$1"', path, join(root, name)]);
    order.push(name);
  }
  await rm(join(root, 'packed'), { recursive: true });
  await writeFile(join(root, 'modules', 'order'), `${order.join('\n')}\n`);
  await execute('sh', ['-c', 'find . | busybox cpio -o -H newc >"$0"', target], { cwd: root });
}

/** Through hooks, so that it also works where mmdebstrap has root only in a namespace of its own. */
async function buildRoot(kernel: Kernel, from: string, added: string, image: string): Promise<void> {
  await kernel.copyModules([...BOOT_MODULES, ...GUEST_MODULES], added);
  await addFiles(added);
  await writeFile(image, '');
  await truncate(image, IMAGE_BYTES);
  const hooks = [
    `cp -r --no-preserve=ownership "${added}/." "$1"`,
    `cp "${process.execPath}" "$1/usr/local/bin/node" && chroot "$1" /usr/local/bin/node -e 0`,
    `depmod -b "$1" "${kernel.version}"`,
    'rm -rf "$1"/var/lib/apt/lists/* "$1"/var/cache/apt/*',
    'touch "$1/etc/.updated" "$1/var/.updated"', // nothing is to be caught up with at the first boot
    // What mmdebstrap has mounted there is no part of the disk.
    `unshare -m sh -c 'umount -R "$0/proc" "$0/sys" "$0/dev"; mke2fs -q -F -t ext4 -L lab -d "$0" "${image}"' "$1"`,
  ];
  const options = [
    '--variant=minbase',
    `--keyring=${KEYRING}`,
    `--include=${PACKAGES.join(',')}`,
    ...['doc', 'man', 'locale', 'info'].map((name) => `--dpkgopt=path-exclude=/usr/share/${name}/*`),
    ...hooks.map((hook) => `--customize-hook=${hook}`),
  ];
  await execute('mmdebstrap', [...options, RELEASE, '/dev/null', from], { limitMs: BOOTSTRAP_MS });
  await chmod(image, 0o444);
}

async function addFiles(root: string): Promise<void> {
  const units = join(root, 'etc/systemd/system');
  for (const [name, content] of Object.entries(settings)) {
    const path = join(root, 'etc', name);
    await mkdir(join(path, '..'), { recursive: true });
    await writeFile(path, content);
  }
  await mkdir(join(root, 'usr/local/sbin'), { recursive: true });
  await cp(join(files, 'lab-shell'), join(root, 'usr/local/sbin/lab-shell'));
  await chmod(join(root, 'usr/local/sbin/lab-shell'), 0o755);
  for (const [unit, target] of Object.entries(enabled)) {
    await mkdir(join(units, `${target}.wants`), { recursive: true });
    await cp(join(files, unit), join(units, unit));
    await symlink(`/etc/systemd/system/${unit}`, join(units, `${target}.wants`, unit));
  }
  for (const unit of masked) await symlink('/dev/null', join(units, unit));
  await symlink('/usr/lib/systemd/system/multi-user.target', join(units, 'default.target'));
}
