import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runCli } from './support/run-cli.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'diuna-check-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

it('finds nothing wrong with the shipped config', async () => {
  const shipped = fileURLToPath(new URL('../../config.yaml', import.meta.url));
  expect(await runCli(['check', '-c', shipped])).toMatchObject({ code: 0, stderr: '' });
});

it('lists mistakes a line each, and exits with 78', async () => {
  writeFileSync(join(folder, 'config.yaml'), 'strips:\n  main: { length: 5, typ: ws2812 }\nzones:\n  a: { strip: main, range: [0, 5] }\n');
  const { code, stdout, stderr } = await runCli(['check'], folder);
  expect(code).toBe(78);
  expect(stdout.trimEnd().split('\n')).toEqual([
    'config.yaml:2:22: strips.main.typ is an unknown key; allowed: length, type, order, output, white_balance, auto_white, white_temperature, current; did you mean type?',
    'config.yaml:4:28: zones.a.range must stay within strip main, whose LEDs are 0 to 4, got [0, 5]',
  ]);
  expect(stderr).toBe('2 mistakes\n');
});

it('lists them as JSON', async () => {
  const { code, stdout } = await runCli(['check', '--json', '-c', join(folder, 'nowhere.yaml')]);
  expect(code).toBe(78);
  expect(JSON.parse(stdout)).toMatchObject({
    ok: false,
    mistakes: [{ line: null, message: 'does not exist: name the file with -c FILE' }],
  });
});

it('tells of what does nothing, which is no mistake', async () => {
  const lines = ['strips: { main: { length: 5 } }', 'zones: { a: { strip: main, range: [0, 4] } }', 'knobs:'];
  const knob = (fields: string, index: number) => `  k${index}: { clk: 17, dt: 27, switch: 22, zone: a, ${fields} }`;
  const knobs = ['driver: onoff, pull: up', 'driver: onoff, chip: x', 'driver: gpio, chip: y, pull: up'].map(knob);
  writeFileSync(join(folder, 'pull.yaml'), [...lines, ...knobs, ''].join('\n'));
  const { code, stdout, stderr } = await runCli(['check', '-c', 'pull.yaml'], folder);
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'pull.yaml: no mistakes\n' });
  expect(stderr).toMatch(/^note: knobs\.k0\.pull sets no resistors: .*"driver: gpio".*"gpio=17,27,22=ip,pu".*resistors\n$/);
  const json = await runCli(['check', '--json', '-c', 'pull.yaml'], folder);
  expect(JSON.parse(json.stdout)).toMatchObject({ ok: true, mistakes: [], hints: [{ path: 'knobs.k0.pull' }] });
});

it('run exits with 78 and lists them too', async () => {
  writeFileSync(join(folder, 'bad.yaml'), 'strips: {}\n');
  const { code, stderr } = await runCli(['run', '-c', join(folder, 'bad.yaml')]);
  expect(code).toBe(78);
  expect(stderr).toContain('strips must name at least one strip');
  expect(stderr).toContain('zones is missing');
});

it('says how it is used, and exits with 2, where no subcommand is given', async () => {
  expect(await runCli([])).toMatchObject({ code: 2, stderr: expect.stringContaining('Usage: diuna') });
});
