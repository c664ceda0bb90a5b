/**
 * Changes the users in the text of a configuration and leaves every other character as it stands. Where they are written
 * in a way that this does not know, the YAML library writes the whole file anew, which keeps comments and order but not
 * every blank. Either result is read again and must hold the change and nothing else.
 */
import { isDeepStrictEqual } from 'node:util';
import { isMap, parseDocument } from 'yaml';
import { readYaml } from '../config-yaml.ts';
import { valueAt } from '../value-at.ts';
import { cutPair, pairOf, putPair, setValue } from './yaml-splice.ts';

/** What is written of a user; what is left out stays as it was. */
export interface UserFields {
  readonly password: string;
  readonly role?: string;
  readonly zones?: readonly string[];
}

type Users = Readonly<Record<string, unknown>>;

/** @returns `null` where the users are written in no way that can be changed. */
export function withUser(text: string, name: string, fields: UserFields): string | null {
  const before = usersOf(text);
  const entries = Object.entries(fields);
  const wanted = { ...before, [name]: { ...Object(before[name]), ...fields } };
  const rewrite = () => {
    const document = parseDocument(text, { stringKeys: true });
    for (const [key, value] of entries) document.setIn(['users', name, key], value);
    return document.toString({ lineWidth: 0 });
  };
  return firstRight(text, wanted, [() => spliceIn(text, name, entries), rewrite]);
}

/** @returns as above. */
export function withoutUser(text: string, name: string): string | null {
  const { [name]: _, ...wanted } = usersOf(text);
  const splice = () => {
    const users = pairOf(parseDocument(text, { stringKeys: true }).contents, 'users');
    return users === null ? null : cutPair(text, users, name);
  };
  const rewrite = () => {
    const document = parseDocument(text, { stringKeys: true });
    document.deleteIn(['users', name]);
    return document.toString({ lineWidth: 0 });
  };
  return firstRight(text, wanted, [splice, rewrite]);
}

function spliceIn(text: string, name: string, entries: readonly (readonly [string, unknown])[]): string | null {
  const users = pairOf(parseDocument(text, { stringKeys: true }).contents, 'users');
  const user = users === null ? null : pairOf(users.value, name);
  if (user === null) return putPair(text, users, name, entries);
  if (!isMap(user.value)) return null;
  let changed: string | null = text;
  for (const [key, value] of entries) {
    if (changed === null) return null;
    const { contents } = parseDocument(changed, { stringKeys: true }); // anew, as every change moves what follows
    const inUsers = pairOf(contents, 'users');
    changed = setValue(changed, inUsers === null ? null : pairOf(inUsers.value, name), key, value);
  }
  return changed;
}

function usersOf(text: string): Users {
  return { ...Object(valueAt(readYaml(text).data?.value, ['users'])) };
}

/** @returns the first text that differs from `text` in the users alone, and holds those that are wanted. */
function firstRight(text: string, users: Users, ways: readonly (() => string | null)[]): string | null {
  const wanted = { ...Object(readYaml(text).data?.value), users };
  for (const way of ways) {
    const changed = tried(way);
    if (changed === null) continue;
    const { data, mistakes } = readYaml(changed);
    if (mistakes.length === 0 && isDeepStrictEqual(data?.value, wanted)) return changed;
  }
  return null;
}

/** The library throws where it cannot set a value: below an alias, or below a scalar. */
function tried(way: () => string | null): string | null {
  try {
    return way();
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    return null;
  }
}
