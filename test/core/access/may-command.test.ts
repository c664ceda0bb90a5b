import { describe, expect, it } from 'vitest';
import type { Account } from '../../../src/core/access/account.ts';
import { mayCommand } from '../../../src/core/access/may-command.ts';
import type { Change, Command } from '../../../src/model/command.ts';
import { catalog } from '../../support/catalog.ts';

const controller = (...zones: string[]): Account => ({ user: 'kid', role: 'controller', zones: new Set(zones), token: null });
const toggle = (zone: string): Change => ({ type: 'zone.toggle', zone });
const may = (account: Account, command: Command, names = catalog) => mayCommand(account, command, names) === null;

describe('a controller of some zones', () => {
  it('may command a group only where each of its zones is one of those', () => {
    expect(may(controller('floor', 'shelf'), toggle('downstairs'))).toBe(true);
    expect(may(controller('floor'), toggle('downstairs'))).toBe(false);
    expect(may(controller('desk'), toggle('corner'))).toBe(true);
    expect(may(controller('floor', 'shelf'), { type: 'batch', commands: [toggle('downstairs'), toggle('corner')] })).toBe(false);
  });

  it('may command all where it has every zone, and no longer when there is one more', () => {
    const everything = controller('floor', 'shelf', 'desk');
    expect(may(everything, toggle('all'))).toBe(true);
    expect(may(controller('floor', 'shelf'), toggle('all'))).toBe(false);
    const attic = catalog.zones.get('floor');
    if (attic === undefined) throw new Error('no floor');
    expect(may(everything, toggle('all'), { ...catalog, zones: new Map([...catalog.zones, ['attic', attic]]) })).toBe(false);
  });

  it('gains nothing by a group that has the id of a zone which it once had', () => {
    expect(may(controller('downstairs'), toggle('downstairs'))).toBe(false);
    expect(may(controller('all'), toggle('all'))).toBe(false);
  });

  it('may command nothing of which nobody knows what it means', () => {
    const nothing = { ...catalog, zones: new Map(), groups: new Map() };
    for (const zone of ['all', 'downstairs', 'cellar']) expect(may(controller('floor'), toggle(zone), nothing)).toBe(false);
  });

  it('is told what it may', () => {
    const why = mayCommand(controller('floor'), toggle('downstairs'), catalog);
    expect(why).toMatchObject({ code: 'forbidden', message: 'this controller may command floor; got zone.toggle of downstairs' });
  });
});

it('whoever may command every zone may command every group, and a viewer none', () => {
  const of = (role: Account['role']): Account => ({ user: 'ann', role, zones: null, token: null });
  expect([
    may(of('admin'), toggle('downstairs')),
    may(of('controller'), toggle('downstairs')),
    may(of('viewer'), toggle('downstairs')),
  ]).toEqual([true, true, false]);
});
