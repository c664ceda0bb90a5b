import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { doctor, type Place } from '../../src/cli/doctor.ts';
import type { Finding } from '../../src/core/doctor/finding.ts';
import { configOf, type KindName, kinds, type MachineRoot, machineRoot } from '../support/machine-root.ts';
import { runCli } from './support/run-cli.ts';

const CONFIG = '/etc/diuna/config.yaml';
const names = Object.keys(kinds) as KindName[];
/** Of the disk that the test's folder is on, whatever that is like. */
const real = new Set(['store_space', 'store_memory', 'store_sync']);

interface Said {
  readonly code: number;
  readonly text: string;
  readonly findings: readonly Finding[];
}

async function ask(name: KindName, machine: MachineRoot, more: Partial<Place> = {}, verbose = false): Promise<Said> {
  const self = { platform: 'linux', uid: 1000, gids: [1000] };
  const place: Place = {
    root: machine.root,
    self,
    arch: kinds[name].arch,
    nodeVersion: 'v20.19.0',
    checkPackage: () => null,
    distrustOf: () => null,
    greet: () => Promise.resolve({ kind: 'welcome' }),
    ...more,
  };
  let said: Pick<Said, 'text' | 'findings'> = { text: '', findings: [] };
  const output = { json: false, note: () => {}, result: (text: string, value: unknown) => (said = { text, findings: value as Finding[] }) };
  const code = await doctor({ config: CONFIG, verbose }, place, output);
  return { code, ...said, findings: said.findings.filter(({ id }) => !real.has(id)) };
}

const bad = ({ findings }: Said) => findings.filter(({ level }) => level === 'problem' || level === 'warning');
const of = ({ findings }: Said, id: string) => findings.filter((finding) => finding.id === id && finding.level !== 'ok');

describe.each(names)('on a healthy %s', (name) => {
  it('finds nothing to mend', async () => {
    const said = await ask(name, machineRoot(name));
    expect(bad(said)).toEqual([]);
    expect(said.code).toBe(0);
    expect(said.text).toMatch(/^no problems, /m);
  });

  it('says once whether it is a Pi', async () => {
    const said = await ask(name, machineRoot(name), {}, true);
    const [board] = said.findings.filter(({ id }) => id === 'board');
    expect(board).toMatchObject(name === 'PC' ? { level: 'note', found: expect.stringContaining('no Raspberry Pi') } : { level: 'ok' });
    expect(said.text.includes('not applicable: this is no Raspberry Pi')).toBe(name === 'PC');
    expect((await ask(name, machineRoot(name))).text.match(/no Raspberry Pi/g) ?? []).toHaveLength(name === 'PC' ? 1 : 0);
  });

  it('leaves nothing behind', async () => {
    const machine = machineRoot(name);
    const before = readdirSync(machine.root, { recursive: true });
    await ask(name, machine);
    expect(readdirSync(machine.root, { recursive: true })).toEqual(before);
  });
});

