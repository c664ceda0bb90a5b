/** The gallery, and that docs/effects.md and its pictures tell of the effects that there are. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fillPage } from '../../src/cli/effects/page.ts';
import { samples } from '../../src/cli/effects/samples.ts';
import { effects } from '../../src/light/effects/registry.ts';
import { paletteDeclarations } from '../../src/light/palettes.ts';
import { readPng } from './support/read-png.ts';
import { runCli } from './support/run-cli.ts';

const docs = new URL('../../docs/', import.meta.url);
const effectIds = effects.map(({ declaration }) => declaration.id);
/** `default` has no colours of its own to show. */
const paletteIds = paletteDeclarations.map(({ id }) => id).filter((id) => id !== 'default');
const remedy = 'write the gallery anew: node dist/diuna.js effects gallery docs/effects --page docs/effects.md';

const pngs = (path: string) =>
  readdirSync(path)
    .filter((name) => name.endsWith('.png'))
    .map((name) => name.replace(/\.png$/, ''))
    .sort();

describe('docs/effects.md', () => {
  const page = readFileSync(new URL('effects.md', docs), 'utf8');
  const headings = [...page.matchAll(/^### (.*)$/gm)].map((match) => match[1]);
  const section = (name: string) => page.split(/^##+ /m).find((part) => part.startsWith(`${name}\n`)) ?? '';

  it('has a section for every effect, in their order, and no other', () => {
    expect(headings, remedy).toEqual(effects.map(({ declaration }) => declaration.name));
  });

  it.each(effects.map(({ declaration }) => [declaration.name, declaration] as const))('tells what %s declares', (name, declaration) => {
    const told = section(name);
    expect(told, remedy).toContain(`(effects/${declaration.id}.png)`);
    for (const known of [`\`${declaration.id}\``, ...declaration.aliases]) expect(told, remedy).toContain(known);
    for (const parameter of ['speed', 'intensity', 'colors']) {
      for (const clause of declaration.parameters[parameter]?.meaning.split('; ') ?? []) {
        expect(`${told}${section('As a rule')}`, remedy).toContain(clause);
      }
    }
  });

  it('has every palette', () => {
    const rows = [...page.matchAll(/^\| `([^`]+)` \| (.*?) \|/gm)].map((match) => [match[1], match[2]]);
    expect(rows, remedy).toEqual(paletteDeclarations.map(({ id, name }) => [id, name]));
  });

  it('would not be written otherwise today', () => {
    expect(page, remedy).toBe(fillPage(page, 'effects'));
  });

  it('has a picture of each, and of nothing else', () => {
    expect(pngs(new URL('effects', docs).pathname), remedy).toEqual([...effectIds].sort());
    expect(pngs(new URL('effects/palettes', docs).pathname), remedy).toEqual([...paletteIds].sort());
    for (const id of effectIds) {
      expect(readPng(readFileSync(new URL(`effects/${id}.png`, docs)))).toMatchObject({ width: 240, height: 160 });
    }
  });
});

it('the gallery has no settings for an effect that is not there', () => {
  expect(Object.keys(samples).filter((id) => !effectIds.includes(id))).toEqual([]);
});

describe('effects gallery', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'diuna-gallery-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const gallery = (...words: string[]) => runCli(['effects', 'gallery', ...words], folder);
  const file = (name: string) => join(folder, name);

  it('draws every effect and palette, small enough to be kept, and makes the page', async () => {
    expect(await gallery('a/b', '--page', 'page.md')).toMatchObject({ code: 0, stdout: '' });
    expect(pngs(file('a/b'))).toEqual([...effectIds].sort());
    expect(pngs(file('a/b/palettes'))).toEqual([...paletteIds].sort());
    const sizes = effectIds.map((id) => readFileSync(file(`a/b/${id}.png`)).length);
    expect(Math.max(...sizes)).toBeLessThan(16_384);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(300_000);
    expect(readFileSync(file('page.md'), 'utf8')).toContain('(a/b/rainbow.png)');
  });

  it('keeps what a person wrote around the list, and refuses a page that has no place for it', async () => {
    await gallery('.', '--page', 'page.md');
    const made = readFileSync(file('page.md'), 'utf8');
    writeFileSync(file('page.md'), `Before.\n${made.replace('rainbow', 'out of date')}After.\n`);
    expect(await gallery('.', '--page', 'page.md')).toMatchObject({ code: 0 });
    expect(readFileSync(file('page.md'), 'utf8')).toBe(`Before.\n${made}After.\n`);
    writeFileSync(file('page.md'), 'Nothing.\n');
    expect(await gallery('.', '--page', 'page.md')).toMatchObject({ code: 2, stderr: expect.stringContaining('no place for the gallery') });
    expect(readFileSync(file('page.md'), 'utf8')).toBe('Nothing.\n');
  });

  it('says so where it cannot write', async () => {
    writeFileSync(file('taken'), '');
    expect(await gallery('taken')).toMatchObject({ code: 1, stderr: expect.stringContaining('taken cannot be written') });
  });
});
