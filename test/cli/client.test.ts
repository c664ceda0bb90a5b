import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { accepted, FakeDaemon, floorState } from './support/fake-daemon.ts';
import { RunningCli, runCli } from './support/run-cli.ts';

let daemon: FakeDaemon;
beforeAll(async () => {
  daemon = await FakeDaemon.start();
});
afterAll(() => daemon.stop());
afterEach(() => {
  daemon.commands.length = 0;
  daemon.answer = () => accepted();
});

const diuna = (...words: string[]) => runCli([...words, '-p', String(daemon.port)]);

describe('get', () => {
  it('shows every zone on a line', async () => {
    daemon.answer = () => accepted({ changed: false, state: { zones: { floor: floorState, shelf: { ...floorState, state: 'OFF' } } } });
    const { code, stdout } = await diuna('get');
    expect(code).toBe(0);
    expect(stdout.split('\n')).toEqual([
      'floor         ON   brightness 128  #ff0000  version 42',
      'shelf         OFF  brightness 128  #ff0000  version 42',
      '',
    ]);
  });

  it('keeps its columns, however long the names and whatever the numbers', async () => {
    const dim = { ...floorState, brightness: 5 };
    daemon.answer = () => accepted({ state: { zones: { floor: dim, 'under-the-kitchen-shelf': floorState } } });
    expect((await diuna('get')).stdout.split('\n')).toEqual([
      'floor                    ON   brightness   5  #ff0000  version 42',
      'under-the-kitchen-shelf  ON   brightness 128  #ff0000  version 42',
      '',
    ]);
  });

  it('prints one zone as the JSON that came', async () => {
    daemon.answer = () => accepted({ state: { zones: { floor: floorState } } });
    const { code, stdout } = await diuna('get', 'floor', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual(floorState);
  });

  it('names the nearest zone to a misspelt one and exits with 1', async () => {
    daemon.answer = () => accepted({ state: { zones: { floor: floorState } } });
    const { code, stderr } = await diuna('get', 'flor');
    expect(code).toBe(1);
    expect(stderr).toContain('there is no zone "flor"; did you mean floor?');
  });
});

describe('set', () => {
  it('sends one command for several words and shows the new state', async () => {
    daemon.answer = () => accepted({ version: 42, state: floorState });
    const { code, stdout } = await diuna('set', 'floor', 'on', 'red', '50%', 'transition=2', '--client-id', 'my client');
    expect(code).toBe(0);
    expect(stdout).toBe('floor         ON   brightness 128  #ff0000  version 42\n');
    expect(daemon.commands).toEqual([
      { request_id: expect.any(String), type: 'zone.set', zone: 'floor', state: 'ON', color: 'red', brightness: 128, transition: 2 },
    ]);
  });

  it('takes a step that looks like an option for a word', async () => {
    expect((await diuna('set', 'floor', '-10%', '--dry-run')).code).toBe(0);
    expect(daemon.commands).toEqual([
      { request_id: expect.any(String), type: 'zone.adjust_brightness', zone: 'floor', delta: -26, dry_run: true },
    ]);
  });

  it('shows a refusal and exits with 1', async () => {
    daemon.answer = () => ({
      ok: false,
      error: { code: 'unknown_zone', message: 'there is no zone "flor"; did you mean floor?', path: 'zone' },
    });
    const { code, stdout, stderr } = await diuna('set', 'flor', 'on');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe('refused (unknown_zone): there is no zone "flor"; did you mean floor?\n');
  });

  it('prints the whole refusal as JSON where a script asks for it', async () => {
    daemon.answer = () => ({ ok: false, error: { code: 'conflict', message: 'version is 3' }, version: 3, later: 'field' });
    const { code, stdout } = await diuna('set', 'floor', 'on', '--if-version', '2', '--json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, error: { code: 'conflict' }, version: 3, later: 'field' });
    expect(daemon.commands[0]).toMatchObject({ if_version: 2 });
  });

  it('says that a change is in memory only', async () => {
    daemon.answer = () => accepted({ state: floorState, durable: false });
    expect((await diuna('set', 'floor', 'on')).stderr).toContain('in memory only');
  });

  it('exits with 2 for a word that it does not know, and sends nothing', async () => {
    const { code, stderr } = await diuna('set', 'floor', 'brightnes', '3');
    expect(code).toBe(2);
    expect(stderr).toContain('did you mean brightness?');
    expect(daemon.commands).toEqual([]);
  });

  it('exits with 75 where a broker is there but no daemon answers', async () => {
    daemon.answer = () => null;
    const { code, stderr } = await diuna('set', 'floor', 'on', '--timeout', '0.3');
    expect(code).toBe(75);
    expect(stderr).toContain('no diuna does under the topic "diuna"');
  });

  it('exits with 69 where nobody listens, and says how to start the daemon', async () => {
    const { code, stderr } = await runCli(['set', 'floor', 'on', '-p', '1']);
    expect(code).toBe(69);
    expect(stderr).toContain('diuna run -c config.yaml');
  });

  it('exits with 69 where there is no such host, whose name does nothing to the terminal', async () => {
    const { code, stderr } = await runCli(['get', '-H', 'no\u001b[2J.such.host', '-p', '1']);
    expect(code).toBe(69);
    expect(stderr).toContain('no\\x1b[2J.such.host');
    expect(stderr).not.toContain('\u001b');
  });

  it('exits with 2 for a port that is none', async () => {
    expect((await runCli(['get', '-p', '70000'])).code).toBe(2);
  });
});

it("undo asks for the zone's last change to be taken back", async () => {
  daemon.answer = () => accepted({ state: floorState });
  expect((await diuna('undo', 'floor')).code).toBe(0);
  expect(daemon.commands).toMatchObject([{ type: 'history.undo', zone: 'floor' }]);
});

it('restart asks the daemon to restart, and says why it does not', async () => {
  expect(await diuna('restart')).toMatchObject({ code: 0, stdout: 'the daemon restarts\n', stderr: '' });
  expect(daemon.commands).toMatchObject([{ type: 'system.restart' }]);
  daemon.answer = () => ({ ok: false, error: { code: 'unsupported', message: 'no service manager' } });
  expect(await diuna('restart')).toMatchObject({ code: 1, stdout: '', stderr: 'refused (unsupported): no service manager\n' });
});

it('knob moves a simulated knob by words, those with a minus as well', async () => {
  expect(await diuna('knob', 'desk', 'hold', '-2', 'press')).toMatchObject({ code: 0, stdout: 'knob desk moves\n' });
  expect(daemon.commands).toMatchObject([{ type: 'knob.simulate', knob: 'desk', moves: 'hold -2 press' }]);
  await diuna('knob', 'desk', '-1');
  expect(daemon.commands.at(-1)).toMatchObject({ moves: '-1' });
  daemon.answer = () => ({ ok: false, error: { code: 'unknown_knob', message: 'there is no knob "dsk"' } });
  const { code, stderr } = await diuna('knob', 'dsk', '+1');
  expect([code, stderr]).toEqual([1, 'refused (unknown_knob): there is no knob "dsk"\n']);
});

const event = {
  id: '01990000-0000-7000-8000-000000000001',
  seq: 8,
  type: 'zone.state_changed',
  timestamp: '2026-11-20T13:01:00.123Z',
  source: 'command',
  origin: 'phone\u001b[2J',
  trigger: null,
  request_id: 'r1',
  zone: 'floor',
  version: 42,
  payload: { changed: ['brightness', 'color'], state: floorState, previous: floorState },
};
const eventLine = '2026-11-20T13:01:00.123Z  #8  zone.state_changed floor: brightness 128, color #ff0000  (command, phone\\x1b[2J)\n';

it('watch prints events as they happen, harmless to the terminal', async () => {
  daemon.answer = () => accepted({ state: { zones: { floor: floorState } } });
  const cli = new RunningCli(['watch', '--count', '1', '--zone', 'floor', '-p', String(daemon.port)]);
  await expect.poll(() => cli.stderr, { timeout: 5000 }).toContain('watching');
  await daemon.publish('diuna/event/zone/shelf/state_changed', { ...event, zone: 'shelf' });
  await daemon.publish('diuna/event/zone/floor/state_changed', event);
  expect(await cli.end()).toMatchObject({ code: 0, stdout: eventLine });
});

it('watch names the nearest zone to a misspelt one, and exits with 1', async () => {
  daemon.answer = () => accepted({ state: { zones: { floor: floorState, shelf: floorState } } });
  const { code, stdout, stderr } = await diuna('watch', '--zone', 'flor');
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toBe('refused (unknown_zone): there is no zone "flor"; did you mean floor?\n');
});

it('watch asks for nothing where every zone is meant', async () => {
  const cli = new RunningCli(['watch', '--count', '1', '--zone', 'all', '-p', String(daemon.port)]);
  await expect.poll(() => cli.stderr, { timeout: 5000 }).toContain('watching diuna/event/zone/#');
  await daemon.publish('diuna/event/zone/shelf/state_changed', event);
  expect((await cli.end()).code).toBe(0);
  expect(daemon.commands).toEqual([]);
});

it('replay prints the events in order and says where they end', async () => {
  daemon.answer = async (_command, fake, client) => {
    await fake.publish(`diuna/client/${client}/replay`, event);
    return accepted({ count: 1, last_seq: 8, complete: true });
  };
  const { code, stdout, stderr } = await diuna('replay', '--after', '7', '--limit', '5');
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: eventLine, stderr: '1 events, up to seq 8\n' });
  expect(daemon.commands).toMatchObject([{ type: 'events.replay', after: 7, limit: 5 }]);
});

