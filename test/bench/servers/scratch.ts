/**
 * Where a run keeps its files: one folder on tmpfs, one on the disk under the temporary folder, both removed at the end.
 * The daemon's bundle is copied there first, so that a build meanwhile does not change what is measured.
 */
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const dist = new URL('.', import.meta.url);

export class Scratch {
  readonly memory: string;
  readonly disk: string;
  #folders = 0;

  private constructor(memory: string, disk: string) {
    this.memory = memory;
    this.disk = disk;
  }

  static async open(): Promise<Scratch> {
    const scratch = new Scratch(await mkdtemp('/dev/shm/diuna-bench-'), await mkdtemp(join(tmpdir(), 'diuna-bench-')));
    await cp(dist, scratch.bundle, { recursive: true });
    return scratch;
  }

  get bundle(): string {
    return join(this.disk, 'bundle');
  }

  async folder(where: 'memory' | 'disk'): Promise<string> {
    this.#folders += 1;
    const path = join(this[where], String(this.#folders));
    await mkdir(path);
    return path;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.memory, this.disk].map((path) => rm(path, { recursive: true, force: true })));
  }
}
