/** `diuna service install`: units, user and configuration, each where it is missing or differs. Doing it again changes nothing. */
import { readFileSync, realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { formatPath } from '../../core/issues.ts';
import type { Config } from '../../model/config.ts';
import { hintsOf } from '../../model/config-hints.ts';
import { loadConfig } from '../../system/config-file.ts';
import { ConfigRejected } from '../../system/config-mistakes.ts';
import type { ExitCode } from '../exit-codes.ts';
import { NotDone, onFiles } from '../file-command.ts';
import { Machine, type MachineOptions } from './machine.ts';
import { distrustOfFiles, filesRootRuns } from './root-files.ts';
import { CONFIG_PATH, configFor, type Place, STATE_PATH, UNITS, unitFor, unitPath, whyOutOfReach } from './units.ts';

export interface InstallOptions extends MachineOptions {
  readonly user: string;
  readonly renderer?: boolean;
}

/** Groups that may use SPI, lines of GPIO and input devices, on Raspberry Pi OS and elsewhere. */
const DEVICE_GROUPS = ['spi', 'gpio', 'input'];
/** The one that is made where it is missing. */
const OWN_USER = 'diuna';

export function install(options: InstallOptions): Promise<ExitCode> {
  return onFiles(false, async (output) => {
    const machine = new Machine(output, options);
    machine.demand(['systemctl', 'useradd', 'usermod', 'getent', 'id', 'chown']);
    const hasRenderer = options.renderer === true || machine.has(unitPath(UNITS.renderer));
    const program = whereWeAre(options, hasRenderer);
    const config = await presentConfig(machine);
    const { user } = options;
    const group = await makeUser(machine, user);
    if (hasRenderer && group !== user) machine.say(`whoever is in the group ${group} may use the socket of ${UNITS.renderer}`);
    // The daemon reads it through its group; passwords stand there as hashes, so others do not.
    if (config === null) await machine.write(CONFIG_PATH, configFor(shipped('config.yaml')), 0o640, `root:${group}`);
    const units = hasRenderer ? [UNITS.renderer, UNITS.daemon] : [UNITS.daemon];
    await putUnits(machine, units, { ...program, user, group, hosts: hostsOf(config) });
    advise(machine, config, hasRenderer);
  });
}

/** @throws NotDone where a service could not start what runs now. */
function whereWeAre({ user, prefix }: InstallOptions, hasRenderer: boolean): Pick<Place, 'node' | 'script'> {
  if (user === 'root') throw new NotDone('the daemon runs without root: name another user');
  const node = realpathSync(process.execPath);
  const script = realpathSync(fileURLToPath(new URL('./diuna.js', import.meta.url)));
  if (prefix !== undefined) return { node, script };
  for (const path of [node, script]) {
    const why = whyOutOfReach(path);
    if (why !== null) throw new NotDone(why);
  }
  const wrong = hasRenderer ? distrustOfFiles(filesRootRuns(node, script)) : null;
  if (wrong !== null) throw new NotDone(`${wrong.message}: ${wrong.cure}`);
  return { node, script };
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

/** @returns the group that it runs with, the user's own. @throws NotDone where somebody named a user that is not there. */
async function makeUser(machine: Machine, user: string): Promise<string> {
  if ((await machine.ask('getent', 'passwd', user)) !== null) machine.say(`there is a user ${user} already`);
  else if (user === OWN_USER) {
    const group = (await machine.ask('getent', 'group', user)) === null ? ['--user-group'] : ['--gid', user];
    const nobody = ['--system', '--no-create-home', '--home-dir', STATE_PATH, '--shell', '/usr/sbin/nologin'];
    await machine.run('useradd', ...nobody, ...group, user);
  } else {
    const cure = `make it first (sudo useradd --system --user-group ${user}), or leave --user out: the user ${OWN_USER} is made for you`;
    throw new NotDone(`there is no user ${user}: ${cure}`);
  }
  const has = (await machine.ask('id', '-nG', user))?.split(/\s+/) ?? [];
  const missing: string[] = [];
  for (const group of DEVICE_GROUPS) {
    if (!has.includes(group) && (await machine.ask('getent', 'group', group)) !== null) missing.push(group);
  }
  if (missing.length > 0) await machine.run('usermod', '--append', '--groups', missing.join(','), user);
  return groupOf(machine, user);
}

/** By its number where a unit would read its name otherwise. Before a user is made, as with --dry-run, it is to be of that name. */
async function groupOf(machine: Machine, user: string): Promise<string> {
  const name = (await machine.ask('id', '-gn', user)) ?? '';
  if (name === '') return user;
  if (/^[a-z_][a-z0-9_-]*$/i.test(name)) return name;
  const number = (await machine.ask('id', '-g', user)) ?? '';
  return /^\d+$/.test(number) ? number : user;
}

/** Of the strips in the network that root's renderer lights beside those at pins; null: found by multicast. */
function hostsOf(config: Config | null): (string | null)[] {
  if (config === null) return [];
  const outputs = Object.values(config.strips).map(({ output }) => output);
  const byRoot = config.renderer.isolation === 'service' || outputs.some(({ driver }) => driver === 'ws281x' || driver === 'auto');
  if (!byRoot) return [];
  return outputs.flatMap((output) => (output.driver === 'ddp' || output.driver === 'e131' ? [output.host ?? null] : []));
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
  if (hasRenderer && hostsOf(config).length > 0) {
    machine.say(
      `${networked.join(', ')}: lit from ${UNITS.renderer} too, which has a network for that; do this again when their hosts change`,
    );
  }
  for (const { path, message } of config === null ? [] : hintsOf(config)) machine.say(`note: ${formatPath(path)} ${message}`);
  machine.say(`next: edit ${CONFIG_PATH}, then systemctl reload diuna; the log: journalctl -u diuna -f`);
}

/** A file of this package; the bundle lies in its folder `dist`. */
function shipped(name: string): string {
  return readFileSync(new URL(`../${name}`, import.meta.url), 'utf8');
}
