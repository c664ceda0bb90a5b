/** Who may read, write and subscribe to what: by role, by client and user, by rule; filters never give more than topics do. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Account, local } from '../../../src/core/access/account.ts';
import { covers, intersection, isIn } from '../../../src/core/access/filter-sets.ts';
import { TopicRights } from '../../../src/core/access/topic-rights.ts';
import type { AccessRule, Role } from '../../../src/model/config-access.ts';
import { encodeClientId } from '../../../src/model/topics.ts';

const account = (user: string, role: Role = 'viewer'): Account => ({ user, role, zones: null, token: null });
/** Clients that are there, and whose. */
const there = new Map([
  ['phone', 'ann'],
  ['tablet', 'ann'],
  ['desk', 'bob'],
]);
const rights = (clientId: string, who: Account, rules: readonly AccessRule[] = [], base = 'diuna') =>
  new TopicRights({ base, rules, ownerOf: (encoded) => ownerOf(there.get(encoded)) }, clientId, who);
const ownerOf = (user: string | undefined) => (user === undefined ? null : account(user));

describe('our own topics', () => {
  const phone = rights('phone', account('ann'));

  it.each([
    'diuna/zone/floor/state',
    'diuna/event/zone/floor/state_changed',
    'diuna/event/client/desk/joined',
    'diuna/status',
    'diuna/info',
    'diuna/system/state',
    'diuna/preview/floor',
    'diuna/client/desk/presence',
    'diuna/client/phone/response',
    'diuna/client/phone/replay',
    'diuna/client/phone/command',
    'diuna/client/tablet/response',
  ])('a viewer may read %s', (topic) => {
    expect([phone.mayRead(topic), phone.maySubscribe(topic)]).toEqual([true, true]);
  });

  it.each([
    'diuna/client/desk/response',
    'diuna/client/desk/replay',
    'diuna/client/desk/command',
    'diuna/client/nobody/response',
    'diuna/client/phone2/response',
    'diuna/client/phon/response',
    'diuna/client/desk/presence/x',
    'diuna/client/desk',
    'diuna/client/desk/x/presence',
    'diuna2/status',
    'other',
  ])('a viewer may not read %s, an admin may', (topic) => {
    expect([phone.mayRead(topic), phone.maySubscribe(topic)]).toEqual([false, false]);
    const admin = rights('phone', account('ann', 'admin'));
    expect([admin.mayRead(topic), admin.maySubscribe(topic)]).toEqual([true, true]);
  });

  it.each([
    ['#', true],
    ['diuna/#', true],
    ['+/+/+/response', true],
    ['+/client/#', true],
    ['diuna/+/+/response', true],
    ['diuna/client/+/presence', true],
    ['diuna/preview/+', true],
    ['diuna/client/phone/#', true],
    ['diuna/client/tablet/+', true],
    ['diuna/client/+/response', false],
    ['diuna/client/+/+', false],
    ['diuna/client/#', false],
    ['diuna/client/+/#', false],
    ['diuna/client/desk/#', false],
    ['diuna/client/desk/+', false],
    ['diuna/client/+', false],
    ['+/client/desk/response', false],
    ['other/#', false],
    ['diunax/#', false],
  ])('a viewer that asks for %s gets it: %s', (filter, granted) => {
    expect(phone.maySubscribe(filter)).toBe(granted);
    expect(rights('phone', account('ann', 'admin')).maySubscribe(filter)).toBe(true);
  });

  it('are known by whole levels, below a base of several', () => {
    const deep = rights('phone', account('ann'), [], 'home/diuna');
    expect(deep.mayRead('home/diuna/status')).toBe(true);
    expect(deep.mayRead('home/other')).toBe(false);
    expect(deep.maySubscribe('home/#')).toBe(true);
    expect(deep.maySubscribe('home/diuna/client/#')).toBe(false);
    expect(deep.mayRead('home/diuna/client/desk/response')).toBe(false);
  });

  it.each(['__proto__', 'constructor', 'a/b', '+', '#', 'ä', '%c'])('the client %s reads its own replies alone', (id) => {
    const odd = rights(id, account('__proto__'));
    expect(odd.mayRead(`diuna/client/${encodeClientId(id)}/response`)).toBe(true);
    expect(odd.mayRead('diuna/client/phone/response')).toBe(false);
    expect(odd.mayRead('diuna/client/toString/response')).toBe(false);
    expect(odd.maySubscribe('diuna/client/+/response')).toBe(false);
  });

  it('no rule gives or takes them', () => {
    const all = rights('phone', account('ann'), [{ topic: '#', allow: 'readwrite' }]);
    expect([all.mayRead('diuna/client/desk/response'), all.mayWrite('diuna/status'), all.mayRead('x')]).toEqual([false, false, true]);
    const none = rights('phone', account('ann'), [{ topic: '#', allow: 'none' }]);
    expect([none.mayRead('diuna/status'), none.maySubscribe('#'), none.maySubscribe('x/#')]).toEqual([true, true, false]);
  });
});

