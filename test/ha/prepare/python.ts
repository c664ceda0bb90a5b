/** Home Assistant itself, in an environment of Python's within the root. */
import { type ExecuteOptions, execute } from '../../support/execute.ts';
import { say, told } from './cache.ts';
import { FETCHED_FOLDER } from './debian-root.ts';
import { fetchingEnvironment } from './host-settings.ts';
import { inside } from './inside.ts';

/** Of the root. */
const ENVIRONMENT = '/srv/home-assistant';
const PIP = `${ENVIRONMENT}/bin/pip`;
export const HASS = `${ENVIRONMENT}/bin/hass`;
/** What is tested against; DIUNA_HA_VERSION names another. */
export const WANTED = process.env['DIUNA_HA_VERSION'] ?? '2026.10.0';
const INSTALL_MS = 1_200_000;

export interface Versions {
  readonly homeAssistant: string;
  readonly python: string;
  /** Home Assistant's MQTT client. */
  readonly paho: string;
}

/** @param fetched a folder of the host that keeps what is fetched, for the next time. */
export async function installHomeAssistant(root: string, fetched: string): Promise<void> {
  const run = runner(root, fetched);
  await told("an environment of Python's", () => run(['python3', '-m', 'venv', ENVIRONMENT]));
  const version = choose(await run([PIP, 'index', 'versions', 'homeassistant']));
  await told('uv, which keeps what it fetches', () => run([PIP, 'install', 'uv']));
  const command = [`${ENVIRONMENT}/bin/uv`, 'pip', 'install', '--python', `${ENVIRONMENT}/bin/python3`, `homeassistant==${version}`];
  const environment = await indexForUv(root, fetched);
  await told(`Home Assistant ${version}: some 100 packages, 180 MB, a minute`, () => run(command, { environment, onLine: fetchingTold() }));
}

/** Where the index lacks what is wanted: the newest of the same month, else the newest. */
function choose(listed: string): string {
  const versions = /^Available versions: (.+)$/m.exec(listed)?.[1]?.split(', ') ?? [];
  if (versions.includes(WANTED)) return WANTED;
  const month = WANTED.split('.').slice(0, 2).join('.');
  const found = versions.find((version) => version.startsWith(`${month}.`)) ?? versions[0];
  if (found === undefined)
    throw new Error(`the index of Python packages has no Home Assistant for the root's Python: ${listed.slice(0, 300)}`);
  say(`Home Assistant ${WANTED} is not in the index: taking ${found}`);
  return found;
}

/** @returns what hears uv's lines, and tells how far it is. */
function fetchingTold(): (line: string) => void {
  return (line) => {
    if (/^\s*(Resolved|Downloading|Building|Prepared|Installed) /.test(line)) say(`  ${line.trim()}`);
  };
}

/** @returns what the root holds. */
export async function installedVersions(root: string): Promise<Versions> {
  const ask =
    "import platform; from importlib.metadata import version as v; print(v('homeassistant'), platform.python_version(), v('paho-mqtt'))";
  const [program, words] = inside({ root }, [`${ENVIRONMENT}/bin/python3`, '-c', ask]);
  const [homeAssistant = '?', python = '?', paho = '?'] = (await execute(program, words)).trim().split(' ');
  return { homeAssistant, python, paho };
}

/** The index that pip uses, for uv, with which Home Assistant installs and which does not read pip's settings. */
export async function indexForUv(root: string, fetched: string): Promise<Record<string, string>> {
  const asked = await runner(root, fetched)([PIP, 'config', 'get', 'global.index-url']).catch(() => '');
  const url = process.env['PIP_INDEX_URL'] ?? asked.trim();
  return url === '' ? {} : { UV_DEFAULT_INDEX: url };
}

type Run = (command: readonly string[], options?: Pick<ExecuteOptions, 'environment' | 'onLine'>) => Promise<string>;

function runner(root: string, fetched: string): Run {
  return (command, { environment = {}, ...options } = {}) => {
    const [program, words] = inside({ root, writable: true, folders: { [FETCHED_FOLDER]: fetched } }, command);
    const all = { ...fetchingEnvironment(FETCHED_FOLDER), ...environment };
    return execute(program, words, { ...options, environment: all, limitMs: INSTALL_MS });
  };
}
