/** A machine that has booted and idles, kept from run to run: going on from it is much faster than booting. Each accelerator has its own. */
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execute } from '../../support/execute.ts';
import { seconds } from '../../support/progress.ts';
import { type Disk, diskAbove } from '../guest/disk.ts';
import { DATA_DEVICE, Guest, type Snapshot } from '../guest/guest.ts';
import { machineWords } from '../guest/qemu.ts';
import type { Base } from './base.ts';
import { cache } from './cache.ts';
import { told } from './progress.ts';

export async function prepareBooted(base: Base): Promise<Snapshot> {
  const version = await execute('qemu-system-x86_64', ['--version']);
  const key = createHash('sha256')
    .update(JSON.stringify([base.key, version, machineWords(base.accelerator), DATA_DEVICE]))
    .digest('hex')
    .slice(0, 12);
  const kind = `booted-${base.accelerator.name}`;
  const folder = await cache.kept(`${kind}-${key}`, (unfinished) => told('the first boot', () => bootOnce(base, unfinished)));
  await cache.discardOthers(kind, `${kind}-${key}`);
  return snapshotIn(folder);
}

async function bootOnce(base: Base, folder: string): Promise<void> {
  const { disk, state } = snapshotIn(folder);
  await diskAbove(base.image, disk.path);
  const startMs = performance.now();
  const guest = await Guest.boot(base, disk, folder);
  await guest.must('systemctl is-system-running --wait || { systemctl --failed; false; }', { seconds: 60 });
  await guest.must('node -e 0'); // in the memory of the guest from now on
  await writeFile(join(folder, 'boot.json'), JSON.stringify({ boot: seconds(performance.now() - startMs) }));
  await guest.snapshot(state);
}

function snapshotIn(folder: string): { readonly disk: Disk; readonly state: string } {
  return { disk: { path: join(folder, 'disk.qcow2') }, state: join(folder, 'state') };
}
