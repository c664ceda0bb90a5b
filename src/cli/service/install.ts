/** `diuna service install`: units, user and configuration, each where it is missing or differs. Doing it again changes nothing. */
import { readFileSync, realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Config } from '../../model/config.ts';
import { partsOf } from '../../renderer/user-effects/files.ts';
import { distrust } from '../../renderer/user-effects/root-rule.ts';
import { loadConfig } from '../../system/config-file.ts';
import { ConfigRejected } from '../../system/config-mistakes.ts';
import type { ExitCode } from '../exit-codes.ts';
import { NotDone, onFiles } from '../file-command.ts';
import { Machine, type MachineOptions } from './machine.ts';
import { CONFIG_PATH, configFor, type Place, STATE_PATH, UNITS, unitFor, unitPath, whyOutOfReach } from './units.ts';

export interface InstallOptions extends MachineOptions {
  readonly user: string;
  readonly renderer?: boolean;
}

/** Groups that may use SPI, lines of GPIO and input devices, on Raspberry Pi OS and elsewhere. */
const DEVICE_GROUPS = ['spi', 'gpio', 'input'];
const RUN_BY_ROOT = {
  why: 'root runs it for the renderer',
  cure: 'install diuna for the whole machine (sudo npm install -g diuna)',
};

export function install(options: InstallOptions): Promise<ExitCode> {
  return onFiles(false, async (output) => {
    const machine = new Machine(output, options);
    machine.demand(['systemctl', 'useradd', 'usermod', 'getent', 'id', 'chown']);
    const place = whereWeAre(options);
    const config = await presentConfig(machine);
    await makeUser(machine, options.user);
    // The daemon reads it through its group; passwords stand there as hashes, so others do not.
    if (config === null) await machine.write(CONFIG_PATH, configFor(shipped('config.yaml')), 0o640, `root:${options.user}`);
    const units = options.renderer === true || machine.has(unitPath(UNITS.renderer)) ? [UNITS.renderer, UNITS.daemon] : [UNITS.daemon];
    await putUnits(machine, units, place);
    advise(machine, config, units.length > 1);
  });
}

/** @throws NotDone where a service could not start what runs now. */
function whereWeAre({ user, prefix, renderer = false }: InstallOptions): Place {
  if (user === 'root') throw new NotDone('the daemon runs without root: name another user');
  const node = realpathSync(process.execPath);
  const script = realpathSync(fileURLToPath(new URL('./diuna.js', import.meta.url)));
  for (const path of prefix === undefined ? [node, script] : []) {
    const why = whyOutOfReach(path);
    if (why !== null) throw new NotDone(why);
    const wrong = renderer ? distrust(partsOf(path), RUN_BY_ROOT) : null;
    if (wrong !== null) throw new NotDone(`${wrong.message}: ${wrong.cure}`);
  }
  return { node, script, user };
}

/** @returns null where there is none yet. @throws ConfigRejected, NotDone where the service could not run with it. */
async function presentConfig(machine: Machine): Promise<Config | null> {
  if (!machine.has(CONFIG_PATH)) return null;
  const config = await loadConfig(machine.at(CONFIG_PATH));
  if (!config.ok) throw new ConfigRejected(config.error);
  const { path } = config.value.store;
  if (path !== STATE_PATH && !path.startsWith(`${STATE_PATH}/`)) {
    const cure = `write store: { path: ${STATE_PATH} } there, and move what is in the old one`;
    throw new NotDone(`${CONFIG_PATH} keeps its store in ${path}, where the service may not write: ${cure}`);
  }
  machine.say(`${CONFIG_PATH} is there and stays as it is`);
  return config.value;
}

async function makeUser(machine: Machine, user: string): Promise<void> {
  if ((await machine.ask('getent', 'passwd', user)) === null) {
    const group = (await machine.ask('getent', 'group', user)) === null ? ['--user-group'] : ['--gid', user];
    const nobody = ['--system', '--no-create-home', '--home-dir', STATE_PATH, '--shell', '/usr/sbin/nologin'];
    await machine.run('useradd', ...nobody, ...group, user);
  } else machine.say(`there is a user ${user} already`);
  const has = (await machine.ask('id', '-nG', user))?.split(/\s+/) ?? [];
  const missing: string[] = [];
  for (const group of DEVICE_GROUPS) {
    if (!has.includes(group) && (await machine.ask('getent', 'group', group)) !== null) missing.push(group);
  }
  if (missing.length > 0) await machine.run('usermod', '--append', '--groups', missing.join(','), user);
}

async function putUnits(machine: Machine, units: readonly string[], place: Place): Promise<void> {
  const changed: string[] = [];
  for (const unit of units) {
    const before = machine.has(unitPath(unit));
    const wrote = await machine.write(unitPath(unit), unitFor(shipped(`systemd/${unit}`), place), 0o644);
    if (wrote && before) changed.push(unit);
  }
  await machine.run('systemctl', 'daemon-reload');
  await machine.run('systemctl', 'enable', '--now', ...units);
  if (changed.length > 0) await machine.run('systemctl', 'try-restart', ...changed);
}

function advise(machine: Machine, config: Config | null, hasRenderer: boolean): void {
  const strips = Object.entries(config?.strips ?? {});
  const by = (...drivers: readonly string[]) => strips.filter(([, { output }]) => drivers.includes(output.driver)).map(([id]) => id);
  const [wired, networked] = [by('ws281x'), by('ddp', 'e131')];
  if (wired.length > 0 && !hasRenderer) machine.say(`${wired.join(', ')}: the driver ws281x needs root: diuna service install --renderer`);
  if (wired.length > 0 && networked.length > 0) {
    machine.say(`${networked.join(', ')}: lit from ${UNITS.renderer} too, which has no network: its first lines say how to give it one`);
  }
  machine.say(`next: edit ${CONFIG_PATH}, then systemctl reload diuna; the log: journalctl -u diuna -f`);
}

/** A file of this package; the bundle lies in its folder `dist`. */
function shipped(name: string): string {
  return readFileSync(new URL(`../${name}`, import.meta.url), 'utf8');
}
