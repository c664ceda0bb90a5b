import { chmodSync, chownSync, mkdirSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { distrust, type PathPart } from '../../../src/renderer/user-effects/root-rule.ts';
import { effectsFolder, effectText } from '../../support/effects-folder.ts';
import { isRoot } from '../../support/programs.ts';
import { Own } from './support.ts';

const part = (path: string, more: Partial<PathPart> = {}): PathPart => ({ path, uid: 0, mode: 0o755, link: false, ...more });
const file = part('/etc/fx/a.mjs', { mode: 0o644 });

describe('as root', () => {
  it('a file is run that root alone can change', () => {
    expect(distrust([file, part('/etc/fx'), part('/etc'), part('/')])).toBeNull();
  });

  it.each([
    ['a file of somebody else', [part('/etc/fx/a.mjs', { uid: 1000, mode: 0o644 }), part('/etc')], '/etc/fx/a.mjs belongs to another user'],
    ['a file that its group can write to', [part('/etc/fx/a.mjs', { mode: 0o664 })], 'others than root can write to /etc/fx/a.mjs'],
    ['a file that all can write to', [part('/etc/fx/a.mjs', { mode: 0o646 })], 'others than root can write to /etc/fx/a.mjs'],
    ['a folder of somebody else above it', [file, part('/home/pi', { uid: 1000 })], '/home/pi belongs to another user'],
    ['a folder where all may write, sticky or not', [file, part('/tmp', { mode: 0o1777 })], 'others than root can write to /tmp'],
    [
      'a link of somebody else on the way',
      [file, part('/etc/fx', { uid: 33, mode: 0o777, link: true })],
      '/etc/fx belongs to another user',
    ],
  ])('%s keeps it from being run', (_, parts, why) => {
    expect(distrust(parts)?.message).toContain(why);
    expect(distrust(parts)?.cure).toContain('/etc/diuna/effects');
  });

  it('a link of root is followed, whatever its own mode says', () => {
    expect(distrust([file, part('/etc/fx', { mode: 0o777, link: true })])).toBeNull();
  });
});

describe.runIf(isRoot())('a renderer that is root', () => {
  const names = async (own: Own, path: string) => (await own.load(path)).declarations.map(({ id }) => id);

  it('loads what is root’s, and nothing that somebody else could have written', async () => {
    using folder = effectsFolder({ 'a.mjs': effectText('mine', ''), 'b.mjs': effectText('theirs', ''), 'c.mjs': effectText('open', '') });
    chownSync(join(folder.path, 'b.mjs'), 1000, 1000);
    chmodSync(join(folder.path, 'c.mjs'), 0o666);
    await using own = new Own();
    const { declarations, refused } = await own.load(folder.path);
    expect(declarations.map(({ id }) => id)).toEqual(['mine']);
    expect(refused.map(({ file, message }) => [file, message.split(', ')[0]])).toEqual([
      ['b.mjs', `${folder.path}/b.mjs belongs to another user`],
      ['c.mjs', `others than root can write to ${folder.path}/c.mjs`],
    ]);
  });

  it('refuses a folder as a whole where others can write to one above it, once', async () => {
    using folder = effectsFolder();
    const inner = join(folder.path, 'inner');
    mkdirSync(inner);
    folder.write('inner/a.mjs', effectText('mine', ''));
    await using own = new Own();
    expect(await names(own, inner)).toEqual(['mine']);
    chmodSync(folder.path, 0o777);
    expect(await own.load(inner)).toMatchObject({ declarations: [], refused: [{ file: inner }] });
  });

  it('follows links to where they lead', async () => {
    using trusted = effectsFolder();
    using other = effectsFolder({ 'x.mjs': effectText('theirs', '') });
    chownSync(other.path, 1000, 1000);
    symlinkSync(join(other.path, 'x.mjs'), join(trusted.path, 'x.mjs'));
    await using own = new Own();
    expect(await own.load(trusted.path)).toMatchObject({ declarations: [], refused: [{ file: 'x.mjs' }] });
    chownSync(other.path, 0, 0);
    expect(await names(own, trusted.path)).toEqual(['theirs']);
  });

  it('follows no link that somebody else could turn elsewhere, though it leads to a file of root’s now', async () => {
    using trusted = effectsFolder();
    using between = effectsFolder();
    using other = effectsFolder({ 'x.mjs': effectText('mine', '') });
    symlinkSync(join(other.path, 'x.mjs'), join(between.path, 'hop.mjs'));
    symlinkSync(`../${basename(between.path)}/hop.mjs`, join(trusted.path, 'x.mjs'));
    await using own = new Own();
    expect(await names(own, trusted.path)).toEqual(['mine']);
    chmodSync(between.path, 0o777);
    const { declarations, refused } = await own.load(trusted.path);
    expect(declarations).toEqual([]);
    expect(refused).toMatchObject([{ file: 'x.mjs', message: expect.stringContaining(`others than root can write to ${between.path}`) }]);
  });
});
