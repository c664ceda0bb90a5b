/** The laboratory's own small programs (guest/tools), compiled or bundled here for the guest, which has no compiler. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { execute } from '../../support/execute.ts';
import { cache } from './cache.ts';

const sources = new URL('../guest/tools/', import.meta.url).pathname;
/** How each is linked: a library is loaded into the guest's programs, a program stands alone. */
const words = {
  hand: ['-static'],
  'gpio-v1': ['-shared', '-fPIC'],
} as const;
export type Tool = keyof typeof words;

/** @returns the path of what was compiled, now or by an earlier run. */
export async function compiled(tool: Tool): Promise<string> {
  const source = join(sources, `${tool}.c`);
  const hash = createHash('sha256')
    .update(words[tool].join(' '))
    .update(await readFile(source));
  const name = `tool-${tool}-${hash.digest('hex').slice(0, 12)}`;
  const folder = await cache.kept(name, async (unfinished) => {
    await execute('gcc', ['-O2', '-Wall', '-Wextra', '-Werror', ...words[tool], '-o', join(unfinished, tool), source]);
  });
  await cache.discardOthers(`tool-${tool}`, name);
  return join(folder, tool);
}

/** @returns the text of a script that needs nothing but Node. */
export async function bundled(script: string): Promise<string> {
  const needs = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);"; // of CommonJS within
  const { outputFiles } = await build({
    entryPoints: [join(sources, script)],
    bundle: true,
    write: false,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    banner: { js: needs },
    logLevel: 'warning',
  });
  return outputFiles.map(({ text }) => text).join('');
}
