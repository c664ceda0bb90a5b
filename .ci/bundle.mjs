// Builds dist/: one script for the command line and the daemon, one for the renderer, one for the thread of the user's
// effects, and a launcher that starts the first with V8's code cache (half of the start-up time is parsing and
// compiling). File names carry the content's hash, so that a cache can never meet another script, and a build never
// breaks what is running.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

const dist = new URL('../dist/', import.meta.url).pathname;
const options = {
  bundle: true,
  write: false,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  legalComments: 'none',
  minifyWhitespace: true,
  logLevel: 'warning',
  absWorkingDir: new URL('..', import.meta.url).pathname,
  external: ['rpi-ws281x-native', 'onoff', 'spi-device'],
  define: { 'import.meta.url': 'bundleUrl' },
  banner: { js: "const bundleUrl=require('node:url').pathToFileURL(__filename).href;" },
};

async function bundle(entry, define = {}) {
  const { outputFiles } = await build({ ...options, entryPoints: [entry], define: { ...options.define, ...define } });
  return outputFiles[0].text;
}

function write(name, text) {
  writeFileSync(join(dist, `${name}.new`), text);
  renameSync(join(dist, `${name}.new`), join(dist, name));
}

const main = await bundle('src/cli/main.ts');
const hash = createHash('sha256').update(main).digest('hex').slice(0, 16);
const script = `main-${hash}.js`;
const cache = `main-${hash}.cache`;
mkdirSync(dist, { recursive: true });
const known = readdirSync(dist);
write('package.json', '{ "type": "commonjs" }\n');
write(script, main);
write('renderer.js', await bundle('src/renderer/worker.ts'));
write('effects.js', await bundle('src/renderer/user-effects/thread.ts'));
write('diuna.js', await bundle('src/cli/launcher.ts', { MAIN_SCRIPT: JSON.stringify(script), MAIN_CACHE: JSON.stringify(cache) }));
chmodSync(join(dist, 'diuna.js'), 0o755);
for (const name of known) {
  if (/^main-/.test(name) && name !== script && name !== cache) rmSync(join(dist, name), { force: true });
}

// The cache holds what was compiled by then: a daemon that has started once.
if (!known.includes(cache)) {
  const home = mkdtempSync(join(tmpdir(), 'diuna-build-'));
  const config = join(home, 'config.yaml');
  writeFileSync(
    config,
    'mqtt: { listen: ["127.0.0.1:0"] }\nhttp: { listen: "127.0.0.1:0" }\nstrips: { main: { length: 1 } }\nzones: { one: { strip: main, range: [0, 0] } }\n',
  );
  const run = spawnSync(process.execPath, [join(dist, 'diuna.js'), 'run', '-c', config, '--once'], {
    env: { ...process.env, DIUNA_CODE_CACHE: 'write', NOTIFY_SOCKET: '' },
    encoding: 'utf8',
    timeout: 20_000,
  });
  rmSync(home, { recursive: true, force: true });
  if (run.status !== 0) throw new Error(`the bundle does not run: ${run.stderr}${run.stdout}`);
}
