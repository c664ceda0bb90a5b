/** The house keeps its walls: who may import whom, what stays pure, how long a file may grow. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, it } from 'vitest';

const root = new URL('../src/', import.meta.url).pathname;
const floors: Readonly<Record<string, number>> = {
  base: 0,
  model: 1,
  core: 2,
  light: 2,
  engine: 3,
  homeassistant: 4,
  http: 4,
  inputs: 4,
  mqtt: 4,
  renderer: 4,
  store: 4,
  system: 4,
  daemon: 4.5,
  'daemon.ts': 5,
  cli: 6,
};

interface Import {
  readonly from: string;
  readonly what: string;
  /** The file it names, relative to src/; `null` for a package. */
  readonly to: string | null;
}

const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));

const imports: Import[] = files.flatMap(({ path, text }) =>
  [...text.matchAll(/(?:^|\n)(?:import|export)\s[^;]*?from '([^']+)'|import\('([^']+)'\)/g)].map((match) => {
    const what = match[1] ?? match[2] ?? '';
    return { from: path, what, to: what.startsWith('.') ? relative(root, join(root, dirname(path), what)) : null };
  }),
);

function room(path: string): string {
  return path.split('/')[0] ?? '';
}

function floor(path: string): number {
  const found = floors[room(path)];
  if (found === undefined) throw new Error(`${path} stands in no known room`);
  return found;
}

it('finds the imports that there are', () => {
  expect(imports.length).toBeGreaterThan(200);
  expect(imports).toContainEqual({ from: 'engine/engine.ts', what: '../core/decide.ts', to: 'core/decide.ts' });
  expect(imports.some(({ what }) => what === './run.ts')).toBe(true);
});

it('every file stands in a room, and a room imports only from floors below it', () => {
  const wrong = imports.filter(
    ({ from, to }) => to !== null && !to.startsWith('..') && room(from) !== room(to) && floor(from) <= floor(to),
  );
  expect(wrong).toEqual([]);
});

it('only run, check and those that work on files know adapters among the subcommands', () => {
  const mayKnow = [
    'cli/run.ts',
    'cli/check.ts',
    'cli/doctor.ts',
    'cli/doctor/config-trust.ts',
    'cli/doctor/driver-facts.ts',
    'cli/doctor/packages.ts',
    'cli/doctor/renderer-service.ts',
    'cli/renderer.ts',
    'cli/service/install.ts',
    'cli/service/root-files.ts',
    'cli/file-command.ts',
    'cli/user.ts',
    'cli/token.ts',
    'cli/effects/config-palettes.ts',
  ];
  const wrong = imports.filter(
    ({ from, to }) => room(from) === 'cli' && to !== null && !to.startsWith('..') && [4, 5].includes(floor(to)) && !mayKnow.includes(from),
  );
  expect(wrong).toEqual([]);
});

it('decisions and pixels are pure: no node, no clock, no chance', () => {
  const pure = files.filter(({ path }) => ['base', 'model', 'core', 'light'].includes(room(path)));
  const impure = /node:|Math\.random|Date\.now|performance\.|process\.|setTimeout|setInterval|console\./;
  expect(pure.filter(({ text }) => impure.test(text)).map(({ path }) => path)).toEqual([]);
});

it('the engine knows no MQTT, no files and no pins', () => {
  const wrong = imports.filter(({ from, to }) => room(from) === 'engine' && to === null);
  expect(wrong).toEqual([]);
});

it('every file opens by saying what it owns, and none outgrows 255 lines', () => {
  const silent = files
    .filter(({ text }) => !/^(#!.*\n)?(\/\*\*|import)/.test(text) || !text.slice(0, 2000).includes('/**'))
    .map(({ path }) => path);
  const long = files.filter(({ text }) => text.split('\n').length - 1 > 255).map(({ path }) => path);
  expect({ silent, long }).toEqual({ silent: [], long: [] });
});

it('nothing is cast away', () => {
  const cast = /\bas any\b|: any\b|@ts-ignore|@ts-expect-error|biome-ignore|as unknown as/;
  const code = (line: string) => !/^\s*(\/?\*|\/\/)/.test(line);
  const casts = files.flatMap(({ path, text }) =>
    text
      .split('\n')
      .filter((line) => code(line) && cast.test(line))
      .map((line) => `${path}: ${line.trim()}`),
  );
  expect(casts).toEqual([]);
});
