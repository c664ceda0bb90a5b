/**
 * Who each client is, and so what it may: asked by the guards at each subscription and delivery, and by the gate at each
 * publish. Where users are configured, a client id belongs to the account that uses it, for as long as it is connected or its
 * session is kept: no other user, and no way in of the same user that gives less, comes by its session or its replies.
 */
import type { Client } from 'aedes';
import { type Account, type Authenticator, local, standsFor } from '../../core/access/account.ts';
import { noRights, type Rights, TopicRights } from '../../core/access/topic-rights.ts';
import type { AccessRule } from '../../model/config-access.ts';
import { decodeClientId } from '../../model/topics.ts';
import type { Access } from '../guards/access.ts';
import { ownerText, parseOwner } from './owner-text.ts';

export interface IdentityParts {
  readonly base: string;
  readonly rules: readonly AccessRule[];
  readonly authenticator: Authenticator;
  /** Whether a session waits for this client. */
  readonly isAway: (clientId: string) => boolean;
  /** As many sessions may be kept. */
  readonly sessionsMost: number;
}

interface Identity {
  readonly client: Client;
  /** The account, or what it was last: what it leaves behind is nobody else's. */
  owner: Account;
  account: Account;
  rights: Rights;
  isHere: boolean;
}

/** Of a client that left a session behind. */
interface Absent {
  owner: Account;
  /** `null` where it is not known any more, or gone. */
  account: Account | null;
  rights: Pick<Rights, 'mayRead'>;
}

/** Who was let in and is not any more; a viewer of no zone besides. */
const nobody: Account = { user: null, role: 'viewer', zones: new Set(), token: null };
/** What waits is judged when it is delivered. */
const anything: Pick<Rights, 'mayRead'> = { mayRead: () => true };

export class Identities implements Access {
  readonly #parts: IdentityParts;
  readonly #identities = new WeakMap<object, Identity>();
  /** Of all connections. */
  readonly #live = new Set<Identity>();
  /** Of those the one that has the client id: another one may not have been put out yet. */
  readonly #here = new Map<string, Identity>();
  readonly #absent = new Map<string, Absent>();
  #rules: readonly AccessRule[];
  #isRequired: boolean;

  constructor(parts: IdentityParts) {
    this.#parts = parts;
    this.#rules = parts.rules;
    this.#isRequired = parts.authenticator.isRequired;
  }

  /** Stays so once it was: who takes the users out of the config of a running daemon does not open it to everybody. */
  get isRequired(): boolean {
    this.#isRequired ||= this.#parts.authenticator.isRequired;
    return this.#isRequired;
  }

  /** Whose the sessions of an earlier process are, by client id: as `ownerText` said. */
  remember(owners: ReadonlyMap<string, string>): void {
    for (const [clientId, text] of owners) {
      const owner = parseOwner(text);
      const account = this.#renewed(owner);
      const rights = account === null ? anything : this.#rightsOf(clientId, account);
      this.#absent.set(clientId, { owner: account ?? owner, account, rights });
    }
  }

  /** What the next process has to know to `remember`; `null` where nobody has to log in. */
  ownerText(clientId: string): string | null {
    const owner = this.#ownerOf(clientId);
    return owner === null ? null : ownerText(owner);
  }

