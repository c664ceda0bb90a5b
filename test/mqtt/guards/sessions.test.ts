/** Who may keep a session, and whose has to go: one user leaves room for the others. */
import { beforeEach, expect, it } from 'vitest';
import { Sessions } from '../../../src/mqtt/guards/sessions.ts';
import { FakeClock } from '../../support/fakes.ts';

let clock: FakeClock;
let users: Map<string, string>;
let expired: string[];
let putOut: string[];
beforeEach(() => {
  clock = new FakeClock();
  users = new Map();
  expired = [];
  putOut = [];
});

function sessions(stored_sessions: number, sessions_per_user: number): Sessions {
  return new Sessions({
    limits: { stored_sessions, sessions_per_user, session_expiry: 3600 },
    clock,
    userOf: (clientId) => users.get(clientId) ?? null,
    expire: (clientId) => void expired.push(clientId),
    putOut: (clientId) => void putOut.push(clientId),
  });
}

/** @returns what to call when the client leaves, or why it may not keep a session. */
function come(kept: Sessions, clientId: string, user: string | null): (() => void) | string {
  if (user !== null) users.set(clientId, user);
  clock.monotonic += 1_000_000;
  return kept.makeRoom(clientId) ?? kept.enter(clientId, true);
}

function visit(kept: Sessions, clientId: string, user: string | null): void {
  const leave = come(kept, clientId, user);
  if (typeof leave === 'string') throw new Error(leave);
  leave();
}

it('a user keeps so many, and others are not concerned', () => {
  const kept = sessions(10, 3);
  for (const id of ['a', 'b', 'c']) visit(kept, id, 'bob');
  expect(come(kept, 'd', 'bob')).toBe('3 sessions of user bob are kept');
  visit(kept, 'e', 'alice');
  visit(kept, 'b', 'bob'); // known
  expect(expired).toEqual([]);
});

it('a user has room again when sessions have expired', () => {
  const kept = sessions(10, 2);
  for (const id of ['a', 'b']) visit(kept, id, 'bob');
  clock.monotonic += 3_700_000_000;
  visit(kept, 'c', 'bob');
  expect([expired, putOut]).toEqual([['a', 'b'], []]);
});

it('where all are taken the user with the most loses the one left longest ago', () => {
  const kept = sessions(5, 4);
  come(kept, 'here', 'bob'); // stays connected
  for (const id of ['b', 'c', 'd']) visit(kept, id, 'bob');
  visit(kept, 'e', 'carol');
  visit(kept, 'f', 'alice');
  expect([expired, putOut]).toEqual([['b'], ['b']]);
  expect([kept.isAway('b'), kept.isAway('c')]).toEqual([false, true]);
});

it('where every client is there the next one is refused', () => {
  const kept = sessions(2, 2);
  come(kept, 'a', 'bob');
  come(kept, 'b', 'bob');
  expect(come(kept, 'c', 'alice')).toBe('2 sessions are kept');
});

it('without users whoever came first is not put out', () => {
  const kept = sessions(2, 1);
  for (const id of ['a', 'b']) visit(kept, id, null);
  expect(come(kept, 'c', null)).toBe('2 sessions are kept');
  expect(expired).toEqual([]);
});
