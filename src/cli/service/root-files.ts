/**
 * All files that the renderer's service runs as root: Node, every bundle, since each may load those beside it, and the optional
 * packages that drive LEDs. None of them may be anybody else's to change.
 */
import { type Dirent, existsSync, readdirSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { partsOf } from '../../renderer/user-effects/files.ts';
import { type Distrust, distrust, type PathPart } from '../../renderer/user-effects/root-rule.ts';

/** `bindings`, and what it loads, is how both find their native parts. */
const PACKAGES = ['rpi-ws281x-native', 'spi-device', 'bindings', 'file-uri-to-path'];
const RUN_BY_ROOT = {
  why: 'root runs it for the renderer',
  cure: 'install diuna for the whole machine (sudo npm install -g diuna)',
};

/** @param script of the bundles. @returns those that are there, packages as they really lie. */
export function filesRootRuns(node: string, script: string): string[] {
  const dist = dirname(script);
  const folders = [dist, ...PACKAGES.flatMap((name) => packageFolder(name, script))];
  return [node, ...new Set(folders.flatMap(filesBelow))];
}

/** @returns the first that others than root could change, or put another in its place. */
export function distrustOfFiles(paths: readonly string[], look: (path: string) => readonly PathPart[] = partsOf): Distrust | null {
  for (const path of paths) {
    const wrong = distrust(look(path), RUN_BY_ROOT);
    if (wrong !== null) return wrong;
  }
  return null;
}

/** None where it is not installed, as optional packages may be. */
function packageFolder(name: string, script: string): string[] {
  const folders = createRequire(script).resolve.paths(name) ?? [];
  return folders
    .map((folder) => join(folder, name))
    .filter((folder) => existsSync(folder))
    .slice(0, 1)
    .map((folder) => realpathSync(folder));
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry: Dirent) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesBelow(path);
    return existsSync(path) ? [path] : []; // a link to nowhere, as builds leave them, runs nothing
  });
}
