/** Users of a daemon under test, with passwords as the configuration wants them, and clients that log in as them. */
import type { IClientOptions } from 'mqtt';
import { hashPassword } from '../../src/system/access/password-hash.ts';

export interface UserFields {
  readonly role?: string;
  readonly zones?: readonly string[];
}

/** As weak as the configuration takes them, for speed; everybody's password is the name and `-secret`. */
export async function usersOf(fields: Readonly<Record<string, UserFields>>): Promise<Record<string, object>> {
  const entries = Object.entries(fields).map(async ([name, rest]) => [
    name,
    { password: await hashPassword(passwordOf(name), { ln: 15, r: 1, p: 1 }), ...rest },
  ]);
  return Object.fromEntries(await Promise.all(entries));
}

export function passwordOf(user: string): string {
  return `${user}-secret`;
}

export function as(user: string, options: IClientOptions = {}): IClientOptions {
  return { username: user, password: passwordOf(user), ...options };
}
