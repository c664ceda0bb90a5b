/** `diuna service`: below a folder instead of /, with stand-ins for the system's programs that write down how they were called. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { whyOutOfReach } from '../../src/cli/service/units.ts';
import { loadConfig } from '../../src/system/config-file.ts';
import { runCli } from './support/run-cli.ts';

const script = realpathSync(fileURLToPath(new URL('../../dist/diuna.js', import.meta.url)));
const node = realpathSync(process.execPath);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'diuna-install-'));
  mkdirSync(at('bin'));
  mkdirSync(at('users'));
  for (const program of ['systemctl', 'usermod', 'chown', 'id']) fake(program, 'exit 0');
  fake('useradd', 'for user; do :; done; touch "$HERE/users/$user"');
  // The groups of a system that has spi and gpio, but no input.
  fake('getent', 'case "$1 $2" in "group spi"|"group gpio") exit 0;; passwd*) test -e "$HERE/users/$2"; exit $?;; *) exit 2;; esac');
});
afterEach(() => rmSync(folder, { recursive: true }));

const at = (path: string) => join(folder, path);
const text = (path: string) => readFileSync(at(`root/${path}`), 'utf8');
const CONFIG = 'etc/diuna/config.yaml';
const UNIT = 'etc/systemd/system/diuna.service';
const RENDERER = 'etc/systemd/system/diuna-renderer.service';

function fake(program: string, body: string): void {
  writeFileSync(at(`bin/${program}`), `#!/bin/sh\nHERE='${folder}'\necho "${program} $*" >> "$HERE/calls"\n${body}\n`);
  chmodSync(at(`bin/${program}`), 0o755);
}

/** What was called since the last time, without the looks that change nothing. */
function calls(): string[] {
  if (!existsSync(at('calls'))) return [];
  const lines = readFileSync(at('calls'), 'utf8').trim().split('\n');
  rmSync(at('calls'));
  return lines.filter((line) => !/^(getent|id) /.test(line));
}

function service(...words: string[]) {
  return runCli(['service', ...words, '--prefix', at('root')], folder, { environment: { PATH: `${at('bin')}:/usr/bin:/bin` } });
}