describe('rules', () => {
  it('the first that matches topic, user and role decides; where none does, an admin may all and others nothing', () => {
    const rules: AccessRule[] = [
      { topic: 'home/secret', allow: 'none' },
      { topic: 'home/#', allow: 'read', roles: ['viewer'] },
      { topic: 'home/+/set', allow: 'write', users: ['bob'] },
      { topic: 'home/#', allow: 'readwrite', users: ['ann'], roles: ['controller'] },
    ];
    const may = (who: Account, topic: string) => {
      const own = rights('x', who, rules);
      return `${own.mayRead(topic) ? 'r' : '-'}${own.mayWrite(topic) ? 'w' : '-'}`;
    };
    expect(may(account('ann', 'admin'), 'home/secret')).toBe('--');
    expect(may(account('ann', 'admin'), 'home/lamp')).toBe('rw');
    expect(may(account('ann', 'viewer'), 'home/lamp')).toBe('r-');
    expect(may(account('bob', 'controller'), 'home/lamp/set')).toBe('-w');
    expect(may(account('bob', 'controller'), 'home/lamp')).toBe('--');
    expect(may(account('ann', 'controller'), 'home/lamp')).toBe('rw');
    expect(may(account('ann', 'controller'), 'elsewhere')).toBe('--');
    expect(may(local, 'home/secret')).toBe('--');
  });

  it('a filter that is denied as a whole is refused, to admins and without users too; one beside it is not', () => {
    const rules: AccessRule[] = [
      { topic: 'test/nosubscribe', allow: 'none' },
      { topic: 'drop/#', allow: 'write' },
    ];
    for (const who of [local, account('root', 'admin')]) {
      const own = rights('x', who, rules);
      const granted = ['test/nosubscribe', 'test/+', 'test/#', '#', 'drop/#', 'drop/+/a', 'drop', '+/a'].map((f) => own.maySubscribe(f));
      expect(granted).toEqual([false, true, true, true, false, false, false, true]);
      expect(own.mayWrite('test/nosubscribe')).toBe(false);
      expect(own.mayWrite('drop/here')).toBe(true);
    }
  });

  it('%c and %u are text within a level, and mean nothing where the name would be more', () => {
    const rules: AccessRule[] = [{ topic: 'dev-%c/%u/#', allow: 'readwrite' }];
    expect(rights('c1', account('ann'), rules).mayRead('dev-c1/ann/x')).toBe(true);
    expect(rights('c1', account('ann'), rules).mayRead('dev-c2/ann/x')).toBe(false);
    expect(rights('%u', account('ann'), rules).mayRead('dev-%u/ann/x')).toBe(true);
    expect(rights('%u', account('ann'), rules).mayRead('dev-ann/ann/x')).toBe(false);
    expect(rights('$&', account('ann'), rules).mayRead('dev-$&/ann/x')).toBe(true);
    expect(rights('c1', local, [{ topic: 'of/%u', allow: 'none' }]).mayRead('of/')).toBe(true);
    for (const id of ['+', '#', 'a/b', 'a+', '/', '\0']) {
      const own = rights(id, account('ann'), [{ topic: '%c', allow: 'read' }, ...rules, { topic: 'x/%c/#', allow: 'read' }]);
      for (const topic of ['other', `dev-${id}/ann/x`, 'x/other', `x/${id}/y`, id])
        expect([id, topic, own.mayRead(topic)]).toEqual([id, topic, false]);
      expect(own.maySubscribe('x/#')).toBe(false);
    }
  });
});

