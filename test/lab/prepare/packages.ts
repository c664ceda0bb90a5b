/**
 * Debian packages of another release, fetched without touching the host's own: apt with a source list, state and cache of
 * its own. apt checks the lists' signature, and every package by the lists' checksums.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KEYRING } from '../../support/debian.ts';
import { execute } from '../../support/execute.ts';

const FETCH_MS = 600_000;

export class Packages {
  readonly #folder: string;
  readonly #options: readonly string[];

  private constructor(folder: string) {
    this.#folder = folder;
    const settings = {
      'Dir::Etc::sourcelist': join(folder, 'sources.list'),
      'Dir::Etc::sourceparts': '/dev/null',
      'Dir::Etc::preferencesparts': '/dev/null',
      'Dir::State': folder,
      'Dir::State::status': join(folder, 'status'),
      'Dir::Cache': join(folder, 'cache'),
      'APT::Architecture': 'amd64',
      'APT::Sandbox::User': 'root', // the user _apt may not write where this is
      'Acquire::Languages': 'none',
    };
    this.#options = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  }

  /** Reads the release's lists. */
  static async of(release: string, from: string, folder: string): Promise<Packages> {
    await Promise.all(['lists/partial', 'cache/archives/partial'].map((path) => mkdir(join(folder, path), { recursive: true })));
    await writeFile(join(folder, 'sources.list'), `deb [arch=amd64 signed-by=${KEYRING}] ${from} ${release} main\n`);
    await writeFile(join(folder, 'status'), '');
    const packages = new Packages(folder);
    await execute('apt-get', [...packages.#options, 'update'], { limitMs: FETCH_MS });
    return packages;
  }

  /** @returns the newest version's entry in the lists. */
  show(name: string): Promise<string> {
    return execute('apt-cache', [...this.#options, 'show', '--no-all-versions', name]);
  }

  /** Bytes to fetch. */
  async size(names: readonly string[]): Promise<number> {
    const entries = await Promise.all(names.map((name) => this.show(name)));
    return entries.reduce((sum, entry) => sum + Number(/^Size: (\d+)$/m.exec(entry)?.[1] ?? 0), 0);
  }

  /** Fetches and unpacks them, without running any of their scripts. */
  async unpack(names: readonly string[], into: string): Promise<void> {
    const folder = join(this.#folder, 'fetched');
    await mkdir(folder);
    await execute('apt-get', [...this.#options, 'download', ...names], { cwd: folder, limitMs: FETCH_MS });
    await execute('sh', ['-c', 'for each in *.deb; do dpkg-deb -x "$each" "$0"; done', into], { cwd: folder });
  }
}
