/** `diuna user`: adds, removes and lists the users of a configuration file. A password is asked, read or made up; only its hash is kept. */

import { Fault } from '../base/fault.ts';
import type { Config } from '../model/config.ts';
import type { Role } from '../model/config-access.ts';
import { MOST_PASSWORD_CHARACTERS } from '../system/access/authenticator.ts';
import { hashPassword, makeUpPassword } from '../system/access/password-hash.ts';
import { looksLikeToken } from '../system/access/token-format.ts';
import { putUser, removeUser, type UsersChanged } from '../system/access/users-file.ts';
import { loadConfig } from '../system/config-file.ts';
import { ConfigRejected } from '../system/config-mistakes.ts';
import { askPassword, readPassword } from './ask-password.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { NotDone, onFiles, reloadHint } from './file-command.ts';
import type { Output } from './output.ts';
import { deskOf } from './token.ts';
import { needlessZones, zonesText } from './zone-rights.ts';

export interface UserAddOptions {
  readonly config: string;
  /** Left out: a new user is a controller, an old one stays what it is. */
  readonly role?: Role;
  readonly zones?: readonly string[];
  readonly generate?: boolean;
  readonly passwordStdin?: boolean;
}

export interface UserOptions {
  readonly config: string;
  readonly json?: boolean;
}

/** As NIST SP 800-63B §5.1.1.1 asks for at least. */
const FEWEST_CHARACTERS = 8;

export function addUser(name: string, options: UserAddOptions): Promise<ExitCode> {
  return onFiles(false, async (output) => {
    const { config: path, role, zones, generate } = options;
    if (generate === true && options.passwordStdin === true) throw new NotDone('either --generate or --password-stdin', exitCodes.usage);
    const before = await loadConfig(path); // its mistakes may be cured by this very user
    const old = before.ok && Object.hasOwn(before.value.users, name) ? before.value.users[name] : undefined;
    const isNew = old === undefined;
    const needless = needlessZones(role ?? old?.role ?? 'controller', zones ?? null);
    if (needless !== null) throw new NotDone(needless, exitCodes.usage);
    const password = generate === true ? makeUpPassword() : await newPassword(name, options);
    const given = { ...(role === undefined ? {} : { role }), ...(zones === undefined ? {} : { zones }) };
    const fields = { password: await hashPassword(password), ...(isNew ? { role: 'controller', ...given } : given) };
    const outcome = await putUser(path, name, fields);
    if (!outcome.ok) throw new ConfigRejected(outcome.error);
    if (generate === true) output.result(password, null);
    const now = outcome.value.config.users[name]?.role ?? 'controller';
    output.note(`${path}: user ${name} ${isNew ? 'added' : 'has a new password'}, ${now}; ${reloadHint}`);
    warnIfOpen(output, path, outcome.value);
  });
}

export function dropUser(name: string, options: UserOptions): Promise<ExitCode> {
  return onFiles(false, async (output) => {
    const before = await loadConfig(options.config);
    if (!before.ok) throw new ConfigRejected(before.error);
    if (!Object.hasOwn(before.value.users, name)) throw new NotDone(`there is no user ${name} in ${options.config}`);
    const outcome = await removeUser(options.config, name);
    if (!outcome.ok) throw new ConfigRejected(outcome.error);
    output.note(`${options.config}: user ${name} removed; ${reloadHint}`);
    await nameTokens(output, name, outcome.value.config);
    if (Object.keys(outcome.value.config.users).length === 0)
      output.note('no users are left: after the reload nobody can log in, and after a restart whoever reaches the broker is an admin');
  });
}

export function listUsers(options: UserOptions): Promise<ExitCode> {
  return onFiles(options.json === true, async (output) => {
    const config = await loadConfig(options.config);
    if (!config.ok) throw new ConfigRejected(config.error);
    const users = Object.entries(config.value.users).map(([name, { role, zones }]) => ({ name, role, zones: zones ?? null }));
    const width = Math.max(12, ...users.map(({ name }) => name.length));
    const lines = users.map(({ name, role, zones }) => `${name.padEnd(width)}  ${role.padEnd(10)}  ${zonesText(role, zones)}`);
    if (output.json || lines.length > 0) output.result(lines.join('\n'), users);
    else output.note('there are no users: whoever reaches the broker is an admin');
  });
}

/** What the tokens of that name may do stands in them: they do not end with the user. */
async function nameTokens(output: Output, name: string, config: Config): Promise<void> {
  try {
    const valid = (await deskOf(config).list()).filter((token) => token.name === name && token.revoked === null);
    for (const { id, role, expires } of valid) {
      output.note(`a token of that name is still valid: ${role}, until ${expires}; to end it: diuna token revoke ${id}`);
    }
  } catch (cause) {
    if (!(cause instanceof Fault)) throw cause;
    output.note(`whether tokens of that name are still valid cannot be seen: ${cause.message}: ${cause.cure}`);
  }
}

async function newPassword(name: string, options: UserAddOptions): Promise<string> {
  if (options.passwordStdin === true) return acceptable(await readPassword());
  if (!process.stdin.isTTY) {
    throw new NotDone('standard input is no terminal to ask at: use --password-stdin or --generate', exitCodes.usage);
  }
  const password = acceptable(await askPassword(`Password for ${name}: `));
  if ((await askPassword('The same again: ')) !== password) throw new NotDone('the two differ; nothing was changed', exitCodes.usage);
  return password;
}

function acceptable(password: string): string {
  const why = whyNot(password);
  if (why !== null) throw new NotDone(`a password ${why}`, exitCodes.usage);
  return password;
}

function whyNot(password: string): string | null {
  if (Array.from(password).length < FEWEST_CHARACTERS) return `needs at least ${FEWEST_CHARACTERS} characters`;
  if (password.length > MOST_PASSWORD_CHARACTERS) return `may have at most ${MOST_PASSWORD_CHARACTERS} characters`;
  if (/\p{Cc}/u.test(password)) return 'may not hold control characters';
  return looksLikeToken(password) ? 'may not look like a token' : null;
}

function warnIfOpen(output: Output, path: string, { openToAll }: UsersChanged): void {
  if (!openToAll) return;
  output.note(`every user of this machine can read ${path}, and the hash in it: chmod o-r ${path}`);
  output.note(`where the daemon runs as the user diuna: sudo chgrp diuna ${path} && sudo chmod 640 ${path}`);
}
