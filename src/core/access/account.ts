/** Who a client is once it has been let in, and the port through which it is found out. */
import type { Result } from '../../base/result.ts';
import { type Role, roles } from '../../model/config-access.ts';

export interface Account {
  /** `null` where no users are configured: every client is local then, and an admin. */
  readonly user: string | null;
  readonly role: Role;
  /** Zones that a controller may command; `null`: all of them. */
  readonly zones: ReadonlySet<string> | null;
  /** Of the token it came with: its id and its end in milliseconds since 1970; `null` where it came with a password. */
  readonly token: { readonly id: string; readonly expiresMs: number } | null;
}

/**
 * Whether it is the same user and may command no less: only then may it have what is the other's, as client ids, sessions and
 * replies. A token may carry a user's name and give less than the user may.
 */
export function standsFor(account: Account, other: Account): boolean {
  if (account.user !== other.user) return false;
  if (account.role !== other.role) return roles.indexOf(account.role) > roles.indexOf(other.role);
  if (account.role !== 'controller' || account.zones === null) return true;
  const { zones } = account;
  return other.zones !== null && [...other.zones].every((zone) => zones.has(zone));
}

/** A client of an installation without users. */
export const local: Account = { user: null, role: 'admin', zones: null, token: null };

export interface Credentials {
  readonly username: string | null;
  readonly password: string | null;
  /** The IP address that they came from. */
  readonly address: string;
}

export interface Denial {
  /** `credentials`: nobody is known by them. `later`: this address has failed too often just now. `failed`: they could not be checked. */
  readonly kind: 'credentials' | 'later' | 'failed';
  /** For the log: never holds a secret. */
  readonly why: string;
}

/** Finds out who comes. One for all ways in, so that failures of an address count together. */
export interface Authenticator {
  /** Whether anybody must log in at all. */
  readonly isRequired: boolean;
  /** Takes its time (the hash is slow on purpose); never rejects. At most so many are under way at once; others wait, bounded. */
  authenticate(credentials: Credentials): Promise<Result<Account, Denial>>;
  /** The account as it is now, after a reload or a revocation; `null` where it is gone. */
  renew(account: Account): Account | null;
}
