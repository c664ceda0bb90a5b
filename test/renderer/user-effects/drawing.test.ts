import { describe, expect, it } from 'vitest';
import type { EffectRun } from '../../../src/light/effect-run.ts';
import { solid } from '../../../src/light/effects/solid.ts';
import { effectsFolder, effectText } from '../../support/effects-folder.ts';
import { until } from '../support/until.ts';
import { LENGTH, Own, RED } from './support.ts';

/** Whatever an effect of ours makes of its input, one of a user's can: it hashes all of it into its pixels. */
const EVERYTHING = `
  const { timeMs, seed, length, intensity, gradient, colors } = input;
  let hash = tools.mix(seed ^ length ^ intensity ^ Math.floor(timeMs));
  for (const value of [...gradient, ...colors]) hash = tools.mix(hash ^ value);
  for (let at = 0; at < pixels.length; at += 1) pixels[at] = hash = tools.mix(hash);
`;
const COUNTER = effectText(
  'counter',
  'input.state.step += 1; input.state.cells[9] += 2; pixels[0] = input.state.cells[9] + 1000 * input.state.step;',
  'stateSize: () => 10,',
);
const STEADY = effectText('steady', 'pixels[0] = 1 + Math.floor(input.timeMs);');
/** Fails when its clock says so, and not before. */
const at100 = (what: string) => `pixels[0] = 77; if (input.timeMs >= 100) { ${what} }`;

async function loaded(files: Readonly<Record<string, string>>) {
  const folder = effectsFolder(files);
  const own = new Own();
  const { refused } = await own.load(folder.path);
  expect(refused).toEqual([]);
  return { own, folder, [Symbol.asyncDispose]: () => own[Symbol.asyncDispose]().finally(() => folder[Symbol.dispose]()) };
}

