import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as names from '../../src/core/names.ts';
import { effects } from '../../src/light/effects/registry.ts';
import { solid } from '../../src/light/effects/solid.ts';
import { createGradient, fillGradient } from '../../src/light/gradient.ts';
import { builtInStops, paletteDeclarations } from '../../src/light/palettes.ts';
import { Stage } from '../../src/light/stage.ts';
import type { Catalog } from '../../src/model/catalog.ts';
import type { ZoneTarget } from '../../src/model/state.ts';
import { blue, bytesAt, floor, layout, leds, lit, orange, run, show, strip, zone } from './scenes.ts';

function running(id: string, length: number, changed: Partial<ZoneTarget> = {}): Stage {
  const stage = floor(length);
  show(stage, lit({ effect: id, color: orange, ...changed }));
  return stage;
}

/** As the daemon wires them: what users type is looked up among what this room declares. */
const catalog: Catalog = {
  zones: new Map(),
  groups: new Map(),
  effects: effects.map(({ declaration }) => declaration),
  palettes: paletteDeclarations,
};

function resolveEffect(wanted: string): string | undefined {
  const found = names.resolveEffect(catalog, wanted, 'effect');
  return found.ok ? found.value : undefined;
}

function resolvePalette(wanted: string): string | undefined {
  const found = names.resolvePalette(catalog, wanted, 'palette');
  return found.ok ? found.value : undefined;
}

describe('an effect is found', () => {
  test('by id, name and alias, in any case and spelling', () => {
    expect(['fire-2012', 'Fire 2012', 'FIRE_2012', 'fire', 'flame'].map(resolveEffect)).toEqual(Array(5).fill('fire-2012'));
    expect(resolveEffect('Addressable Rainbow')).toBe('rainbow');
    expect(resolveEffect('pulse')).toBe('breathe');
  });

  test('by its own names alone', () => {
    expect(['', 'ranbow', '__proto__', 'constructor'].map(resolveEffect)).toEqual(Array(4).fill(undefined));
    expect(['off', 'none'].map(resolveEffect)).toEqual(['off', 'off']);
    const all = effects.flatMap(({ declaration: { id, name, aliases } }) =>
      [...new Set([id, name, ...aliases])].map((known) => [known, id]),
    );
    for (const [known = '', id] of all) expect(resolveEffect(known)).toBe(id);
  });
});

describe('a palette', () => {
  test('is found by id and name', () => {
    expect(['Color Gradient', 'COLOR_1', 'Ocean', 'default'].map(resolvePalette)).toEqual([
      'color-gradient',
      'color-1',
      'ocean',
      'default',
    ]);
    expect(resolvePalette('mud')).toBeUndefined();
  });

  test('gives the rainbow its colours, each palette others', () => {
    const pictures = paletteDeclarations.map(({ id }) =>
      bytesAt(running('rainbow', 24, { palette: id, colors: [orange, blue] }), 0).join(),
    );
    expect(new Set(pictures).size).toBe(paletteDeclarations.length - 1); // default is rainbow
  });

  test('of two colours has an edge, of a gradient none', () => {
    const two = leds(bytesAt(running('breathe', 8, { palette: 'colors-1-2', colors: [orange, blue] }), 0));
    expect(two).toEqual([...Array(4).fill([255, 128, 0]), ...Array(4).fill([0, 0, 255])]);
    const gradient = leds(bytesAt(running('breathe', 256, { palette: 'color-gradient', colors: [orange, blue], intensity: 0 }), 0));
    expect(gradient[128]).toEqual([128, 64, 128]);
  });
});

describe.each(effects.map((effect) => [effect.declaration.id, effect] as const))('%s', (id, effect) => {
  test('shows the same at the same time, however often it was drawn', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 8000, noNaN: true }), { maxLength: 30 }),
        fc.integer({ min: 1, max: 150 }),
        fc.integer({ min: 0, max: 128 }),
        (times, length, speed) => {
          const often = running(id, length, { speed });
          const once = running(id, length, { speed });
          for (const nowMs of times.toSorted((a, b) => a - b)) often.draw(nowMs);
          expect(bytesAt(often, 8000)).toEqual(bytesAt(once, 8000));
        },
      ),
      { numRuns: 30 },
    );
  });

  test('fills a zone of one LED and of 5,000, for all parameters, after days too', () => {
    const extreme = fc.constantFrom(0, 1, 128, 254, 255);
    fc.assert(
      fc.property(
        fc.constantFrom(1, 2, 3, 5000),
        extreme,
        extreme,
        fc.boolean(),
        fc.boolean(),
        (length, speed, intensity, reverse, mirror) => {
          const stage = running(id, length, { speed, intensity, reverse, mirror, palette: 'cloud', colors: [orange, orange, blue] });
          for (const nowMs of [0, 16, 10_000, 864_000_000.5]) {
            stage.draw(nowMs);
            expect(Number.isFinite(stage.currentMa())).toBe(true);
          }
        },
      ),
      { numRuns: 25 },
    );
  });

  test('writes every pixel of its length, whatever was there before, and none beyond', () => {
    for (const length of [1, 2, 30, 299]) {
      for (const timeMs of [0, 777, 50_000]) {
        const [first, second] = [0x1111, 0x2222].map((before) => {
          const pixels = new Uint16Array(length * 3 + 3).fill(before);
          const gradient = createGradient();
          fillGradient(gradient, builtInStops('party', [orange]) ?? [], false);
          const state = { cells: new Uint16Array(effect.stateSize(length)), step: 0 };
          const colors = new Uint16Array([65_535, 20_000, 0, 0, 300, 4000, 9000, 0, 0]);
          effect.draw(pixels, { timeMs, seed: 7, length, intensity: 128, gradient, colors, state });
          expect([...pixels.slice(length * 3)]).toEqual([before, before, before]);
          return [...pixels.slice(0, length * 3)];
        });
        expect(first).toEqual(second);
      }
    }
  });

  test('reversed is itself the other way round, mirrored the same from both ends', () => {
    for (const length of [1, 2, 7, 30]) {
      const plain = leds(bytesAt(running(id, length), 2100));
      expect(leds(bytesAt(running(id, length, { reverse: true }), 2100))).toEqual(plain.toReversed());
      const half = leds(bytesAt(running(id, Math.ceil(length / 2)), 2100));
      const mirrored = leds(bytesAt(running(id, length, { mirror: true }), 2100));
      expect(mirrored).toEqual([...half, ...half.slice(0, Math.floor(length / 2)).toReversed()]);
    }
  });

  test('declares what its speed and intensity mean, if it moves', () => {
    const { parameters } = effect.declaration;
    expect(Object.keys(parameters)).toEqual(effect === solid ? [] : ['speed', 'intensity', 'palette', 'colors', 'reverse', 'mirror']);
    for (const { meaning } of Object.values(parameters)) expect(meaning.length).toBeGreaterThan(10);
  });
});

test('two zones of other names burn differently, the same zone always alike', () => {
  const fires = () => new Stage(layout([strip(40)], [zone('floor', run(0, 20)), zone('shelf', run(20, 20))]));
  const [stage, again] = [fires(), fires()];
  for (const each of [stage, again]) for (const id of ['floor', 'shelf']) show(each, lit({ effect: 'fire-2012' }), 0, 0, id);
  const drawn = bytesAt(stage, 2000);
  expect(drawn.slice(0, 60)).not.toEqual(drawn.slice(60));
  expect(bytesAt(again, 2000)).toEqual(drawn);
});