const level = fc.constantFrom('a', 'b', 'diuna', 'client', 'phone', 'desk', 'response', 'presence', 'zone', '');
const topicOf = fc.array(level, { minLength: 1, maxLength: 5 }).map((levels) => levels.join('/'));
const filterOf = fc
  .tuple(fc.array(fc.oneof(level, fc.constant('+')), { minLength: 0, maxLength: 4 }), fc.boolean())
  .map(([levels, open]) => (open || levels.length === 0 ? [...levels, '#'] : levels).join('/'));
const rulesOf = fc.array(
  fc.record({ topic: filterOf, allow: fc.constantFrom('none' as const, 'read' as const, 'write' as const, 'readwrite' as const) }),
  { maxLength: 5 },
);
const whoOf = fc.constantFrom(local, account('ann'), account('bob', 'controller'), account('root', 'admin'));

describe('whatever the rules', () => {
  it('a filter that means something readable is granted, but for those on what is others’', () => {
    fc.assert(
      fc.property(rulesOf, whoOf, filterOf, topicOf, (rules, who, filter, topic) => {
        const own = rights('phone', who, rules);
        fc.pre(isIn(topic.split('/'), filter.split('/')));
        if (own.mayRead(topic) && !filter.startsWith('diuna/client/')) expect(own.maySubscribe(filter)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('a filter without wildcards is granted where its topic may be read, and not else', () => {
    fc.assert(
      fc.property(rulesOf, whoOf, topicOf, (rules, who, topic) => {
        const own = rights('phone', who, rules);
        expect(own.maySubscribe(topic)).toBe(own.mayRead(topic));
      }),
      { numRuns: 2000 },
    );
  });

  it('who is no admin is never granted a filter on the clients’ topics that means what it may not read', () => {
    fc.assert(
      fc.property(rulesOf, filterOf, level, fc.constantFrom('response', 'replay', 'command'), (rules, rest, id, verb) => {
        const own = rights('phone', account('ann'), rules);
        const [filter, topic] = [`diuna/client/${rest}`, `diuna/client/${id}/${verb}`];
        if (isIn(topic.split('/'), filter.split('/')) && own.maySubscribe(filter)) expect(own.mayRead(topic)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('filters as sets', () => {
  it('what two have in common is what is in both', () => {
    fc.assert(
      fc.property(filterOf, filterOf, topicOf, (a, b, topic) => {
        const [left, right, levels] = [a.split('/'), b.split('/'), topic.split('/')];
        const both = intersection(left, right);
        expect(both !== null && isIn(levels, both)).toBe(isIn(levels, left) && isIn(levels, right));
      }),
      { numRuns: 2000 },
    );
  });

  it('one that covers another means all that the other means', () => {
    fc.assert(
      fc.property(filterOf, filterOf, topicOf, (a, b, topic) => {
        const [outer, inner, levels] = [a.split('/'), b.split('/'), topic.split('/')];
        if (covers(outer, inner) && isIn(levels, inner)) expect(isIn(levels, outer)).toBe(true);
        const both = intersection(outer, inner);
        if (covers(outer, inner)) expect(both).toEqual(inner);
      }),
      { numRuns: 2000 },
    );
  });
});
