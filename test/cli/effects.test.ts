import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { effects } from '../../src/light/effects/registry.ts';
import { paletteDeclarations } from '../../src/light/palettes.ts';
import { Stage } from '../../src/light/stage.ts';
import type { ZoneTarget } from '../../src/model/state.ts';
import { floor, layout, lit, run, show, strip, white, zone } from '../light/scenes.ts';
import { hasProgram } from '../support/programs.ts';
import { cellsOf, readPng } from './support/read-png.ts';
import { runCli } from './support/run-cli.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'diuna-effects-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const ask = (...words: string[]) => runCli(['effects', ...words], folder);
const file = (name: string) => join(folder, name);
const red = { r: 255, g: 0, b: 0 };
const navy = { r: 0, g: 0, b: 128 };

/** Draws into a file. @returns the colours of each frame's LEDs. */
async function render(words: readonly string[], across = 8, down = across): Promise<number[][]> {
  const { code, stdout, stderr } = await ask('render', ...words, '--png', 'out.png');
  expect({ code, stdout, stderr }).toMatchObject({ code: 0, stdout: '', stderr: expect.stringMatching(/^out\.png: .*\n$/) });
  return cellsOf(readPng(readFileSync(file('out.png'))), across, down);
}

/** What a stage of our own shows at the same moments. */
function frames(stage: Stage, target: Partial<ZoneTarget>, momentsMs: readonly number[], id = 'floor'): number[][] {
  show(stage, lit(target), 0, 0, id);
  return momentsMs.map((ms) => {
    stage.draw(ms);
    return [...(stage.strips[0]?.preview() ?? [])];
  });
}

const moments = (fps: number, count: number, startMs = 0) => Array.from({ length: count }, (_, frame) => startMs + (frame * 1000) / fps);

describe('effects render', () => {
  it('draws what a zone shows: 60 LEDs across, four seconds down, eight pixels each', async () => {
    expect(await render(['rainbow'])).toEqual(frames(floor(60), { effect: 'rainbow' }, moments(25, 100)));
  });

  it('takes all that a zone takes, and knows an effect and a palette by any of their names', async () => {
    const words = [
      'CHASE',
      '--length',
      '31',
      '--seconds',
      '1.5',
      '--fps',
      '10',
      '--start',
      '2.5',
      '--scale',
      '3x2',
      '--mirror',
      '--reverse',
    ];
    const drawn = await render(
      [...words, '--palette', 'Colors 1 & 2', '--speed', '200', '--intensity', '30', '--color', 'red,#000080'],
      3,
      2,
    );
    const target = { effect: 'chase', palette: 'colors-1-2', speed: 200, intensity: 30, color: red, colors: [red, navy] };
    expect(drawn).toEqual(frames(floor(31), { ...target, mirror: true, reverse: true }, moments(10, 15, 2500)));
  });

  it('takes colours one by one, too, and shows a white of its own mixed in', async () => {
    const one = await render(['chase', '--color', 'red', '--color', 'navy', '--scale', '1'], 1);
    expect(one).toEqual(frames(floor(60), { effect: 'chase', color: red, colors: [red, navy] }, moments(25, 100)));
    const [row] = await render(['solid', '--color', '#000000ff', '--seconds', '0', '--length', '2']);
    expect(row).toEqual([255, 255, 255, 255, 255, 255]);
  });

  it('leaves to chance what the zone of that name would', async () => {
    const shelf = new Stage(layout([strip(60)], [zone('shelf', run(0, 60))]));
    const drawn = await render(['fire-2012', '--zone', 'shelf', '--fps', '5']);
    expect(drawn).toEqual(frames(shelf, { effect: 'fire-2012' }, moments(5, 20), 'shelf'));
    expect(drawn).not.toEqual(await render(['fire-2012', '--fps', '5']));
  });

  it('draws with the palettes of a configuration', async () => {
    writeFileSync(
      file('mine.yaml'),
      'strips: { main: { length: 5 } }\nzones: { a: { strip: main, range: [0, 4] } }\npalettes: { mine: { name: My Own, colors: [red] } }\n',
    );
    const drawn = await render(['chase', '--palette', 'my own', '-c', 'mine.yaml', '--length', '9']);
    expect(drawn).toEqual(frames(floor(9), { effect: 'chase', color: white, palette: 'color-1', colors: [red] }, moments(25, 100)));
    expect((await ask('palettes', '-c', 'mine.yaml')).stdout).toMatch(/\nmine +My Own +#ff0000\n$/);
    expect(await ask('render', 'chase', '--palette', 'my own', '--png', 'x.png')).toMatchObject({ code: 2 });
  });

  it('says which configuration it cannot take', async () => {
    writeFileSync(file('bad.yaml'), 'strips: { main: { length: 5 } }\nzones: { a: { strip: main, range: [0, 5] } }\n');
    const bad = await ask('palettes', '-c', 'bad.yaml');
    const why = 'zones.a.range must stay within strip main, whose LEDs are 0 to 4, got [0, 5]';
    expect(bad).toMatchObject({ code: 78, stdout: '', stderr: `diuna: bad.yaml:2:35: ${why}\n` });
    expect(await ask('palettes', '-c', 'nowhere.yaml')).toMatchObject({
      code: 78,
      stderr: expect.stringContaining('nowhere.yaml: does not exist'),
    });
  });

  it('writes to standard output', async () => {
    await render(['breathe', '--length', '4']);
    const bundle = fileURLToPath(new URL('../../dist/diuna.js', import.meta.url));
    const child = spawn(process.execPath, [bundle, 'effects', 'render', 'breathe', '--length', '4', '--png', '-'], { stdio: 'pipe' });
    const parts: Buffer[] = [];
    child.stdout.on('data', (part: Buffer) => parts.push(part));
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(0);
    expect(Buffer.concat(parts).equals(readFileSync(file('out.png')))).toBe(true);
  });

  it.each([
    ['an effect that is not there, with the nearest', ['rainbw'], 'there is no effect "rainbw"; did you mean rainbow'],
    ['a palette that is not there, with the nearest', ['chase', '--palette', 'lavva'], 'there is no palette "lavva"; did you mean lava'],
    ['too many LEDs', ['chase', '--length', '5001'], 'an integer, 1 to 5000'],
    ['too long', ['chase', '--seconds', '3601'], 'a number, 0 to 3600'],
    ['too large a picture', ['chase', '--length', '5000', '--seconds', '9'], '40000 × 1800 pixels is too large: it may have 64 million'],
    ['LEDs of no size', ['chase', '--scale', '0'], '1 to 64 pixels'],
    ['four colours', ['chase', '--color', 'red,lime', '--color', 'blue,white'], 'At most 3 colours'],
    ['no colour', ['chase', '--color', 'redd'], 'a CSS name, #rrggbb or #rrggbbww'],
    ['the zone of all zones', ['chase', '--zone', 'all'], '"all" is reserved'],
  ])('refuses %s', async (_, words, why) => {
    const { code, stdout, stderr } = await ask('render', ...words, '--png', 'refused.png');
    expect({ code, stdout, stderr }).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(why) });
    expect(readdirSync(folder)).not.toContain('refused.png');
  });

  it('needs a file where there is no terminal, and says so where the file cannot be written', async () => {
    expect(await ask('render', 'chase')).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('--png FILE') });
    const nowhere = await ask('render', 'chase', '--png', 'nowhere/x.png');
    expect(nowhere).toMatchObject({ code: 1, stderr: expect.stringContaining('nowhere/x.png cannot be written') });
  });

  it.skipIf(!hasProgram('script'))('draws in a terminal, a line a frame and a blank a LED', async () => {
    const bundle = fileURLToPath(new URL('../../dist/diuna.js', import.meta.url));
    const command = `stty cols 20; ${process.execPath} ${bundle} effects render solid --color red --length 30 --seconds 0.3`;
    const child = spawn('script', ['-qec', command, '/dev/null'], { stdio: ['ignore', 'pipe', 'ignore'] });
    let seen = '';
    child.stdout.on('data', (part) => {
      seen += String(part);
    });
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(0);
    const line = `\u001b[48;2;255;0;0m${' '.repeat(20)}\u001b[0m\r\n`;
    expect(seen).toBe(`${line.repeat(3)}the terminal is 20 wide: these are the first 20 of 30 LEDs\r\n`);
  });
});

