import { describe, expect, it } from 'vitest';
import { OwnEffects } from '../../src/daemon/own-effects.ts';
import type { EffectDeclaration } from '../../src/model/catalog.ts';
import type { NoticeType } from '../../src/model/event.ts';

const declared = (id: string): EffectDeclaration => ({ id, name: id, aliases: [], parameters: {} });

function setUp() {
  const told: [NoticeType, unknown][] = [];
  const lists: string[][] = [];
  const own: OwnEffects = new OwnEffects(
    (type, payload) => told.push([type, payload]),
    () => lists.push(own.declarations.map(({ id }) => id)),
  );
  const load = (ids: readonly string[], folder: string | null = '/fx', path: string | null = '/fx') =>
    own.hear({ kind: 'effects', folder, declarations: ids.map(declared), refused: [] }, path);
  return { own, told, lists, load };
}

describe('the effects that the daemon knows', () => {
  it('are those that were loaded last, without those that were stopped', () => {
    const { own, told, lists, load } = setUp();
    load(['a', 'b']);
    own.hear({ kind: 'effect_failed', effect: 'a', code: 'threw', message: 'no' }, '/fx');
    expect(lists).toEqual([['a', 'b'], ['b']]);
    expect(told).toEqual([['system.effect_failed', { effect: 'a', code: 'threw', message: 'no', cure: expect.any(String) }]]);
  });

  it('stay stopped when a renderer starts anew, until the next reload', () => {
    const { own, lists, load } = setUp();
    load(['a', 'b']);
    own.hear({ kind: 'effect_failed', effect: 'a', code: 'died', message: 'no' }, '/fx');
    load(['a', 'b']);
    own.reload();
    load(['a', 'b']);
    expect(lists.slice(1)).toEqual([['b'], ['b'], ['a', 'b']]);
  });

  it('are there again after a reload, also those that fail while it is under way', () => {
    const { own, lists, load } = setUp();
    load(['a', 'b']);
    own.reload();
    own.hear({ kind: 'effect_failed', effect: 'a', code: 'overtime', message: 'no' }, '/fx');
    load(['a', 'b']);
    expect(lists).toEqual([['a', 'b'], ['b'], ['a', 'b']]);
  });

  it.each([
    ['/fx', '/other', '/other'],
    [null, '/fx', '/fx'],
  ])('are told to be of %s where %s is configured, and that only a restart changes it', (folder, path, file) => {
    const { told, load } = setUp();
    load(['a'], folder, path);
    expect(told).toEqual([['system.effect_refused', { file, message: expect.stringContaining('root'), cure: 'restart the daemon' }]]);
  });

  it('are waited for where there is a folder, and not else', async () => {
    const { own, load } = setUp();
    await own.first(null);
    let ready = false;
    const first = own.first('/fx').then(() => {
      ready = true;
    });
    expect(ready).toBe(false);
    load([]);
    await first;
  });
});