it('replay takes a seq or an event id, and says so', async () => {
  for (const after of ['-3', 'x', '1.5', '']) {
    const { code, stderr } = await diuna('replay', '--after', after);
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringMatching(/^diuna: .*It must be a seq, 0 or more, or the id/) });
  }
  await diuna('replay', '--after', '01990000-0000-7000-8000-000000000000');
  expect(daemon.commands).toMatchObject([{ after: '01990000-0000-7000-8000-000000000000' }]);
});

it('replay says where the journal no longer reaches back', async () => {
  daemon.answer = () => accepted({ count: 0, last_seq: 9000, complete: false, reset: true, state: { zones: {} } });
  expect((await diuna('replay')).stderr).toContain('does not reach back to 0');
});

it('bench measures replies without changing anything', async () => {
  const { code, stdout } = await diuna('bench', '--rate', '50', '--seconds', '0.2', '--clients', '2', '--json');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ command: 'system.ping', zone: null, sent: 10, answered: 10, late: 0, refused: {} });
  expect(new Set(daemon.commands.map(({ type }) => type))).toEqual(new Set(['system.ping']));
});

it('bench --change changes a zone, counts refusals, and puts the brightness back', async () => {
  daemon.answer = ({ type, brightness }) => {
    if (type === 'state.get') return accepted({ state: { zones: { floor: floorState } } });
    return brightness === 3 ? { ok: false, error: { code: 'overloaded', message: 'too much' } } : accepted();
  };
  const { code, stdout } = await diuna('bench', '--change', '--rate', '50', '--seconds', '0.2', '--clients', '2', '--json');
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    command: 'zone.set_brightness',
    zone: 'floor',
    sent: 10,
    answered: 10,
    late: 0,
    refused: { overloaded: 1 },
  });
  expect(daemon.commands.at(-1)).toMatchObject({ type: 'zone.set_brightness', zone: 'floor', brightness: 128 });
});

it('bench --change names the nearest zone to a misspelt one, and sends nothing', async () => {
  daemon.answer = () => accepted({ state: { zones: { floor: floorState } } });
  const { code, stderr } = await diuna('bench', '--change', '--zone', 'flor');
  expect(code).toBe(1);
  expect(stderr).toContain('did you mean floor?');
  expect(daemon.commands).toHaveLength(1);
});

it('bench takes a zone for changes only', async () => {
  expect(await diuna('bench', '--zone', 'floor')).toMatchObject({ code: 2, stderr: expect.stringContaining('--change') });
});
