/** Mistakes in who may do what: zones and users that there are not, and rules for what no rule decides. Pure. */
import { nearest } from '../base/nearest.ts';
import type { Config } from './config.ts';
import type { AccessRule } from './config-access.ts';
import type { Mistake, Unjudged } from './config-mistake.ts';

type Path = readonly (string | number)[];

/** @param unjudged entries that stand in the file but could not be read: what refers to them is not judged. */
export function checkRights(config: Config, unjudged: Unjudged): Mistake[] {
  return [...checkUsers(config, unjudged), ...checkElsewhere(config), ...checkRules(config, unjudged)];
}

function checkUsers({ users, zones }: Config, unjudged: Unjudged): Mistake[] {
  const known = Object.keys(zones);
  return Object.entries(users).flatMap(([user, { zones: own = [] }]) =>
    own.flatMap((zone, index) => (unjudged.has(`zones.${zone}`) ? [] : checkKnown(zone, known, 'zones', ['users', user, 'zones', index]))),
  );
}

/** Another broker lets in whom it wants. */
function checkElsewhere({ mqtt }: Config): Mistake[] {
  if (mqtt.broker_url === null) return [];
  const message = 'has no effect with mqtt.broker_url: configure it in that broker';
  return [
    ...(mqtt.listen_tls.length === 0 ? [] : [{ path: ['mqtt', 'listen_tls'], message }]),
    ...(mqtt.access.length === 0 ? [] : [{ path: ['mqtt', 'access'], message }]),
  ];
}

function checkRules(config: Config, unjudged: Unjudged): Mistake[] {
  const known = Object.keys(config.users);
  return config.mqtt.access.flatMap((rule, index) => {
    const path = ['mqtt', 'access', index];
    const users = (rule.users ?? []).flatMap((user, at) =>
      unjudged.has(`users.${user}`) ? [] : checkKnown(user, known, 'users', [...path, 'users', at]),
    );
    return [...checkTopic(rule, config.mqtt.base_topic, path), ...checkDenial(rule, path), ...users];
  });
}

function checkTopic({ topic }: AccessRule, base: string, path: Path): Mistake[] {
  if (topic !== base && !topic.startsWith(`${base}/`)) return [];
  return [{ path: [...path, 'topic'], message: `must not be of ${base}/…, where the roles of users decide`, got: topic }];
}

/** Nor would it hold for ids that no topic can hold, as `a/b`. */
function checkDenial({ topic, allow }: AccessRule, path: Path): Mistake[] {
  if (allow !== 'none' || !topic.includes('%c')) return [];
  const message = 'must not have %c where nothing is allowed: whoever is denied takes another client id; say %u, users or roles';
  return [{ path: [...path, 'topic'], message, got: topic }];
}

function checkKnown(name: string, known: readonly string[], what: string, path: Path): Mistake[] {
  if (known.includes(name)) return [];
  const message =
    known.length === 0 ? `must be one of the ${what}, and there are none` : `must be one of the ${what}: ${known.slice(0, 12).join(', ')}`;
  return [{ path, message, got: name, meant: nearest(name, known, 1) }];
}
