#!/usr/bin/env node
/**
 * Starts the bundle with V8's code cache, made when it was built. A cache of another Node is refused by V8 and the
 * bundle is compiled as usual. Node 20 has no compile cache of its own (`module.enableCompileCache` came with 22.1).
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { constants, Script } from 'node:vm';

/** Set by the build: the names of the bundle and its cache, which carry the bundle's hash. */
declare const MAIN_SCRIPT: string;
declare const MAIN_CACHE: string;

const folder = dirname(fileURLToPath(import.meta.url));
const path = join(folder, MAIN_SCRIPT);
const cachePath = join(folder, MAIN_CACHE);

/** @returns undefined where there is none: then everything works, only later. */
function readCache(): Buffer | undefined {
  try {
    return readFileSync(cachePath);
  } catch (cause) {
    if (cause instanceof Error) return undefined;
    throw cause;
  }
}

const cachedData = readCache();
const script = new Script(`(function (exports, require, module, __filename, __dirname) {${readFileSync(path, 'utf8')}\n})`, {
  filename: path,
  importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  ...(cachedData === undefined ? {} : { cachedData }),
});
// What has been compiled by the end is what the next start needs.
if (process.env['DIUNA_CODE_CACHE'] === 'write') process.on('exit', () => writeFileSync(cachePath, script.createCachedData()));
const module = { exports: {} };
script.runInThisContext()(module.exports, createRequire(path), module, path, folder);
