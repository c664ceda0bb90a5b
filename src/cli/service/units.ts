/** The units as they ship, for this machine's paths, the user that is wanted, and where its strips are. Pure. */
import { isIP } from 'node:net';

export const UNITS = { daemon: 'diuna.service', renderer: 'diuna-renderer.service' } as const;
export const CONFIG_PATH = '/etc/diuna/config.yaml';
export const STATE_PATH = '/var/lib/diuna';

export interface Place {
  readonly node: string;
  readonly script: string;
  readonly user: string;
  readonly group: string;
  /** Hosts of strips in the network that the renderer's service lights, too; null for one that is found by multicast. */
  readonly hosts: readonly (string | null)[];
}

/** This machine, its networks, and what is sent to many. */
const NEAR = 'localhost link-local multicast 10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 fc00::/7';

/** @param text of a unit as it ships. */
export function unitFor(text: string, { node, script, user, group, hosts }: Place): string {
  const unit = text
    .replace(/^ExecStart=\/usr\/bin\/env diuna /m, `ExecStart=${node} ${script} `)
    .replace(/^User=diuna$/m, `User=${user}`)
    .replace(/^Group=diuna$/m, `Group=${group}`);
  return hosts.length === 0 ? unit : withNetwork(unit, hosts);
}

/**
 * A unit that has no network gets it back, for what is near and the addresses that are named. Names have to be looked up, at
 * servers that may be anywhere.
 */
function withNetwork(unit: string, hosts: readonly (string | null)[]): string {
  const named = hosts.filter((host) => host !== null);
  const addresses = named.filter((host) => isIP(host) !== 0);
  const only = `IPAddressDeny=any\nIPAddressAllow=${[NEAR, ...new Set(addresses)].join(' ')}`;
  return unit
    .replace(/^PrivateNetwork=yes$/m, 'PrivateNetwork=no')
    .replace(/^IPAddressDeny=any$/m, addresses.length === named.length ? only : 'IPAddressDeny=')
    .replace(/^RestrictAddressFamilies=AF_UNIX$/m, 'RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6');
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