describe('an effect of a user’s', () => {
  it('is given all that ours are given, and is the same bytes each time', async () => {
    await using scene = await loaded({ 'a.mjs': effectText('all', EVERYTHING, 'ring: true,') });
    const { own } = scene;
    const pictures = [1, 2].map(() => {
      const pixels = new Uint16Array(LENGTH * 3);
      own.draw(own.run('all', 0, null, { ...RED, palette: 'lava', intensity: 9 }), 123, pixels);
      return [...pixels];
    });
    expect(pictures[0]).toEqual(pictures[1]);
    expect(new Set(pictures[0]).size).toBeGreaterThan(25);
  });

  it('can do what ours do: Breathe, with the tools alone, byte for byte', async () => {
    const draw = `
      const value = 1 - (input.intensity / 255) * tools.swell(tools.phase(input.timeMs, 4000));
      const stride = 65536 / input.length;
      tools.fillBackground(pixels, input.length, input.colors);
      for (let led = 0, to = 0; led < input.length; led += 1, to += 3) tools.paintOver(input.gradient, led * stride, value * value, pixels, to);
    `;
    await using scene = await loaded({ 'a.mjs': effectText('my-breath', draw) });
    const { own } = scene;
    const target = { ...RED, palette: 'party', intensity: 180, colors: [...RED.colors, { r: 0, g: 9, b: 40 }] };
    const [mine, ours] = [own.run('my-breath', 0, null, target), own.run('breathe', 0, null, target)];
    const pixels = [new Uint16Array(LENGTH * 3), new Uint16Array(LENGTH * 3)] as const;
    for (const nowMs of [0, 333, 1999, 2000, 5750]) {
      own.draw(ours, nowMs, pixels[1]);
      await until(() => own.draw(mine, nowMs, pixels[0]) === pixels[1][0]);
      expect(pixels[0]).toEqual(pixels[1]);
    }
  });

  it('keeps a state of its own in each zone, and keeps it in a transition', async () => {
    await using scene = await loaded({ 'a.mjs': COUNTER });
    const { own } = scene;
    const [one, other] = [own.run('counter'), own.run('counter')];
    await own.drawn(one, 1, 1002);
    await own.drawn(one, 2, 2004);
    await own.drawn(other, 1, 1002);
    const next = own.run('counter', 3, one);
    await own.drawn(next, 4, 3006);
    await own.drawn(one, 5, 3006);
    expect(next.state).toMatchObject({ step: 3 });
  });

  it('cannot write beyond its pixels, and does not see those of others', async () => {
    const wild = 'for (let at = -50; at < 5000; at += 1) pixels[at] = 7; input.colors.fill(1); input.gradient.fill(1); pixels.fill(7);';
    await using scene = await loaded({ 'a.mjs': effectText('wild', wild), 'b.mjs': effectText('shy', 'pixels[3] = pixels[0] + 5;') });
    const { own } = scene;
    const pixels = new Uint16Array(LENGTH * 3 + 30);
    await until(() => own.draw(own.run('wild'), 1, pixels) === 7);
    expect([...pixels.subarray(LENGTH * 3)]).toEqual(Array(30).fill(0));
    const shy = new Uint16Array(LENGTH * 3);
    await until(() => own.draw(own.run('shy'), 1, shy) === 0);
    expect(shy[3]).toBe(5);
  });

  it('cannot take the pixels away from others', async () => {
    const taker = effectText('taker', 'structuredClone(pixels, { transfer: [pixels.buffer] });');
    await using scene = await loaded({ 'a.mjs': taker, 'b.mjs': STEADY });
    const { own } = scene;
    const [run, steady] = [own.run('taker'), own.run('steady')];
    for (let nowMs = 1; nowMs < 5; nowMs += 1) {
      await until(() => own.draw(run, nowMs) === 0);
      await own.drawn(steady, nowMs, 1 + nowMs);
    }
    expect(own.failures()).toEqual([]);
  });

  it('in many zones has its turn in each, though they are too many for one frame', async () => {
    const slow = 'const end = performance.now() + 2; while (performance.now() < end); pixels[0] = 1 + Math.floor(input.timeMs);';
    await using scene = await loaded({ 'a.mjs': effectText('slow', slow) });
    const { own } = scene;
    const zones = Array.from({ length: 12 }, () => ({
      run: own.run('slow'),
      pixels: new Uint16Array(LENGTH * 3),
      seen: new Set<number>(),
    }));
    let nowMs = 0;
    await until(() => {
      nowMs += 1;
      own.effects.beginFrame();
      for (const { run, pixels, seen } of zones) {
        run.draw(pixels, nowMs);
        if (pixels[0] !== undefined && pixels[0] < 65_535) seen.add(pixels[0]);
      }
      return zones.every(({ seen }) => seen.size > 4);
    });
    const counts = zones.map(({ seen }) => seen.size);
    expect(Math.max(...counts)).toBeLessThan(20);
  });

  it('keeps a frame waiting for its first picture no longer than one alone does, however many come at once', async () => {
    const slow = 'const end = performance.now() + 15; while (performance.now() < end); pixels[0] = 1;';
    const names = Array.from({ length: 12 }, (_, index) => `e-${index}`);
    await using scene = await loaded(Object.fromEntries(names.map((name) => [`${name}.mjs`, effectText(name, slow)])));
    const { own } = scene;
    const runs = names.map((name) => own.run(name));
    own.effects.beginFrame();
    const beganMs = performance.now();
    for (const run of runs) run.draw(new Uint16Array(LENGTH * 3), 0);
    expect(performance.now() - beganMs).toBeLessThan(100);
  });

  it('goes on from where it is when the files are read anew and its own is the same', async () => {
    await using scene = await loaded({ 'a.mjs': COUNTER });
    const { own, folder } = scene;
    const run = own.run('counter');
    await own.drawn(run, 1, 1002);
    await own.load(folder.path);
    await own.drawn(run, 2, 2004);
  });

  it('that is late is seen as it last was, keeps nobody waiting, and comes when it is there', async () => {
    await using scene = await loaded({ 'b.mjs': STEADY });
    const { own, folder } = scene;
    const slow = `if (input.timeMs === 50) while (!existsSync('${folder.path}/go')); pixels[0] = 1 + input.timeMs;`;
    folder.write('a.mjs', `import { existsSync } from 'node:fs';\n${effectText('slow', slow)}`);
    await own.load(folder.path);
    const [run, steady] = [own.run('slow'), own.run('steady')];
    await own.drawn(run, 0, 1);
    await own.drawn(steady, 1, 2);
    for (let frame = 0; frame < 20; frame += 1) expect([own.draw(run, 50), own.draw(steady, 60)]).toEqual([1, 2]);
    folder.write('go', '');
    await own.drawn(run, 70, 51);
    await own.drawn(steady, 60, 61);
    expect(own.failures()).toEqual([]);
  });

  it('that is still is drawn again until its picture is there', async () => {
    const slow = 'const end = performance.now() + 100; while (performance.now() < end); pixels[0] = 5;';
    await using scene = await loaded({ 'a.mjs': effectText('still', slow, 'animated: false,') });
    const { own } = scene;
    const run = own.run('still');
    expect(own.draw(run, 0)).toBe(65_535);
    expect(run.effect.animated).toBe(true);
    await own.drawn(run, 0, 5);
    await until(() => !run.effect.animated);
  });

  it('that is always late leaves others their turn', async () => {
    const slow = 'const end = performance.now() + 40; while (performance.now() < end); pixels[0] = 1;';
    await using scene = await loaded({ 'a.mjs': effectText('slow', slow), 'b.mjs': STEADY });
    const { own } = scene;
    const [run, steady] = [own.run('slow'), own.run('steady')];
    let nowMs = 0;
    const seen = new Set<number>();
    await until(() => {
      nowMs += 1;
      own.draw(run, nowMs);
      seen.add(own.draw(steady, nowMs));
      return seen.size > 5;
    });
    expect(own.failures()).toEqual([]);
  });
});

