/** A machine's disk: what it changes lies in a file of its own, above one that is never written to. */
import { truncate, writeFile } from 'node:fs/promises';
import { execute } from '../../support/execute.ts';

export interface Disk {
  readonly path: string;
}

/** @param below a raw image, or another disk that nobody writes to any more. */
export async function diskAbove(below: string | Disk, path: string): Promise<Disk> {
  const [backing, format] = typeof below === 'string' ? [below, 'raw'] : [below.path, 'qcow2'];
  await execute('qemu-img', ['create', '-q', '-f', 'qcow2', '-b', backing, '-F', format, path]);
  return { path };
}

const DATA_BYTES = 256 * 1024 ** 2;

/** With an empty file system (ext4). */
export async function emptyDisk(path: string): Promise<Disk> {
  const image = `${path}.empty`;
  await writeFile(image, '');
  await truncate(image, DATA_BYTES);
  await execute('mke2fs', ['-q', '-F', '-t', 'ext4', image]);
  return diskAbove(image, path);
}
