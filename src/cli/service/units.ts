/** The units as they ship, for this machine's paths and the user that is wanted. Pure. */

export const UNITS = { daemon: 'diuna.service', renderer: 'diuna-renderer.service' } as const;
export const CONFIG_PATH = '/etc/diuna/config.yaml';
export const STATE_PATH = '/var/lib/diuna';

export interface Place {
  readonly node: string;
  readonly script: string;
  readonly user: string;
}

/** @param text of a unit as it ships. */
export function unitFor(text: string, { node, script, user }: Place): string {
  return text
    .replace(/^ExecStart=\/usr\/bin\/env diuna /m, `ExecStart=${node} ${script} `)
    .replace(/^User=diuna$/m, `User=${user}`)
    .replace(/^Group=diuna$/m, `Group=${user}`);
}

export function unitPath(unit: string): string {
  return `/etc/systemd/system/${unit}`;
}

/** The configuration as it ships, its store where the service may write. */
export function configFor(shipped: string): string {
  return shipped.replace(/^( {2}path: )\.\/data\b/m, `$1${STATE_PATH}`);
}

/** @returns why a service could not start this file; null where it can. */
export function whyOutOfReach(path: string): string | null {
  if (!/^[A-Za-z0-9/_.+@-]+$/.test(path)) return `${path} has characters that a unit would read otherwise: install diuna elsewhere`;
  if (/^\/(home|root|run\/user)\//.test(path))
    return `${path} lies in a home folder, and services see none: install Node.js and diuna for the whole machine (sudo npm install -g diuna)`;
  return /^\/(tmp|var\/tmp)\//.test(path) ? `${path} lies in a folder that is emptied: install diuna elsewhere` : null;
}