describe('service install', () => {
  it('makes the user, the configuration and the unit, and starts it; and says so', async () => {
    const { code, stderr } = await service('install');
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(calls()).toEqual([
      'useradd --system --no-create-home --home-dir /var/lib/diuna --shell /usr/sbin/nologin --user-group diuna',
      'usermod --append --groups spi,gpio diuna',
      `chown root:diuna ${at(`root/${CONFIG}`)}.new`,
      'systemctl daemon-reload',
      'systemctl enable --now diuna.service',
    ]);
    expect(text(UNIT)).toContain(`\nExecStart=${node} ${script} run --config /etc/diuna/config.yaml\n`);
    expect(existsSync(at(`root/${RENDERER}`))).toBe(false);
    expect(statSync(at(`root/${CONFIG}`)).mode & 0o777).toBe(0o640);
    expect(statSync(at(`root/${UNIT}`)).mode & 0o777).toBe(0o644);
    const config = await loadConfig(at(`root/${CONFIG}`));
    expect(config.ok && config.value.store.path).toBe('/var/lib/diuna');
    for (const done of ['run useradd', 'write /etc/diuna/config.yaml', `write /${UNIT}`, 'enable --now', 'systemctl reload diuna'])
      expect(stderr).toContain(done);
    expect(readdirSync(at('root/etc/diuna'))).toEqual(['config.yaml']);
  });

  it('changes nothing the second time, and keeps what a person wrote', async () => {
    await service('install');
    const config = text(CONFIG).replace('length: 150', 'length: 160');
    writeFileSync(at(`root/${CONFIG}`), config);
    fake('id', 'case "$1" in -nG) echo diuna spi gpio;; *) echo diuna;; esac');
    calls();
    const { code, stderr } = await service('install');
    expect(code).toBe(0);
    expect(calls()).toEqual(['systemctl daemon-reload', 'systemctl enable --now diuna.service']);
    expect(text(CONFIG)).toBe(config);
    expect(stderr).toContain('there is a user diuna already');
    expect(stderr).toContain('/etc/diuna/config.yaml is there and stays as it is');
    expect(stderr).toContain(`/${UNIT} is as it should be`);
  });

  it('puts an older unit right, and restarts what ran by it', async () => {
    await service('install');
    writeFileSync(at(`root/${UNIT}`), text(UNIT).replace(node, '/opt/old/node'));
    calls();
    await service('install');
    expect(calls().at(-1)).toBe('systemctl try-restart diuna.service');
    expect(text(UNIT)).toContain(`ExecStart=${node} `);
  });

  it("installs root's part where it is wanted, and keeps it afterwards", async () => {
    writeFileSync(at('users/lamp'), '');
    const { code } = await service('install', '--renderer', '--user', 'lamp');
    expect(code).toBe(0);
    expect(calls().at(-1)).toBe('systemctl enable --now diuna-renderer.service diuna.service');
    expect(text(RENDERER)).toMatch(/^User=root\nGroup=lamp$/m);
    expect(text(RENDERER)).toContain(
      `ExecStart=${node} ${script} renderer --config /etc/diuna/config.yaml --socket /run/diuna-renderer/socket\n`,
    );
    expect(text(UNIT)).toMatch(/^User=lamp\nGroup=lamp$/m);
    await service('install', '--user', 'lamp');
    expect(calls().at(-1)).toBe('systemctl enable --now diuna-renderer.service diuna.service');
  });

  it('says that pins need it', async () => {
    await service('install');
    writeFileSync(at(`root/${CONFIG}`), text(CONFIG).replace('{ driver: simulated }', '{ driver: ws281x }'));
    expect((await service('install')).stderr).toContain('main: the driver ws281x needs root: diuna service install --renderer');
    expect((await service('install', '--renderer')).stderr).not.toContain('needs root');
    const far = '{ driver: ws281x }\n  far: { length: 5, output: { driver: ddp, host: 192.0.2.7 } }';
    writeFileSync(at(`root/${CONFIG}`), text(CONFIG).replace('{ driver: ws281x }', far));
    expect(text(RENDERER)).toContain('\nPrivateNetwork=yes\n');
    calls();
    expect((await service('install')).stderr).toContain('far: lit from diuna-renderer.service too, which has a network for that');
    expect(text(RENDERER)).toMatch(/^PrivateNetwork=no$/m);
    expect(text(RENDERER)).toMatch(/^IPAddressDeny=any\nIPAddressAllow=localhost link-local multicast .* 192\.0\.2\.7$/m);
    expect(text(RENDERER)).toMatch(/^RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6$/m);
    expect(calls().at(-1)).toBe('systemctl try-restart diuna-renderer.service');
    writeFileSync(at(`root/${CONFIG}`), text(CONFIG).replace('192.0.2.7', 'wled.example'));
    await service('install');
    expect(text(RENDERER)).toMatch(/^IPAddressDeny=$/m);
    expect(text(RENDERER)).not.toMatch(/^IPAddressAllow=/m);
  });

  it('runs with the group of the user that is named, whatever it is called', async () => {
    writeFileSync(at('users/lamp'), '');
    fake('id', 'case "$1" in -gn) echo lights;; *) echo lights;; esac');
    const { code, stderr } = await service('install', '--renderer', '--user', 'lamp');
    expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining('in the group lights may use the socket') });
    expect(calls()).toContain(`chown root:lights ${at(`root/${CONFIG}`)}.new`);
    expect(text(UNIT)).toMatch(/^User=lamp\nGroup=lights$/m);
    expect(text(RENDERER)).toMatch(/^User=root\nGroup=lights$/m);
    fake('id', 'case "$1" in -gn) echo "domain users";; -g) echo 1234;; *) echo lights;; esac');
    await service('install', '--user', 'lamp');
    expect(text(UNIT)).toMatch(/^User=lamp\nGroup=1234$/m);
  });

  it('makes no user but its own, and says how another is made', async () => {
    const { code, stderr } = await service('install', '--user', 'lmap');
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr:
        'diuna: there is no user lmap: make it first (sudo useradd --system --user-group lmap), or leave --user out: the user diuna is made for you\n',
    });
    expect(calls()).toEqual([]);
    expect(existsSync(at('root'))).toBe(false);
  });

  it('tells of what the configuration asks for in vain', async () => {
    await service('install');
    writeFileSync(
      at(`root/${CONFIG}`),
      text(CONFIG).replace(/^knobs:\n(?: .*\n|\n)*/m, 'knobs: { desk: { driver: onoff, switch: 22, pull: up, zone: floor } }\n'),
    );
    expect((await service('install')).stderr).toContain('note: knobs.desk.pull sets no resistors');
  });

  it('takes the group of that name where there is one, and adds to no group that is not there', async () => {
    fake('getent', 'case "$1 $2" in "group diuna") exit 0;; *) exit 2;; esac');
    await service('install');
    expect(calls().slice(0, 2)).toEqual([
      'useradd --system --no-create-home --home-dir /var/lib/diuna --shell /usr/sbin/nologin --gid diuna diuna',
      `chown root:diuna ${at(`root/${CONFIG}`)}.new`,
    ]);
  });

  it('only says what it would do', async () => {
    const { code, stderr } = await service('install', '--renderer', '--dry-run');
    expect(code).toBe(0);
    expect(calls()).toEqual([]);
    expect(existsSync(at('root'))).toBe(false);
    for (const line of [
      'would run useradd',
      'would write /etc/diuna/config.yaml',
      `would write /${RENDERER}`,
      'would run systemctl enable',
    ])
      expect(stderr).toContain(line);
  });

  it('stops at a program that fails, and goes on from there the next time', async () => {
    fake('systemctl', 'echo "Unit is masked." >&2; exit 1');
    expect(await service('install')).toMatchObject({ code: 1, stderr: expect.stringContaining('systemctl failed: Unit is masked.') });
    fake('systemctl', 'exit 0');
    expect(await service('install')).toMatchObject({ code: 0 });
  });

  it('starts nothing with a configuration that has mistakes, or keeps its store elsewhere', async () => {
    await service('install');
    calls();
    const good = text(CONFIG);
    writeFileSync(at(`root/${CONFIG}`), `${good}\nunheard: of\n`);
    expect(await service('install')).toMatchObject({ code: 78, stderr: expect.stringContaining('unheard is an unknown key') });
    writeFileSync(at(`root/${CONFIG}`), good.replace('path: /var/lib/diuna', 'path: /srv/lights'));
    expect(await service('install')).toMatchObject({ code: 1, stderr: expect.stringContaining('keeps its store in /srv/lights') });
    expect(calls()).toEqual([]);
  });

  it('says what is missing', async () => {
    rmSync(at('bin/systemctl'));
    const { code, stderr } = await runCli(['service', 'install', '--prefix', at('root')], folder, { environment: { PATH: at('bin') } });
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('systemctl cannot be found') });
    expect(await service('install', '--user', 'root')).toMatchObject({ code: 1, stderr: expect.stringContaining('without root') });
    expect(await service('install', '--user', '$(reboot)')).toMatchObject({ code: 2 });
    expect(existsSync(at('root'))).toBe(false);
  });

  it.each([
    ['/usr/bin/node', null],
    ['/home/pi/.nvm/versions/node/v22/bin/node', 'home folder'],
    ['/root/diuna/dist/diuna.js', 'home folder'],
    ['/opt/my lights/dist/diuna.js', 'characters'],
    ['/opt/%n/dist/diuna.js', 'characters'],
    ['/tmp/diuna/dist/diuna.js', 'emptied'],
  ])('looks whether a service can start %s', (path, why) => {
    if (why === null) expect(whyOutOfReach(path)).toBeNull();
    else expect(whyOutOfReach(path)).toContain(why);
  });
});

describe('service uninstall', () => {
  it('removes the units, and keeps and names the rest', async () => {
    await service('install', '--renderer');
    calls();
    const { code, stderr } = await service('uninstall');
    expect(code).toBe(0);
    expect(calls()).toEqual(['systemctl disable --now diuna.service diuna-renderer.service', 'systemctl daemon-reload']);
    expect([UNIT, RENDERER, CONFIG].map((path) => existsSync(at(`root/${path}`)))).toEqual([false, false, true]);
    expect(stderr).toContain('what stays: /etc/diuna/config.yaml, /var/lib/diuna');
    expect(await service('uninstall')).toMatchObject({ code: 0, stderr: 'no unit of diuna is installed\n' });
    expect(calls()).toEqual([]);
  });

  it('only says what it would do', async () => {
    await service('install');
    calls();
    const { stderr } = await service('uninstall', '--dry-run');
    expect(stderr).toContain('would remove /etc/systemd/system/diuna.service');
    expect([calls(), existsSync(at(`root/${UNIT}`))]).toEqual([[], true]);
  });
});
