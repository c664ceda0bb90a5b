/** The rules of `mqtt.access` as they hold for one client: only those that are about it, with its names put in. */
import type { AccessRule } from '../../model/config-access.ts';
import type { Account } from './account.ts';
import type { Levels } from './filter-sets.ts';

export interface OwnRule {
  readonly levels: Levels;
  readonly read: boolean;
  readonly write: boolean;
}

/** In their order: the first that matches a topic decides. */
export function rulesFor(rules: readonly AccessRule[], clientId: string, account: Account): readonly OwnRule[] {
  return rules.flatMap((rule) => {
    const levels = isAbout(rule, account) ? named(rule.topic, clientId, account.user) : null;
    if (levels === null) return [];
    const { allow } = rule;
    return [{ levels, read: allow === 'read' || allow === 'readwrite', write: allow === 'write' || allow === 'readwrite' }];
  });
}

function isAbout({ users, roles }: AccessRule, { user, role }: Account): boolean {
  return (users === undefined || (user !== null && users.includes(user))) && (roles === undefined || roles.includes(role));
}

/**
 * Puts `%c` and `%u` in, as text within a level.
 * @returns `null` where the name would be more than that: then no topic is meant, as none can hold the name.
 */
function named(pattern: string, clientId: string, user: string | null): Levels | null {
  if (pattern.includes('%c') && !isWithinLevel(clientId)) return null;
  if (pattern.includes('%u') && (user === null || !isWithinLevel(user))) return null;
  return pattern.split('/').map((level) => level.replaceAll(/%[cu]/g, (name) => (name === '%c' ? clientId : (user ?? ''))));
}

function isWithinLevel(name: string): boolean {
  return name !== '' && !/[+#/\0]/.test(name);
}
