/** A token may carry a user's name and give less: what is the user's is not its own. */
import { PassThrough } from 'node:stream';
import { Aedes } from 'aedes';
import { expect, it, onTestFinished } from 'vitest';
import type { Account } from '../../../src/core/access/account.ts';
import { Identities } from '../../../src/mqtt/access/identities.ts';
import { Users } from './stage.ts';

const admin: Account = { user: 'ann', role: 'admin', zones: null, token: null };
const token = (rest: Partial<Account>): Account => ({ ...admin, role: 'viewer', token: { id: 'T1', expiresMs: 9e12 }, ...rest });
const viewer = token({});

/** Whoever has a token keeps it; passwords give what the desk says. */
class Tokens extends Users {
  override renew(account: Account): Account | null {
    return account.token === null ? super.renew(account) : account;
  }
}

function house(): { identities: Identities; enter: (id: string, account: Account) => boolean } {
  const authenticator = new Tokens().add('ann', 'admin');
  const identities = new Identities({ base: 'diuna', rules: [], authenticator, isAway: () => true, sessionsMost: 10 });
  const enter = (id: string, account: Account) => {
    const client = Object.assign(new Aedes().handle(new PassThrough()), { id });
    onTestFinished(() => client.close());
    return identities.enter(client, account);
  };
  return { identities, enter };
}

it('takes over no client that may more, and is taken over by it', () => {
  const { enter } = house();
  expect([enter('phone', admin), enter('phone', viewer), enter('phone', admin)]).toEqual([true, false, true]);
  expect([enter('display', viewer), enter('display', admin), enter('display', viewer)]).toEqual([true, true, false]);
});

it('of controllers the one with fewer zones is the weaker one', () => {
  const { enter } = house();
  const both = token({ role: 'controller', zones: new Set(['floor', 'desk']) });
  const one = token({ role: 'controller', zones: new Set(['floor']) });
  expect([enter('a', both), enter('a', one), enter('a', token({ role: 'controller' })), enter('a', both)]).toEqual([
    true,
    false,
    true,
    false,
  ]);
});

it('reads no replies of a client that may more', () => {
  const { identities, enter } = house();
  enter('phone', admin);
  enter('display', viewer);
  const topic = 'diuna/client/phone/response';
  const rights = identities.rightsOf('display', viewer);
  expect([rights.mayRead(topic), rights.maySubscribe(topic)]).toEqual([false, false]);
  expect(identities.rightsOf('phone', admin).mayRead('diuna/client/display/response')).toBe(true);
});

it('is no more than it was after a restart, nor is the user’s session less', () => {
  const before = house();
  before.enter('display', viewer);
  before.enter('phone', admin);
  const owners = ['display', 'phone'].map((id) => [id, before.identities.ownerText(id) ?? ''] as const);
  const after = house();
  after.identities.remember(new Map(owners));
  expect(owners.map(([id]) => after.identities.accountOf(id).role)).toEqual(['viewer', 'admin']);
  expect(owners.map(([id]) => after.identities.userOf(id))).toEqual(['ann', 'ann']);
  expect([after.enter('phone', viewer), after.enter('display', viewer)]).toEqual([false, true]);
});
