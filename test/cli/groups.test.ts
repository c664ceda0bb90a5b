/** Groups at the command line: which zones they are, the daemon tells in its info. */
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { accepted, FakeDaemon, floorState } from './support/fake-daemon.ts';
import { RunningCli, runCli } from './support/run-cli.ts';

let daemon: FakeDaemon;
beforeAll(async () => {
  daemon = await FakeDaemon.start();
  await daemon.tellInfo({ downstairs: { name: 'Downstairs', zones: ['floor', 'shelf'] } });
});
afterAll(() => daemon.stop());
afterEach(() => {
  daemon.answer = () => accepted();
});

const zones = { floor: floorState, desk: floorState, shelf: { ...floorState, state: 'OFF' } };
const diuna = (...words: string[]) => runCli([...words, '-p', String(daemon.port)]);

it('get shows each zone of a group', async () => {
  daemon.answer = () => accepted({ changed: false, state: { zones } });
  expect(await diuna('get', 'downstairs')).toMatchObject({
    code: 0,
    stdout: 'floor         ON   brightness 128  #ff0000  version 42\nshelf         OFF  brightness 128  #ff0000  version 42\n',
  });
});

it('set shows every zone after several commands, as their reply has no state of the group', async () => {
  daemon.answer = () => accepted({ state: { zones } });
  const { stdout } = await diuna('set', 'downstairs', 'red', '+10');
  expect(stdout.split('\n').map((line) => line.slice(0, 18))).toEqual([
    'floor         ON  ',
    'desk          ON  ',
    'shelf         OFF ',
    '',
  ]);
  expect(daemon.commands.at(-1)).toMatchObject({ type: 'batch', commands: [{ zone: 'downstairs' }, { zone: 'downstairs' }] });
});

it('watch shows the events of the zones of a group alone', async () => {
  daemon.answer = () => accepted({ state: { zones } });
  const cli = new RunningCli(['watch', '--count', '2', '--zone', 'downstairs', '-p', String(daemon.port)]);
  await expect.poll(() => cli.stderr, { timeout: 5000 }).toContain('watching diuna/event/zone/floor/#, diuna/event/zone/shelf/#;');
  for (const zone of ['desk', 'shelf', 'floor'])
    await daemon.publish(`diuna/event/zone/${zone}/state_changed`, { type: 'zone.state_changed', timestamp: '2026', zone });
  const { code, stdout } = await cli.end();
  expect([code, stdout]).toEqual([0, '2026  zone.state_changed shelf\n2026  zone.state_changed floor\n']);
});