describe('effects list and palettes', () => {
  it('tells every effect in 80 columns, and what its parameters mean', async () => {
    const { code, stdout } = await ask('list');
    expect(code).toBe(0);
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    const text = stdout.replaceAll(/\s+/g, ' ');
    for (const { declaration } of effects) {
      expect(text).toContain(`${declaration.id} ${declaration.name} `);
      for (const told of [...declaration.aliases, ...meanings(declaration)]) expect(text).toContain(told);
    }
  });

  it('tells one effect, by any name', async () => {
    const { stdout } = await ask('list', 'Fire 2012');
    expect(stdout).toMatch(/^fire-2012 +Fire 2012\n/);
    expect(stdout).not.toContain('rainbow');
    expect(await ask('list', 'nonsense-that-is-nothing')).toMatchObject({ code: 2, stderr: expect.stringContaining('there is no effect') });
  });

  it('tells all as JSON', async () => {
    const listed: unknown = JSON.parse((await ask('list', '--json')).stdout);
    expect(listed).toEqual(
      effects.map(({ declaration, animated, ownPalette }) => ({ ...declaration, animated, default_palette: ownPalette })),
    );
    expect(JSON.parse((await ask('palettes', '--json')).stdout)).toEqual(paletteDeclarations);
  });

  it('tells every palette in 80 columns', async () => {
    const lines = (await ask('palettes')).stdout.trimEnd().split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(lines.map((line) => line.split(' ')[0])).toEqual(paletteDeclarations.map(({ id }) => id));
  });
});

/** The clauses that an effect declares of speed, intensity and colours. */
function meanings({ parameters }: (typeof effects)[number]['declaration']): string[] {
  return ['speed', 'intensity', 'colors'].flatMap((parameter) => parameters[parameter]?.meaning.split('; ') ?? []);
}
