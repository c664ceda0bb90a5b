/** A Debian whose Python is new enough for Home Assistant, with what its packages are built with. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { hostFetching, KEYRING, mirror } from '../../support/debian.ts';
import { execute } from '../../support/execute.ts';
import { say, told } from './cache.ts';
import { takeHostSettings } from './host-settings.ts';

export const RELEASE = 'forky';
export const PACKAGES = [
  ...['ca-certificates', 'tzdata', 'python3', 'python3-venv', 'python3-dev'],
  ...['build-essential', 'libffi-dev', 'libssl-dev', 'zlib1g-dev', 'libjpeg-dev', 'libturbojpeg0'],
];
/** Within the root: where Home Assistant's folder, and what was fetched, appear. */
export const CONFIG_FOLDER = '/config';
export const FETCHED_FOLDER = '/fetched';
const BOOTSTRAP_MS = 900_000;

/** @param folder becomes the root; nothing is there yet. */
export async function buildDebian(folder: string): Promise<void> {
  await told(`Debian ${RELEASE} with ${PACKAGES.join(', ')}: some 150 MB to fetch, half a minute`, () => bootstrap(folder));
  for (const name of [CONFIG_FOLDER, FETCHED_FOLDER]) await mkdir(join(folder, name), { recursive: true });
  await rm(join(folder, 'etc/resolv.conf'), { force: true });
  await writeFile(join(folder, 'etc/resolv.conf'), 'options timeout:1 attempts:1\n'); // no server: only for what fetches the host's is put over it
  await writeFile(join(folder, 'etc/hosts'), '127.0.0.1 localhost\n::1 localhost\n');
  await takeHostSettings(folder);
}

async function bootstrap(folder: string): Promise<void> {
  const settings = join(dirname(folder), 'apt.conf');
  await writeFile(settings, `${await hostFetching()}\n`);
  const options = [
    ...['--variant=minbase', '--mode=root', '--format=directory', `--keyring=${KEYRING}`, `--aptopt=${settings}`],
    `--include=${PACKAGES.join(',')}`,
    ...['doc', 'man', 'locale', 'info'].map((name) => `--dpkgopt=path-exclude=/usr/share/${name}/*`),
  ];
  const onLine = (line: string) => {
    if (/^I: (running apt-get update|downloading|extracting|installing)/.test(line)) say(`  ${line.slice('I: '.length)}`);
  };
  try {
    await execute('mmdebstrap', [...options, RELEASE, folder, await mirror('DIUNA_HA_MIRROR')], { limitMs: BOOTSTRAP_MS, onLine });
  } finally {
    await rm(settings, { force: true });
  }
}
