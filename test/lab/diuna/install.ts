/**
 * Puts the daemon on the guest as `npm install -g` does, with its optional addons as the host built them, and the unit as
 * the repository has it. It is enabled for the next boot, and not started.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';
import { execute } from '../../support/execute.ts';
import { Guest, type Snapshot } from '../guest/guest.ts';
import type { Base } from '../prepare/base.ts';
import { CONFIG_PATH, configText } from './config.ts';

const project = new URL('../../../', import.meta.url).pathname;
/** DIUNA_LAB_UNIT names another unit, to try one out. */
const unit = process.env['DIUNA_LAB_UNIT'] ?? join(project, 'systemd/diuna.service');
/** Drives LEDs of a Pi's own: there are none. */
const LEFT_OUT = 'rpi-ws281x-native';
const manifestSchema = z.looseObject({
  files: z.array(z.string()).default([]),
  dependencies: z.record(z.string(), z.string()).default({}),
  optionalDependencies: z.record(z.string(), z.string()).default({}),
});

/** @param folder becomes the snapshot's. */
export async function installed(base: Base, booted: Snapshot, folder: string): Promise<Snapshot> {
  await promisify(execFile)('npm', ['run', '--silent', 'build'], { cwd: project });
  const archive = await pack(folder);
  const guest = await Guest.restore(base, booted, folder);
  try {
    await guest.must('mkdir -p /usr/local/lib/node_modules/diuna && tar x -C /usr/local/lib/node_modules/diuna', { input: archive });
    await guest.must('ln -s ../lib/node_modules/diuna/dist/diuna.js /usr/local/bin/diuna && chmod 755 /usr/local/bin/diuna');
    await guest.must('useradd --system --shell /usr/sbin/nologin diuna');
    await guest.copyIn(unit, '/etc/systemd/system/diuna.service');
    await guest.copyIn(Buffer.from(configText()), CONFIG_PATH);
    await guest.must(`chmod 644 ${CONFIG_PATH} && diuna check -c ${CONFIG_PATH}`);
    await guest.must('systemctl daemon-reload && systemctl enable diuna');
    return await guest.snapshot(join(folder, 'state'));
  } catch (cause) {
    await guest.cut();
    throw cause;
  }
}

/** What the package has, and what it needs beside its bundle. @returns a tar archive. */
async function pack(folder: string): Promise<Buffer> {
  const root = join(folder, 'package');
  const { files, optionalDependencies } = await manifest(join(project, 'package.json'));
  await mkdir(root, { recursive: true });
  for (const name of ['package.json', ...files.filter((each) => each !== 'docs')]) {
    await cp(join(project, name), join(root, name), {
      recursive: true,
      filter: (path) => !/\.(mjs|json)$/.test(path) || /package\.json$/.test(path),
    });
  }
  for (const name of Object.keys(optionalDependencies)) {
    if (name !== LEFT_OUT) await takeAlong(name, project, join(root, 'node_modules'));
  }
  const archive = join(folder, 'package.tar');
  await execute('tar', ['-c', '-f', archive, '--owner=0', '--group=0', '-C', root, '.']);
  return readFile(archive);
}

/** With everything that it depends on. */
async function takeAlong(name: string, from: string, into: string): Promise<void> {
  const source = folderOf(name, from);
  if (existsSync(join(into, name))) return;
  await cp(source, join(into, name), { recursive: true, dereference: true });
  const { dependencies } = await manifest(join(source, 'package.json'));
  for (const each of Object.keys(dependencies)) await takeAlong(each, source, into);
}

/** @throws where it is not installed: the laboratory leaves nothing out. */
function folderOf(name: string, from: string): string {
  const folders = createRequire(join(from, 'package.json')).resolve.paths(name) ?? [];
  const found = folders.map((folder) => join(folder, name)).find((folder) => existsSync(join(folder, 'package.json')));
  if (found === undefined) throw new Error(`${name} is not installed: npm install (it compiles, and needs g++, make and python3)`);
  return found;
}

async function manifest(path: string): Promise<z.infer<typeof manifestSchema>> {
  return manifestSchema.parse(JSON.parse(await readFile(path, 'utf8')));
}