describe('finds', () => {
  const pins = 'strips: { main: { length: 60, output: { driver: ws281x, gpio: 18 } } }';
  const spi = (leds: number) => `strips: { main: { length: ${leds}, output: { driver: spi } } }`;

  it.each<[string, KindName, string, string]>([
    ['a board without the pins', 'Pi 5', pins, 'ws281x_board'],
    ['a board that the driver does not know', 'Pi 4 v1.5', pins, 'ws281x_board'],
    ['a PC that is to drive pins', 'PC', pins, 'ws281x_board'],
    ['a pin that drives no LEDs here', 'Pi 3', pins.replace('18', '40'), 'ws281x_pins'],
    ['a frame that is too long', 'Pi 5', spi(500), 'spi_bufsiz'],
    ['SPI that is off', 'PC', spi(60), 'spi_device'],
    ['a kernel without GPIO', 'PC', `${spi(60)}\nknobs: { a: { driver: onoff, clk: 1, dt: 2, zone: floor } }`, 'gpio_base'],
    [
      'an input device that is not there',
      'Pi 3',
      `${spi(60)}\nknobs: { a: { driver: evdev, device: rotary@11, zone: floor } }`,
      'input_device',
    ],
  ])('%s', async (_, name, config, id) => {
    const said = await ask(name, machineRoot(name).put(CONFIG, configOf(config)));
    expect(of(said, id)).toMatchObject([{ level: 'problem', cure: expect.stringMatching(/\w/) }]);
    expect(said.code).toBe(71);
    expect(said.text).toContain(`Problems\n  `);
  });

  it('a longer frame well with a longer buffer', async () => {
    const machine = machineRoot('Pi 5')
      .put(CONFIG, configOf(spi(500)))
      .put('sys/module/spidev/parameters/bufsiz', '16384\n');
    expect(of(await ask('Pi 5', machine), 'spi_bufsiz')).toEqual([]);
  });

  it('what auto would choose, and that nothing works', async () => {
    const auto = 'strips: { main: { length: 60, output: { driver: auto, gpio: 18 } } }';
    const three = await ask('Pi 3', machineRoot('Pi 3').put(CONFIG, configOf(auto)));
    expect(three.findings).toContainEqual(
      expect.objectContaining({ id: 'auto', level: 'ok', found: expect.stringContaining('auto is ws281x') }),
    );
    const five = machineRoot('Pi 5').put(CONFIG, configOf(auto)).remove('dev/spidev0.0');
    expect(of(await ask('Pi 5', five), 'auto')).toMatchObject([{ level: 'warning', found: expect.stringContaining('nothing works yet') }]);
  });

  it('that auto would be the pin, were root’s part installed', async () => {
    const auto = 'strips: { main: { length: 60, output: { driver: auto, gpio: 18 } } }';
    const machine = machineRoot('Pi 3').put(CONFIG, configOf(auto)).remove('etc/systemd/system/diuna-renderer.service');
    expect(of(await ask('Pi 3', machine), 'auto')).toMatchObject([
      { level: 'note', cure: expect.stringContaining('diuna service install --renderer') },
    ]);
  });

  it('what is wrong with root’s part: who it listens to, what it reads, whether it has a network and is of this version', async () => {
    const unit = (words: string, more = '') => `[Service]\nUser=root\n${more}ExecStart=/usr/bin/diuna renderer ${words}\n`;
    const path = 'etc/systemd/system/diuna-renderer.service';
    const told = async (machine: MachineRoot, more: Partial<Place> = {}) => {
      const { findings } = await ask('Pi 3', machine, more);
      return findings.filter(({ id, level }) => id.startsWith('renderer_') && level !== 'ok').map(({ id, found }) => `${id}: ${found}`);
    };
    const three = () => machineRoot('Pi 3');
    expect(await told(three())).toEqual([]);
    expect(await told(three().put(path, unit('--config /etc/other.yaml')))).toEqual([expect.stringContaining('pins of /etc/other.yaml')]);
    expect(await told(three().put(path, unit('--socket /run/other')))).toEqual([expect.stringContaining('listens at /run/other')]);
    expect(await told(three().remove('run/diuna-renderer'))).toEqual([expect.stringContaining('does not run')]);
    expect(await told(three().remove('etc/systemd/system/multi-user.target.wants'))).toEqual([expect.stringContaining('not started with')]);
    const greet = () => Promise.resolve({ kind: 'refused', reason: 'the service is of version 0.0.9' } as const);
    expect(await told(three(), { greet })).toEqual([expect.stringContaining('renderer_version')]);
    const far = pins.replace('strips: {', 'strips: { far: { length: 5, output: { driver: e131 } },');
    expect(await told(three().put(CONFIG, configOf(far)).put(path, unit('', 'PrivateNetwork=yes\n')))).toEqual([
      expect.stringContaining('renderer_network'),
    ]);
  });

  it('a package that is not there', async () => {
    const checkPackage = () => ({ message: 'cannot load spi-device', cure: 'Run "npm install spi-device".' });
    const said = await ask('Pi 5', machineRoot('Pi 5'), { checkPackage });
    expect(of(said, 'package')).toMatchObject([{ level: 'problem', cure: 'Run "npm install spi-device".' }]);
  });

  it('a configuration that root does not obey, where root is asked to', async () => {
    const distrustOf = (path: string) => ({ message: `${path} belongs to another user`, cure: `sudo chown root ${path}` });
    const said = await ask('Pi 3', machineRoot('Pi 3'), { distrustOf });
    expect(of(said, 'renderer_config')).toMatchObject([{ level: 'problem', found: `${CONFIG} belongs to another user` }]);
    expect(of(await ask('Pi 5', machineRoot('Pi 5'), { distrustOf }), 'renderer_config')).toEqual([]);
  });

  it('mistakes of the configuration, which end with a code of their own', async () => {
    const said = await ask('Pi 3', machineRoot('Pi 3').put(CONFIG, 'strips: {}\n'));
    expect(said.code).toBe(78);
    expect(of(said, 'config')).toMatchObject([{ level: 'problem', cure: expect.stringContaining(`diuna check -c ${CONFIG}`) }]);
    expect(said.findings.some(({ id }) => id === 'board')).toBe(true);
  });

  it('that there is no configuration', async () => {
    const said = await ask('Pi 3', machineRoot('Pi 3').remove(CONFIG));
    expect(said.code).toBe(78);
    expect(of(said, 'config')[0]?.found).toContain('does not exist');
  });
});

describe('as a program', () => {
  let folder: string;
  const server = createServer();
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'diuna-doctor-'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await new Promise((resolve) => server.close(resolve));
  });

  function write(port: number): void {
    const lines = [`mqtt: { listen: ["127.0.0.1:${port}"] }`, 'http: { listen: null }', 'strips: { main: { length: 3 } }'];
    writeFileSync(join(folder, 'config.yaml'), [...lines, 'zones: { one: { strip: main, range: [0, 2] } }', ''].join('\n'));
  }

  it('needs no daemon and no Pi, and gives a list of findings', async () => {
    write(0);
    const { code, stdout, stderr } = await runCli(['doctor', '--json'], folder);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const findings: unknown = JSON.parse(stdout);
    expect(findings).toContainEqual({ id: 'config', level: 'ok', found: 'config.yaml has no mistakes', cure: null });
    for (const finding of findings as Finding[]) {
      expect(Object.keys(finding)).toEqual(['id', 'level', 'found', 'cure']);
      expect(['problem', 'warning', 'note', 'ok']).toContain(finding.level);
      expect(finding.cure === null).toBe(finding.level === 'ok');
    }
  });

  it('does not wait for a configuration that never comes', async () => {
    rmSync(join(folder, 'config.yaml'), { force: true });
    execFileSync('mkfifo', [join(folder, 'config.yaml')]);
    const { code, stdout } = await runCli(['doctor'], folder);
    rmSync(join(folder, 'config.yaml'));
    expect(code).toBe(78);
    expect(stdout).toContain('must be an ordinary file');
  });

  it('tells of a port that another program has, worst first, and exits with 71', async () => {
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    write(port);
    const { code, stdout } = await runCli(['doctor'], folder);
    expect(code).toBe(71);
    expect(stdout).toMatch(
      new RegExp(`^Problems\n  port: another program listens on 127.0.0.1:${port} \\(mqtt.listen\\)\n    -> "sudo ss `),
    );
    expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/^1 problem, .* ok \(--verbose shows them\)$/);
    expect(stdout).not.toContain('Well');
  });
});
