/** `diuna token`: issues, revokes and lists JSON Web Tokens, which clients give as their password. A token is shown once and kept nowhere. */

import type { Config } from '../model/config.ts';
import type { Role } from '../model/config-access.ts';
import type { ZoneId } from '../model/ids.ts';
import { TokenDesk } from '../system/access/token-desk.ts';
import type { Algorithm, TokenEntry } from '../system/access/token-format.ts';
import { loadConfig } from '../system/config-file.ts';
import { ConfigRejected } from '../system/config-mistakes.ts';
import { realClock } from '../system/real-clock.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { NotDone, onFiles } from './file-command.ts';
import { unknownOf } from './known-zones.ts';
import { needlessZones, zonesText } from './zone-rights.ts';

export interface TokenOptions {
  readonly config: string;
  readonly json?: boolean;
}

export interface TokenCreateOptions extends TokenOptions {
  /** Left out: a controller. */
  readonly role?: Role;
  readonly zones?: readonly ZoneId[];
  /** Milliseconds. */
  readonly expires: number;
  readonly alg?: Algorithm;
}

export function createToken(name: string, options: TokenCreateOptions): Promise<ExitCode> {
  return onFiles(false, async (output) => {
    const { role = 'controller', zones = null, expires: lifeMs, alg: algorithm = null } = options;
    const config = await valid(options.config);
    const wrong = needlessZones(role, zones) ?? unknownOf(Object.keys(config.zones), zones ?? []);
    if (wrong !== null) throw new NotDone(wrong, exitCodes.usage);
    const { token, entry } = await deskOf(config).create({ name, role, zones, lifeMs, algorithm });
    output.result(token, null);
    output.note(`token ${entry.id} for ${name}, ${role}, until ${entry.expires}; it is shown this once`);
    output.note(`clients give it as their password, with the user name ${name} or none; to end it: diuna token revoke ${entry.id}`);
    if (Object.keys(config.users).length === 0) output.note('nobody is asked for it yet: that begins with the first user (diuna user add)');
  });
}

export function revokeToken(id: string, options: TokenOptions): Promise<ExitCode> {
  return onFiles(false, async (output) => {
    const entry = await deskOf(await valid(options.config)).revoke(id);
    if (entry === null) throw new NotDone(`there is no token ${id}: see diuna token list`);
    output.note(`token ${entry.id} for ${entry.name} is revoked; a running daemon parts with its clients within seconds`);
  });
}

export function listTokens(options: TokenOptions): Promise<ExitCode> {
  return onFiles(options.json === true, async (output) => {
    const tokens = await deskOf(await valid(options.config)).list();
    const width = Math.max(12, ...tokens.map(({ name }) => name.length));
    if (output.json || tokens.length > 0) output.result(tokens.map((entry) => line(entry, width)).join('\n'), tokens);
    else output.note('there are no tokens');
  });
}

function line({ id, name, role, zones, expires, revoked }: TokenEntry, width: number): string {
  const end = revoked === null ? `until ${expires}` : `revoked ${revoked}`;
  return `${id}  ${name.padEnd(width)}  ${role.padEnd(10)}  ${zonesText(role, zones)}  ${end}`;
}

async function valid(path: string): Promise<Config> {
  const config = await loadConfig(path);
  if (!config.ok) throw new ConfigRejected(config.error);
  return config.value;
}

export function deskOf(config: Config): TokenDesk {
  return new TokenDesk(config.store.path, realClock);
}