  /** A client has logged in. @returns false where its id is another user's, and nothing was changed. */
  enter(client: Client, account: Account): boolean {
    if (this.isRequired && this.#isTaken(client.id, account)) return false;
    const identity: Identity = { client, owner: account, account, rights: this.#rightsOf(client.id, account), isHere: true };
    this.#identities.set(client, identity);
    this.#live.add(identity);
    this.#here.set(client.id, identity);
    this.#absent.delete(client.id);
    client.conn.once('close', () => this.#leave(identity));
    return true;
  }

  /**
   * A client that has left may still have its will published: it is judged by what its account is now.
   * @param client the id of one of an earlier process.
   */
  accountOf(client: Client | string): Account {
    return this.#accountOf(client) ?? (this.isRequired ? nobody : local);
  }

  /** What a client may do with topics, by the account it has or had. */
  rightsOf(clientId: string, account: Account): Rights {
    const identity = this.#here.get(clientId);
    return identity?.account === account ? identity.rights : this.#rightsOf(clientId, account);
  }

  userOf(clientId: string): string | null {
    return this.#ownerOf(clientId)?.user ?? null;
  }

  isAdmin(client: Client): boolean {
    return this.#isOpen || this.#rights(client).isAdmin;
  }

  maySubscribe(client: Client, filter: string): boolean {
    return this.#isOpen || this.#rights(client).maySubscribe(filter);
  }

  mayRead(client: Client, topic: string): boolean {
    return this.#isOpen || this.#rights(client).mayRead(topic);
  }

  mayWrite(client: Client | string, topic: string): boolean {
    if (this.#isOpen) return true;
    return (typeof client === 'string' ? this.#rightsOf(client, this.accountOf(client)) : this.#rights(client)).mayWrite(topic);
  }

  mayKeep(clientId: string, topic: string): boolean {
    return this.#isOpen || (this.#here.get(clientId) ?? this.#absent.get(clientId))?.rights.mayRead(topic) !== false;
  }

  /** Judges everybody anew. @returns those that are not let in any more, with nothing left to them. */
  review(rules: readonly AccessRule[]): Client[] {
    this.#rules = rules;
    for (const [clientId, absent] of this.#absent) this.#reviewAbsent(clientId, absent);
    return [...this.#live].filter((identity) => !this.#review(identity)).map(({ client }) => client);
  }

  /** When the first token of a connected client ends, in milliseconds since 1970; `null` where none does. */
  firstEnd(): number | null {
    let first: number | null = null;
    for (const { account } of this.#live)
      if (account.token !== null && (first === null || account.token.expiresMs < first)) first = account.token.expiresMs;
    return first;
  }

  /** Clients whose token is over. Their wills are still published as their own: nobody took their rights away. */
  ended(nowMs: number): Client[] {
    return [...this.#live].filter(({ account }) => isOver(account, nowMs)).map(({ client }) => client);
  }

  get #isOpen(): boolean {
    return this.#rules.length === 0 && !this.isRequired;
  }

  #accountOf(client: Client | string): Account | null | undefined {
    return typeof client === 'string' ? this.#absent.get(client)?.account : this.#current(client)?.account;
  }

  #rights(client: Client): Rights {
    return this.#current(client)?.rights ?? (this.isRequired ? noRights : this.#rightsOf(client.id, local));
  }

  #rightsOf(clientId: string, account: Account): Rights {
    if (account === nobody) return noRights; // what rules give to everybody they give to users
    const ownerOf = (encodedId: string) => {
      const id = decodeClientId(encodedId);
      return id === null ? null : this.#ownerOf(id);
    };
    return new TopicRights({ base: this.#parts.base, rules: this.#rules, ownerOf }, clientId, account);
  }

  #ownerOf(clientId: string): Account | null {
    return (this.#here.get(clientId) ?? this.#absent.get(clientId))?.owner ?? null;
  }

  #current(client: object): Identity | undefined {
    const identity = this.#identities.get(client);
    if (identity !== undefined && !identity.isHere) this.#review(identity);
    return identity;
  }

  #review(identity: Identity): boolean {
    const account = this.#renewed(identity.account);
    identity.owner = account ?? this.#latest(identity.owner);
    identity.account = account ?? nobody;
    identity.rights = this.#rightsOf(identity.client.id, identity.account);
    return account !== null;
  }

  #reviewAbsent(clientId: string, absent: Absent): void {
    const account = absent.account === null ? null : this.#renewed(absent.account);
    absent.owner = account ?? this.#latest(absent.owner);
    if (absent.account === null) return;
    absent.account = account;
    absent.rights = absent.account === null ? noRights : this.#rightsOf(clientId, absent.account);
  }

  #renewed(account: Account): Account | null {
    if (!this.isRequired) return account;
    const renewed = account.user === null ? null : this.#parts.authenticator.renew(account);
    return renewed?.user === account.user ? renewed : null;
  }

  /** With another password, or of another role, a user still has what was its own. */
  #latest(owner: Account): Account {
    return owner.token === null ? (this.#renewed({ ...owner }) ?? owner) : owner;
  }

  #isTaken(clientId: string, account: Account): boolean {
    const here = this.#here.get(clientId);
    if (here !== undefined) return !standsFor(account, this.#latest(here.owner));
    const owner = this.#absent.get(clientId)?.owner ?? local;
    return owner.user !== null && !standsFor(account, this.#latest(owner)) && this.#parts.isAway(clientId);
  }

  #leave(identity: Identity): void {
    identity.isHere = false;
    this.#live.delete(identity);
    const { client, owner, account, rights } = identity;
    if (this.#here.get(client.id) !== identity) return;
    this.#here.delete(client.id);
    const other = this.#live.size > this.#here.size ? [...this.#live].find((one) => one.client.id === client.id) : undefined;
    if (other !== undefined) return void this.#here.set(client.id, other); // it came before, and has outlived who came after
    if (this.#absent.size >= 2 * this.#parts.sessionsMost) this.#sweep();
    if (!client.clean) this.#absent.set(client.id, { owner, account, rights });
  }

  /** Forgets those whose sessions have ended. */
  #sweep(): void {
    for (const clientId of this.#absent.keys()) if (!this.#parts.isAway(clientId)) this.#absent.delete(clientId);
  }
}

function isOver({ token }: Account, nowMs: number): boolean {
  return token !== null && nowMs >= token.expiresMs;
}
