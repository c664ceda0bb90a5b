import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type LoopClock, SystemLoopClock } from '../../../src/renderer/loop-clock.ts';
import { Loading } from '../../../src/renderer/user-effects/loading.ts';
import { effectsFolder, effectText } from '../../support/effects-folder.ts';
import { until } from '../support/until.ts';
import { Own } from './support.ts';

const good = effectText('good', 'pixels[0] = 1;');

async function load(files: Readonly<Record<string, string>>) {
  using folder = effectsFolder(files);
  await using own = new Own();
  const { declarations, refused } = await own.load(folder.path);
  return { ids: declarations.map(({ id }) => id), declarations, refused, files: refused.map(({ file }) => file) };
}

describe('a folder of effects', () => {
  it('gives each file’s effect with all that built-in ones declare', async () => {
    const text = `export default {
      declaration: { id: 'my-tide', name: 'My Tide', aliases: ['Flut'], parameters: { speed: 'a tide in 9 s' }, palette: 'ocean' },
      animated: false, ring: true,
      stateSize: (length) => length * 2,
      draw() {},
    };`;
    using folder = effectsFolder({ 'tide.js': text, 'b.mjs': good, 'notes.txt': 'x', '.hidden.mjs': 'x', 'c.json': '{}' });
    await using own = new Own();
    const { declarations, refused, folder: told } = await own.load(folder.path);
    expect({ refused, told }).toEqual({ refused: [], told: folder.path });
    expect(declarations).toMatchObject([
      { id: 'good', name: 'good', aliases: [] },
      {
        id: 'my-tide',
        name: 'My Tide',
        aliases: ['Flut'],
        parameters: {
          speed: { default: 128, meaning: 'a tide in 9 s; eight times slower at 0, eight times faster at 255' },
          palette: { default: 'default' },
        },
      },
    ]);
    const effect = own.effects.effects.get('my-tide');
    expect(effect).toMatchObject({ ownPalette: 'ocean', ring: true, animated: false });
    expect([10, 5, 7].map((length) => effect?.stateSize(length))).toEqual([20, 10, 0]);
  });

  it.each([
    ['has a syntax error', 'export default {', /^SyntaxError: /],
    ['throws', '\nthrow new Error("not today");', /^Error: not today \(line 2\)$/],
    ['throws what is no error', 'throw { toString() { throw 1; } };', /^it threw what cannot be told$/],
    ['exports nothing', 'export const x = 1;', /^it has no default export/],
    ['exports something else', 'export default 7;', /./],
    ['is CommonJS', 'module.exports = {};', /module is not defined/],
    ['imports another file', 'import "./x.mjs";', /imports nothing but Node's own modules/],
    ['has no draw', 'export default { declaration: { id: "a", name: "A" } };', /^draw: must be a function$/],
    ['draws later', 'export default { declaration: { id: "a", name: "A" }, async draw() {} };', /^draw: must be a plain function/],
    ['has no id of its own', effectText('My Effect', ''), /^declaration\.id: must be 1 to 32/],
    ['has an id that is too long', effectText('a'.repeat(33), ''), /^declaration\.id: must be 1 to 32/],
    ['misspells a key', effectText('a', '', 'animate: true,'), /animate/],
    ['has the id of a built-in effect', effectText('rainbow', ''), /"rainbow" is taken/],
    ['has the alias of a built-in effect, spelt otherwise', effectText('shooting-star', ''), /"shooting-star" is taken/],
    ['is called off', effectText('off', ''), /"off" is taken/],
    ['is called as another file', effectText('good', ''), /"good" is taken/],
    ['asks for a state without end', effectText('a', '', 'stateSize: () => 1e9,'), /stateSize\(5\) must be a whole number of 0 to 1024/],
    ['asks for a state that is none', effectText('a', '', 'stateSize: () => "x",'), /stateSize/],
    ['is too long', `//${'x'.repeat(1_048_576)}`, /no file of at most 1048576 bytes/],
    [
      'misspells more than can be told',
      `const more = {}; for (let n = 0; n < 1e4; n += 1) more['key' + n] = n; export default more;`,
      /…$/,
    ],
    ['leaves a promise that fails', `Promise.reject(new Error('later'));\n${effectText('b', '')}`, /^Error: later \(line 1\)$/],
    ['leaves what fails without a line', `Promise.reject(7);\n${effectText('b', '')}`, /rejected with the reason "7"/],
    [
      'fails before it has been loaded',
      `setTimeout(() => { throw 1; }, 5); await new Promise((resolve) => setTimeout(resolve, 50));\n${effectText('b', '')}`,
      /^it threw 1$/,
    ],
    ['ends its thread', 'process.exit(0);', /took its thread down/],
    ['waits for ever', 'await new Promise(() => {});', /took its thread down|more than 1000 ms/],
    ['never ends', 'for (;;);', /more than 1000 ms to load/],
    ['takes memory without end', 'const a = []; for (;;) a.push(new Uint8Array(1e7).fill(1));', /more memory than effects may/],
  ])('passes over a file that %s, and says so', async (_, text, why) => {
    const { ids, refused } = await load({ 'a-good.mjs': good, 'b-bad.mjs': text, 'c-other.mjs': effectText('other', '') });
    expect(ids).toEqual(['good', 'other']);
    expect(refused).toHaveLength(1);
    expect(refused[0]).toMatchObject({ file: 'b-bad.mjs', cure: expect.stringMatching(/./) });
    expect(refused[0]?.message).toMatch(why);
    expect(refused[0]?.message.length).toBeLessThan(400);
  });

  it('passes over a file that fails while others behind it are loaded, and over none of those', async () => {
    const late = `setTimeout(() => { throw new Error('tick'); }, 30);\n${effectText('late', '')}`;
    const slow = `await new Promise((resolve) => setTimeout(resolve, 200));\n${effectText('slow', '')}`;
    const { ids, refused } = await load({ 'a.mjs': late, 'a-good.mjs': good, 'b.mjs': slow, 'c.mjs': effectText('other', '') });
    expect(ids).toEqual(['good', 'slow', 'other']);
    expect(refused).toMatchObject([{ file: 'a.mjs', message: 'Error: tick (line 1)' }]);
  });

  it('passes over folders and pipes that are called like files', async () => {
    using folder = effectsFolder({ 'a.mjs': good });
    execFileSync('mkfifo', [join(folder.path, 'pipe.mjs')]);
    execFileSync('mkdir', [join(folder.path, 'folder.mjs')]);
    await using own = new Own();
    const { declarations, refused } = await own.load(folder.path);
    expect(declarations).toHaveLength(1);
    expect(refused.map(({ file }) => file)).toEqual(['folder.mjs', 'pipe.mjs']);
  });

  it('says that it is not there', async () => {
    await using own = new Own();
    const path = '/var/empty/no/such/folder';
    expect(await own.load(path)).toMatchObject({
      declarations: [],
      refused: [{ file: path, cure: expect.stringContaining('effects.path') }],
    });
    expect(await own.load('/etc/hostname')).toMatchObject({ declarations: [], refused: [{ file: '/etc/hostname' }] });
  });

  it('of 10,000 files loads the first 64, and says so once', async () => {
    const texts = Array.from({ length: 10_000 }, (_, index) => [`e${String(index).padStart(5, '0')}.mjs`, effectText(`e-${index}`, '')]);
    const { ids, refused } = await load(Object.fromEntries(texts));
    expect(ids).toEqual(Array.from({ length: 64 }, (_, index) => `e-${index}`));
    expect(refused).toHaveLength(1);
    expect(refused[0]?.message).toContain('9936 more files');
  });

  it('ends though many files take the thread down, with those that were seen to load', async () => {
    const bad = Object.fromEntries(['b', 'c', 'd', 'e', 'f'].map((name) => [`${name}.mjs`, 'process.exit(3);']));
    const { ids, files } = await load({ ...bad, 'a.mjs': good, 'g.mjs': effectText('late', '') });
    expect(ids).toEqual(['good']);
    expect(files.slice(0, 3)).toEqual(['b.mjs', 'c.mjs', 'd.mjs']);
  });
});

it('a folder that gives no answer is asked once, and told', async () => {
  const real = new SystemLoopClock();
  const hasty: LoopClock = { nowMs: () => real.nowMs() * 50, after: (ms, callback) => real.after(ms, callback), block: () => undefined };
  const job = { folder: '/hangs', taken: [], lengths: [1], skip: [], only: null };
  const told = new Promise<unknown[]>((resolve) => {
    const hangs = new URL('data:text/javascript,for(;;);');
    new Loading(hasty, hangs, job, (result, refused) => resolve([result, refused])).start();
  });
  expect(await told).toEqual([
    null,
    [{ file: '/hangs', message: expect.stringContaining('no answer within 5000 ms'), cure: expect.stringContaining('reload') }],
  ]);
});

describe('a reload', () => {
  it('takes what was changed, added and removed; what is the same stays the same effect', async () => {
    using folder = effectsFolder({ 'a.mjs': effectText('stays', ''), 'b.mjs': effectText('changes', ''), 'c.mjs': effectText('goes', '') });
    await using own = new Own();
    await own.load(folder.path);
    const before = new Map(own.effects.effects);
    folder.write('b.mjs', effectText('changes', 'pixels[0] = 9;'));
    folder.remove('c.mjs');
    folder.write('d.mjs', effectText('comes', ''));
    await own.load(folder.path);
    const after = own.effects.effects;
    expect([...after.keys()]).toEqual(['stays', 'changes', 'comes']);
    expect(after.get('stays')).toBe(before.get('stays'));
    expect(after.get('changes')).not.toBe(before.get('changes'));
    expect(own.changes).toBe(2);
  });

  it('without a folder leaves no effects, and says so once', async () => {
    using folder = effectsFolder({ 'a.mjs': good });
    await using own = new Own();
    await own.load(folder.path);
    expect(await own.load(null)).toMatchObject({ folder: null, declarations: [], refused: [] });
    expect(own.effects.effects.size).toBe(0);
  });

  it('replaces one that is under way', async () => {
    using folder = effectsFolder({ 'a.mjs': 'await new Promise((resolve) => setTimeout(resolve, 600)); throw 1;' });
    using other = effectsFolder({ 'a.mjs': good });
    await using own = new Own();
    const first = own.load(folder.path);
    const second = own.load(other.path);
    expect([await first, await second].map(({ folder: path }) => path)).toEqual([other.path, other.path]);
    await until(() => own.effects.effects.size === 1);
    expect(own.loads()).toHaveLength(1);
  });
});
