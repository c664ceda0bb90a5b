/** What keeps the daemon from starting: it says what and how to cure it, and ends with a code that means it. */
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { exitCodes } from '../../src/cli/exit-codes.ts';
import { makeHome } from '../support/daemon.ts';
import { launch, launchRunning } from './support/launched.ts';
import { afterwards, makeStage } from './support/stage.ts';

const stackTrace = /^\s+at .+:\d+:\d+/m;

/** The config file as it stands, `marker` found in it: the line is counted and not known beforehand. */
async function lineOf(path: string, marker: string): Promise<number> {
  const lines = (await readFile(path, 'utf8')).split('\n');
  const index = lines.findIndex((line) => line.includes(marker));
  if (index === -1) throw new Error(`${marker} is not in ${lines.join('\n')}`);
  return index + 1;
}

describe('a start that cannot be', () => {
  it('because the port is taken names the port and the cure, without a stack trace', async () => {
    const home = await makeStage();
    const other = createServer().listen(home.port, '127.0.0.1');
    await once(other, 'listening');
    afterwards(async () => {
      other.close();
      await once(other, 'close');
    });
    const daemon = launch(home);
    expect(await daemon.exit()).toEqual({ code: exitCodes.tempFail, signal: null });
    expect(daemon.output).toContain(`127.0.0.1:${home.port}`);
    expect(daemon.output).toMatch(/stop it .*or change mqtt\.listen/);
    expect(daemon.output).not.toMatch(stackTrace);
  });

  it('because another daemon has the port harms neither it nor its store', async () => {
    const home = await makeStage();
    const first = await launchRunning(home);
    const second = launch(home);
    expect(await second.exit()).toEqual({ code: exitCodes.tempFail, signal: null });
    expect(await first.terminate()).toEqual({ code: 0, signal: null });
    const again = await launchRunning(home);
    expect(again.log.filter(({ level }) => level === 'warn' || level === 'error')).toEqual([]);
  });

  it('because of ten mistakes in the config tells all ten, each with its line', async () => {
    const home = await makeHome();
    afterwards(() => home.remove());
    const text = [
      'mqtt: { listen: ["127.0.0.1:70000"] }',
      'renderer:',
      '  fps: 1000',
      '  gamma: wide',
      '  colour: true',
      'strips:',
      '  main: { length: 0 }',
      '  side: { length: 30, type: ws2813 }',
      '  back: { length: 20 }',
      'zones:',
      '  Floor!: { strip: back, range: [0, 9] }',
      '  shelf: { strip: back, range: [0, 20] }',
      '  desk: { strip: bakc, range: [0, 1] }',
      'sounds: true',
    ];
    await writeFile(home.configPath, text.join('\n'));
    const daemon = launch(home);
    expect(await daemon.exit()).toEqual({ code: exitCodes.config, signal: null });
    const lines = daemon.output.trimEnd().split('\n');
    const told = lines.map((line) => Number(line.match(/config\.yaml:(\d+):\d+: /)?.[1]));
    expect(told).toEqual([1, 3, 4, 5, 7, 8, 11, 12, 13, 14]);
    expect(daemon.output).toContain('did you mean back?');
    expect(daemon.output).not.toMatch(stackTrace);
  });

  it('because a strip is shorter than its zones names the zone, the line and the LEDs that there are', async () => {
    const home = await makeStage({ strips: { main: { length: 15 }, white: { length: 10, type: 'sk6812w' } } });
    const daemon = launch(home);
    expect(await daemon.exit()).toEqual({ code: exitCodes.config, signal: null });
    const line = await lineOf(home.configPath, 'shelf');
    expect(daemon.output).toMatch(
      new RegExp(`config\\.yaml:(${line}|${line + 2}|${line + 1}):\\d+: zones\\.shelf\\.range .*0 to 14.*\\[10, 29\\]`),
    );
  });

  it('because zones overlap names both and the way to mean it', async () => {
    const zones = { floor: { strip: 'main', range: [0, 9] }, shelf: { strip: 'main', range: [9, 29] } };
    const home = await makeStage({ zones });
    const daemon = launch(home);
    expect(await daemon.exit()).toEqual({ code: exitCodes.config, signal: null });
    expect(daemon.output).toMatch(/zones floor and shelf share LED 9 of strip main.*overlap: true/);
    await home.configure({ zones: { ...zones, shelf: { ...zones.shelf, overlap: true } } });
    await launchRunning(home);
  });

  it('because there is no config file says so', async () => {
    const home = await makeHome();
    await home.remove();
    const daemon = launch(home);
    expect(await daemon.exit()).toEqual({ code: exitCodes.config, signal: null });
    expect(daemon.output).toContain(`${home.configPath}: does not exist`);
    expect(daemon.output).not.toMatch(stackTrace);
  });
});
