/**
 * Changes the users of a configuration file: reads it, changes its text, judges the result as the daemon would, and only
 * then replaces the file, with its owner and mode, where a link to it leads. A result with mistakes is never written.
 */
import { realpath, stat } from 'node:fs/promises';
import { errorCode } from '../../base/error-code.ts';
import { Fault } from '../../base/fault.ts';
import { err, ok, type Result } from '../../base/result.ts';
import type { Config } from '../../model/config.ts';
import { readConfigText } from '../config-file.ts';
import { type ConfigMistake, placeMistake } from '../config-mistakes.ts';
import { parseConfig } from '../config-text.ts';
import { readYaml } from '../config-yaml.ts';
import { updateFile } from './update-file.ts';
import { type UserFields, withoutUser, withUser } from './users-text.ts';

export interface UsersChanged {
  readonly config: Config;
  /** Every user of this machine can read it, and the hashes with it. */
  readonly openToAll: boolean;
}

type Outcome = Result<UsersChanged, readonly ConfigMistake[]>;

/**
 * @returns the mistakes of what the file would be.
 * @throws Fault where the file cannot be written, or its users not be changed.
 */
export function putUser(path: string, name: string, fields: UserFields): Promise<Outcome> {
  return change(path, (text) => withUser(text, name, fields));
}

/** The user has to be there. As above. */
export function removeUser(path: string, name: string): Promise<Outcome> {
  return change(path, (text) => withoutUser(text, name));
}

async function change(path: string, edit: (text: string) => string | null): Promise<Outcome> {
  const real = await realpath(path).catch((cause: unknown) => {
    if (errorCode(cause) === null) throw cause;
    return path; // reading it says what is wrong
  });
  let outcome: Outcome = err([]);
  const before = await readConfigText(real);
  if (!before.ok) return err([placeMistake(path, { path: [], message: before.error }, null)]);
  const { uid, gid, mode } = await stat(real);
  await updateFile(real, { uid, gid, mode }, async () => {
    const text = await readConfigText(real);
    const changed = text.ok ? judge(text.value, path, edit) : err([placeMistake(path, { path: [], message: text.error }, null)]);
    outcome = changed.ok ? ok({ config: changed.value.config, openToAll: (mode & 0o004) !== 0 }) : changed;
    return changed.ok ? changed.value.text : null;
  });
  return outcome;
}

function judge(
  text: string,
  path: string,
  edit: (text: string) => string | null,
): Result<{ readonly text: string; readonly config: Config }, readonly ConfigMistake[]> {
  // What is no YAML is not touched; it is read within bounds here, before the library sees it again.
  const { data, mistakes } = readYaml(text);
  const before = parseConfig(text, path);
  if (data === null || mistakes.length > 0) return err(before.ok ? [] : before.error);
  const changed = edit(text);
  if (changed === null) {
    const cure = 'write them as a plain map (users: NAME: password: …), or change them by hand';
    throw new Fault('unknown_writing', `the users of ${path} are written in a way that cannot be changed here`, cure);
  }
  const config = parseConfig(changed, path);
  return config.ok ? ok({ text: changed, config: config.value }) : err(config.error);
}
