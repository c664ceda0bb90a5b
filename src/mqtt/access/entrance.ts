/**
 * Lets clients in: asks who they are, whether their client id is theirs to use, and whether they may say what they want said
 * when they are gone. Until it has answered, nothing that a client sends is looked at.
 */
import type { Client, ConnectPacket } from 'aedes';
import { err, ok, type Result } from '../../base/result.ts';
import { type Account, type Authenticator, type Credentials, type Denial, local } from '../../core/access/account.ts';
import type { Identities } from './identities.ts';
import { RefusedLogin } from './refused-login.ts';

export type Will = NonNullable<ConnectPacket['will']>;

/** What a CONNECT says of its client. */
export interface Login {
  readonly username: string | undefined;
  readonly password: Buffer | undefined;
  readonly address: string;
  readonly will: Will | undefined;
}

export interface EntranceParts {
  readonly authenticator: Authenticator;
  readonly identities: Identities;
  /** @returns why the client may not publish its will, or `null`. */
  readonly judgeWill: (clientId: string, account: Account, will: Will) => string | null;
  /** The authenticator failed, which it must not. */
  readonly failed: (cause: unknown) => void;
}

/** Beyond any password or token of ours. */
const LONGEST_BYTES = 4096;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export class Entrance {
  readonly #parts: EntranceParts;

  constructor(parts: EntranceParts) {
    this.#parts = parts;
  }

  /** Never rejects. @returns why the client stays outside, or `null` where it is known from now on. */
  async enter(client: Client, login: Login): Promise<RefusedLogin | null> {
    const { identities } = this.#parts;
    const found = await this.#identify(login);
    if (!found.ok) return found.error;
    if (client.closed || client.conn.destroyed) return new RefusedLogin('login_failed', 'it had hung up before it was let in');
    const account = found.value;
    if (identities.isRequired) {
      if (account.user === null) return new RefusedLogin('credentials', 'there were users when the daemon started: restart it');
      const why = login.will === undefined ? null : this.#parts.judgeWill(client.id, account, login.will);
      if (why !== null) return new RefusedLogin('will', `user ${account.user}: ${why}`);
    }
    if (identities.enter(client, account)) return null;
    return new RefusedLogin(
      'client_id_taken',
      `user ${account.user} wants a client id that another user's client or session has, or one of the same user that may more`,
    );
  }

  async #identify({ username, password, address }: Login): Promise<Result<Account, RefusedLogin>> {
    if (!this.#parts.identities.isRequired) return ok(local);
    const credentials = readCredentials(username, password, address);
    if (credentials === null) return err(new RefusedLogin('credentials', 'user name and password must be text of at most 4096 bytes'));
    try {
      const found = await this.#parts.authenticator.authenticate(credentials);
      return found.ok ? found : err(refused(found.error));
    } catch (cause) {
      this.#parts.failed(cause);
      return err(new RefusedLogin('login_failed', 'the password could not be checked'));
    }
  }
}

function readCredentials(username: string | undefined, password: Buffer | undefined, address: string): Credentials | null {
  if (Buffer.byteLength(username ?? '') > LONGEST_BYTES || (password?.length ?? 0) > LONGEST_BYTES) return null;
  try {
    return { username: username ?? null, password: password === undefined ? null : utf8.decode(password), address };
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    return null;
  }
}

const guardOf = { credentials: 'credentials', later: 'login_rate', failed: 'login_failed' } as const;

function refused({ kind, why }: Denial): RefusedLogin {
  return new RefusedLogin(guardOf[kind], why);
}
