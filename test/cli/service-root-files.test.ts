/** What root runs for the renderer: every file of it, and whose it must be. */
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { distrustOfFiles, filesRootRuns } from '../../src/cli/service/root-files.ts';
import type { PathPart } from '../../src/renderer/user-effects/root-rule.ts';

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'diuna-root-files-')));
  put('lib/diuna/package.json', '{}');
  for (const name of ['diuna.js', 'main-1.js', 'main-1.cache', 'renderer.js', 'effects.js', 'package.json']) put(`lib/diuna/dist/${name}`);
  put('lib/diuna/node_modules/rpi-ws281x-native/package.json', '{}');
  put('lib/diuna/node_modules/rpi-ws281x-native/build/Release/rpi_ws281x.node');
  put('lib/diuna/node_modules/bindings/package.json', '{}');
  symlinkSync('/nonexistent/python3', at('lib/diuna/node_modules/rpi-ws281x-native/build/python3'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const at = (path: string) => join(folder, path);
const found = () => filesRootRuns('/usr/bin/node', at('lib/diuna/dist/diuna.js'));

function put(path: string, text = ''): void {
  mkdirSync(join(at(path), '..'), { recursive: true });
  writeFileSync(at(path), text);
}

/** As if all were root's, but for one path. */
const allBut =
  (path: string, wrong: Partial<PathPart>) =>
  (file: string): PathPart[] => {
    const parts = [file, ...file.split('/').map((_, index, words) => words.slice(0, index).join('/') || '/')];
    return parts.map((part) => ({ path: part, uid: 0, mode: 0o755, link: false, ...(part === path ? wrong : {}) }));
  };

it('are Node, all bundles beside the program, and the packages that drive LEDs', () => {
  expect(
    found()
      .map((path) => path.replace(`${folder}/lib/diuna/`, ''))
      .sort(),
  ).toEqual([
    '/usr/bin/node',
    'dist/diuna.js',
    'dist/effects.js',
    'dist/main-1.cache',
    'dist/main-1.js',
    'dist/package.json',
    'dist/renderer.js',
    'node_modules/bindings/package.json',
    'node_modules/rpi-ws281x-native/build/Release/rpi_ws281x.node',
    'node_modules/rpi-ws281x-native/package.json',
  ]);
});

it.each(['lib/diuna/dist/renderer.js', 'lib/diuna/dist', 'lib/diuna/node_modules/rpi-ws281x-native/build/Release/rpi_ws281x.node', 'lib'])(
  'are not trusted where another may change %s',
  (path) => {
    for (const wrong of [{ uid: 1000 }, { mode: 0o775 }, { mode: 0o1777 }]) {
      expect(distrustOfFiles(found(), allBut(at(path), wrong))).toEqual({
        message: expect.stringContaining(at(path)),
        cure: expect.stringContaining('sudo npm install -g diuna'),
      });
    }
    expect(distrustOfFiles(found(), allBut('/elsewhere', { uid: 1000 }))).toBeNull();
  },
);

it('are looked at as they are', () => {
  chmodSync(at('lib/diuna/dist/effects.js'), 0o666);
  expect(distrustOfFiles(found())?.message).toContain('and root runs it for the renderer');
});