describe('an effect that fails', () => {
  it.each([
    ['throws', 'throw new Error("no more");', 'threw', /^Error: no more \(line \d\)$/],
    ['throws what is no error', 'throw null;', 'threw', /^it threw null$/],
    ['calls itself without end', 'const again = () => again() + 1; again();', 'threw', /^RangeError: Maximum call stack/],
    ['never ends', 'for (;;);', 'overtime', /within 1000 ms/],
    ['waits for ever', 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);', 'overtime', /within 1000 ms/],
    ['ends its process', 'process.exit(0);', 'died', /ended its thread/],
    // A machine that is slow to fill its memory runs out of time first.
    ['takes memory without end', 'const a = []; for (;;) a.push({ a });', /^died|overtime$/, /memory|within 1000 ms/],
    [
      'takes buffers without end',
      'const a = []; for (;;) a.push(new Uint8Array(1e7).fill(1));',
      /^died|overtime$/,
      /memory|within 1000 ms/,
    ],
    ['keeps more and more', 'globalThis.kept ??= []; globalThis.kept.push(new Uint8Array(2e7).fill(1));', 'died', /memory/],
  ])('because it %s is stopped, told once, and solid; others go on', async (_, what, code, why) => {
    await using scene = await loaded({ 'a.mjs': effectText('bad', at100(what)), 'b.mjs': STEADY, 'c.mjs': COUNTER });
    const { own } = scene;
    const [bad, steady, counter] = [own.run('bad'), own.run('steady'), own.run('counter')];
    await own.drawn(bad, 0, 77);
    await own.drawn(counter, 0, 1002);
    const changes = own.changes;
    await until(() => {
      own.draw(bad, 100);
      return own.failures().length > 0;
    });
    expect(own.failures()).toEqual([
      { kind: 'effect_failed', effect: 'bad', code: expect.stringMatching(code), message: expect.stringMatching(why) },
    ]);
    expect(own.changes).toBe(changes + 1);
    expect(own.library().effectOf('bad')).toBe(solid);
    expect(bad.effect.animated).toBe(false);
    expect(own.draw(bad, 200)).toBe(65_535);
    await own.drawn(steady, 5, 6);
    await own.drawn(counter, 0, 2004);
    expect(own.failures()).toHaveLength(1);
  });

  it('is stopped though no frame is made after it', async () => {
    await using scene = await loaded({ 'a.mjs': effectText('bad', 'for (;;);') });
    scene.own.draw(scene.own.run('bad'), 0);
    await until(() => scene.own.failures().length === 1);
  });

  it('is there again after the files were read anew', async () => {
    await using scene = await loaded({ 'a.mjs': effectText('bad', 'throw 1;') });
    const { own, folder } = scene;
    own.draw(own.run('bad'), 0);
    await until(() => own.failures().length === 1);
    folder.write('a.mjs', effectText('bad', 'pixels[0] = 3;'));
    await own.load(folder.path);
    await own.drawn(own.run('bad'), 0, 3);
  });

  it('does not take those with it that are loaded while it fails', async () => {
    await using scene = await loaded({ 'a.mjs': effectText('bad', at100('process.exit(1);')), 'b.mjs': STEADY });
    const { own, folder } = scene;
    const bad = own.run('bad');
    await own.drawn(bad, 0, 77);
    const load = own.load(folder.path);
    own.draw(bad, 100);
    await load;
    await own.drawn(own.run('steady'), 4, 5);
  });

  it('one after the other is stopped, and then all are: there is an end to starting threads', async () => {
    const bad = Array.from({ length: 12 }, (_, index) => [
      `${String(index).padStart(2, '0')}.mjs`,
      effectText(`bad-${index}`, 'process.exit(1);'),
    ]);
    await using scene = await loaded(Object.fromEntries(bad));
    const { own } = scene;
    const runs = new Map<string, EffectRun>();
    await until(() => {
      for (const [id] of own.effects.effects) own.draw(runs.get(id) ?? runs.set(id, own.run(id)).get(id) ?? own.run(id), 0);
      return own.effects.effects.size === 0;
    });
    expect(
      own
        .failures()
        .map(({ effect }) => effect)
        .sort(),
    ).toEqual(bad.map((_, index) => `bad-${index}`).sort());
    expect(own.failures().at(-1)?.message).toContain('too many effects');
  });
});
