/**
 * What one client may read, write and subscribe to. Of our own topics all may be read by everybody, but for what lies below
 * `{base}/client/{id}`: a client's commands, replies and replays are for itself, its user (by a way in that gives no less) and admins, its presence for all.
 * Of other topics the rules of `mqtt.access` decide, and where none does, an admin may do everything and others nothing.
 */
import type { AccessRule } from '../../model/config-access.ts';
import { encodeClientId } from '../../model/topics.ts';
import { type OwnRule, rulesFor } from './access-rules.ts';
import { type Account, standsFor } from './account.ts';
import { covers, hasWildcard, intersection, isIn, type Levels } from './filter-sets.ts';

/** Topics that begin with `$` are not asked about here. */
export interface Rights {
  readonly isAdmin: boolean;
  mayRead(topic: string): boolean;
  /** Of topics that are not ours: what may be commanded is decided elsewhere. */
  mayWrite(topic: string): boolean;
  maySubscribe(filter: string): boolean;
}

/** Of whoever is not let in any more. */
export const noRights: Rights = { isAdmin: false, mayRead: () => false, mayWrite: () => false, maySubscribe: () => false };

/** What rights are measured by, the same for all clients. */
export interface House {
  readonly base: string;
  readonly rules: readonly AccessRule[];
  /** Whose a client is, by its id as it stands in topics; `null` where nobody knows. */
  readonly ownerOf: (encodedId: string) => Account | null;
}

const PRESENCE = '/presence';

export class TopicRights implements Rights {
  readonly isAdmin: boolean;
  readonly #account: Account;
  readonly #ownerOf: House['ownerOf'];
  readonly #rules: readonly OwnRule[];
  readonly #base: string;
  readonly #ours: string;
  readonly #clients: string;
  readonly #own: string;
  readonly #oursLevels: Levels;
  readonly #clientsLevels: Levels;
  readonly #ownId: string;

  constructor({ base, rules, ownerOf }: House, clientId: string, account: Account) {
    this.isAdmin = account.role === 'admin';
    this.#account = account;
    this.#ownerOf = ownerOf;
    this.#rules = rulesFor(rules, clientId, account);
    this.#ownId = encodeClientId(clientId);
    this.#base = base;
    this.#ours = `${base}/`;
    this.#clients = `${base}/client/`;
    this.#own = `${this.#clients}${this.#ownId}/`;
    this.#oursLevels = [...base.split('/'), '#'];
    this.#clientsLevels = [...base.split('/'), 'client', '#'];
  }

  /** Asked at each delivery: of our own topics a few comparisons. */
  mayRead(topic: string): boolean {
    if (!this.#isOurs(topic)) return this.#allows(topic, 'read');
    if (this.isAdmin || !topic.startsWith(this.#clients) || topic.startsWith(this.#own)) return true;
    const end = topic.indexOf('/', this.#clients.length);
    if (end === -1) return false;
    if (topic.endsWith(PRESENCE) && topic.length === end + PRESENCE.length) return true;
    return this.#isOwn(topic.slice(this.#clients.length, end));
  }

  mayWrite(topic: string): boolean {
    return !this.#isOurs(topic) && this.#allows(topic, 'write');
  }

  /** Granted where it means something that may be read: each delivery is judged by itself. */
  maySubscribe(filter: string): boolean {
    const levels = filter.split('/');
    return this.#mayReadOfOurs(levels) || this.#mayReadOfOthers(levels);
  }

  #isOurs(topic: string): boolean {
    return topic.startsWith(this.#ours) || topic === this.#base;
  }

  #allows(topic: string, way: 'read' | 'write'): boolean {
    if (this.#rules.length === 0) return this.isAdmin;
    const levels = topic.split('/');
    for (const rule of this.#rules) if (isIn(levels, rule.levels)) return rule[way];
    return this.isAdmin;
  }

  /** Of the same user, and no more than this one may. */
  #isOwn(encodedId: string): boolean {
    const owner = this.#account.user === null ? null : this.#ownerOf(encodedId);
    return owner !== null && standsFor(this.#account, owner);
  }

  #mayReadOfOurs(filter: Levels): boolean {
    const ours = intersection(filter, this.#oursLevels);
    if (ours === null) return false;
    if (this.isAdmin || !covers(this.#clientsLevels, ours)) return true;
    const clients = this.#clientsLevels.length - 1;
    const isOutright = !filter.slice(0, clients).some(hasWildcard);
    return isOutright ? this.#mayReadOfClients(ours.slice(clients)) : this.#mayReadSomeOfClients(ours.slice(clients));
  }

  /** A filter that begins with `{base}/client/` must not mean what is others'. @param rest what follows there. */
  #mayReadOfClients([id, verb, ...more]: Levels): boolean {
    if (id === undefined || verb === undefined) return id === undefined;
    if (!hasWildcard(id) && (id === this.#ownId || this.#isOwn(id))) return true;
    return verb === 'presence' && (more.length === 0 || (more.length === 1 && more[0] === '#'));
  }

  /** Of a broader filter, as `+/client/#`. */
  #mayReadSomeOfClients(rest: Levels): boolean {
    const [id] = rest;
    if (id === undefined || intersection(rest, [this.#ownId, '#']) !== null || intersection(rest, ['+', 'presence']) !== null) return true;
    return !hasWildcard(id) && this.#isOwn(id);
  }

  #mayReadOfOthers(filter: Levels): boolean {
    for (const [index, { read, levels }] of this.#rules.entries()) {
      const both = read ? intersection(filter, levels) : null;
      if (both !== null && !this.#isDecided(both, index)) return true;
    }
    return this.isAdmin && !this.#isDecided(filter, this.#rules.length);
  }

  /** Whether all that a filter means is ours, or one of the first rules decides of it. */
  #isDecided(filter: Levels, first: number): boolean {
    if (covers(this.#oursLevels, filter)) return true;
    for (let index = 0; index < first; index += 1) {
      const rule = this.#rules[index];
      if (rule !== undefined && covers(rule.levels, filter)) return true;
    }
    return false;
  }
}
