import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildCatalog } from '../../src/core/catalog.ts';
import { renderLayout } from '../../src/core/layout.ts';
import { resolvePalette } from '../../src/core/names.ts';
import { createGradient, fillGradient, type Gradient, paint, type Stop } from '../../src/light/gradient.ts';
import { Library } from '../../src/light/library.ts';
import { toLight } from '../../src/light/linear.ts';
import { builtInStops, paletteDeclarations } from '../../src/light/palettes.ts';
import { Stage } from '../../src/light/stage.ts';
import type { Catalog } from '../../src/model/catalog.ts';
import { configSchema } from '../../src/model/config.ts';
import { checkReferences } from '../../src/model/config-references.ts';
import { blue, bytesAt, layout, leds, lit, orange, run, show, strip, white, zone } from './scenes.ts';

const ids = paletteDeclarations.map(({ id }) => id);
const fromZone = ['color-1', 'colors-1-2', 'color-gradient'];
const drawn = paletteDeclarations.filter(({ id }) => id !== 'default' && !fromZone.includes(id));
const drawnAsRings = [
  'cloud',
  'lava',
  'ocean',
  'forest',
  'party',
  'rainbow',
  'rainbow-bands',
  'aurora',
  'sakura',
  'pastel',
  'autumn',
  'c9',
];

const strips = { main: { length: 20 } };
const zones = { floor: { strip: 'main', range: [0, 19] } };
const configured = (palettes: Record<string, unknown>) => configSchema.parse({ strips, zones, palettes });
const stopsOf = (id: string): readonly Stop[] => builtInStops(id, [orange, blue, white]) ?? [];

function filled(stops: readonly Stop[], ring = false): Gradient {
  const gradient = createGradient();
  fillGradient(gradient, stops, ring);
  return gradient;
}

/** Linear light of a place, 0 to 256. */
const entry = (gradient: Gradient, place: number) => [...gradient.slice(place * 3, place * 3 + 3)];
const lightOf = (color: readonly number[]) => color.map(toLight);

describe('the palettes of this version', () => {
  test('are those that people know, in this order', () => {
    const calm = ['party', 'cloud', 'lava', 'ocean', 'forest', 'rainbow', 'rainbow-bands', 'sunset', 'fire', 'icefire', 'aurora'];
    const bright = ['sakura', 'pastel', 'autumn', 'c9', 'orange-teal', 'beach', 'temperature'];
    expect(ids).toEqual(['default', ...fromZone, ...calm, ...bright]);
    expect(ids).toHaveLength(22);
  });

  test('are found by id and name in any case, each as itself', () => {
    const catalog: Catalog = { zones: new Map(), groups: new Map(), effects: [], palettes: paletteDeclarations };
    for (const { id, name } of paletteDeclarations) {
      const spellings = [id, name, id.toUpperCase(), name.toUpperCase(), id.replaceAll('-', '_'), id.replaceAll('-', ' ')];
      for (const written of spellings) expect(resolvePalette(catalog, written, 'palette')).toEqual({ ok: true, value: id });
    }
    expect(resolvePalette(catalog, 'Colors 1&2', 'palette')).toMatchObject({ value: 'colors-1-2' });
    expect(resolvePalette(catalog, 'icefyre', 'palette')).toMatchObject({ ok: false, error: { code: 'unknown_palette' } });
  });

  test.each(drawn)('$id runs from 0 to 1 through colours that a client can show', ({ id, colors }) => {
    const stops = stopsOf(id);
    const places = stops.map(({ at }) => at);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect([places[0], places.at(-1)]).toEqual([0, 1]);
    for (const { color } of stops) for (const value of color) expect(Number.isInteger(value) && value >= 0 && value <= 255).toBe(true);
    expect(colors.length).toBeGreaterThan(3);
    expect(colors.length).toBeLessThanOrEqual(16);
    for (const color of colors) expect(color).toMatch(/^#[0-9a-f]{6}$/);
    const shown = stops.map(({ color }) => `#${color.map((value) => value.toString(16).padStart(2, '0')).join('')}`);
    expect(new Set(shown)).toEqual(new Set(colors));
  });

  test.each(drawn)('$id is neither dark nor colourless on average', ({ id }) => {
    const gradient = filled(stopsOf(id));
    const places = Array.from({ length: 256 }, (_, place) => entry(gradient, place));
    const mean = (of: (color: number[]) => number) => places.reduce((sum, color) => sum + of(color), 0) / places.length / 65_535;
    expect(mean((color) => Math.max(...color))).toBeGreaterThan(0.15);
    expect(mean((color) => Math.max(...color) - Math.min(...color))).toBeGreaterThan(0.12);
  });

  test.each(drawnAsRings)('%s ends as it begins, and so runs round a ring once', (id) => {
    const stops = stopsOf(id);
    expect(stops.at(-1)?.color).toEqual(stops[0]?.color);
    expect(filled(stops, true)).toEqual(filled(stops));
  });

  test.each(['rainbow-bands', 'c9'])('%s has bands of one plain colour each, all as wide', (id) => {
    const gradient = filled(stopsOf(id));
    const colors = drawn.find((palette) => palette.id === id)?.colors ?? [];
    const places = Array.from({ length: 256 }, (_, place) => entry(gradient, place).join());
    const widths = new Map<string, number>();
    for (const color of places) widths.set(color, (widths.get(color) ?? 0) + 1);
    expect(widths.size).toBe(colors.length);
    for (const width of widths.values()) expect(Math.abs(width - 256 / colors.length)).toBeLessThanOrEqual(1);
  });

  test('of the zone take its colours, and one colour where there are no more', () => {
    expect(entry(filled(stopsOf('color-1')), 200)).toEqual(lightOf([255, 128, 0]));
    expect(entry(filled(stopsOf('color-gradient')), 128)).toEqual(lightOf([0, 0, 255]));
    for (const id of fromZone) {
      const plain = filled(builtInStops(id, [orange]) ?? []);
      for (const place of [0, 100, 256]) expect(entry(plain, place)).toEqual(lightOf([255, 128, 0]));
    }
  });

  test('are no others: a name that is none gives nothing', () => {
    for (const id of ['default', 'mud', 'Party', '', '__proto__', 'constructor']) expect(builtInStops(id, [orange])).toBeUndefined();
  });
});

describe('a gradient', () => {
  const color = fc.tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 0, max: 255 }), fc.integer({ min: 0, max: 255 }));
  /** No two at one place: an edge on the seam would be a jump that was asked for. */
  const apart = fc
    .uniqueArray(fc.integer({ min: 0, max: 256 }), { minLength: 1, maxLength: 12 })
    .chain((places) =>
      fc.tuple(...places.toSorted((a, b) => a - b).map((place) => color.map((drawn): Stop => ({ at: place / 256, color: drawn })))),
    );

  test('of one stop is one plain colour, wherever that stands', () => {
    fc.assert(
      fc.property(color, fc.double({ min: 0, max: 1, noNaN: true }), fc.boolean(), (only, at, ring) => {
        const gradient = filled([{ at, color: only }], ring);
        for (let place = 0; place <= 256; place += 1) expect(entry(gradient, place)).toEqual(lightOf(only));
      }),
      { numRuns: 30 },
    );
  });

  test('of 256 stops shows each of them', () => {
    const stops = Array.from(
      { length: 256 },
      (_, index): Stop => ({ at: index / 256, color: [index, 255 - index, index % 2 === 0 ? 0 : 255] }),
    );
    const gradient = filled(stops);
    for (const [index, stop] of stops.entries()) expect(entry(gradient, index)).toEqual(lightOf(stop.color));
  });

  test('keeps the colour of its first stop before it, and of its last behind it', () => {
    const stops: Stop[] = [
      { at: 0.25, color: [255, 0, 0] },
      { at: 0.75, color: [0, 0, 255] },
    ];
    const gradient = filled(stops);
    expect([0, 64].map((place) => entry(gradient, place))).toEqual([lightOf([255, 0, 0]), lightOf([255, 0, 0])]);
    expect([192, 256].map((place) => entry(gradient, place))).toEqual([lightOf([0, 0, 255]), lightOf([0, 0, 255])]);
    expect(entry(gradient, 128)).toEqual(lightOf([127.5, 0, 127.5]));
  });

  test('has an edge where two stops stand at one place: the later one counts from there on', () => {
    const stops: Stop[] = [
      { at: 0, color: [255, 0, 0] },
      { at: 0.5, color: [255, 0, 0] },
      { at: 0.5, color: [0, 0, 255] },
      { at: 1, color: [0, 0, 255] },
    ];
    const gradient = filled(stops);
    expect([126, 127, 128, 129].map((place) => entry(gradient, place)[0])).toEqual([65_535, 65_535, 0, 0]);
    const pixels = new Uint16Array(6);
    paint(gradient, 127 * 256 - 1, pixels, 0);
    paint(gradient, 128 * 256, pixels, 3);
    expect([...pixels]).toEqual([65_535, 0, 0, 0, 0, 65_535]);
  });

  test('that is a ring has no jump at its seam, whatever its stops', () => {
    fc.assert(
      fc.property(apart, (stops) => {
        const gradient = filled(stops, true);
        expect(entry(gradient, 256)).toEqual(entry(gradient, 0));
        const last = new Uint16Array(3);
        paint(gradient, 65_535, last, 0);
        for (const [component, value] of last.entries()) {
          const first = gradient[component] ?? 0;
          const step = Math.abs((gradient[255 * 3 + component] ?? 0) - first) / 256;
          expect(Math.abs(value - first)).toBeLessThanOrEqual(step + 1);
        }
      }),
    );
  });

  test('that is a ring has no jump either where its beginning is an edge', () => {
    const stops: Stop[] = [
      { at: 0, color: [255, 0, 0] },
      { at: 0, color: [0, 0, 255] },
      { at: 1, color: [255, 0, 0] },
    ];
    const gradient = filled(stops, true);
    expect(entry(gradient, 0)).toEqual(lightOf([0, 0, 255]));
    expect(entry(gradient, 256)).toEqual(entry(gradient, 0));
  });

  test('that is a ring runs forth and back where its end does not meet its beginning', () => {
    fc.assert(
      fc.property(apart, (stops) => {
        fc.pre(JSON.stringify(stops[0]?.color) !== JSON.stringify(stops.at(-1)?.color));
        const [ring, line] = [filled(stops, true), filled(stops)];
        for (let place = 0; place <= 128; place += 1) {
          expect(entry(ring, place)).toEqual(entry(line, place * 2));
          expect(entry(ring, 256 - place)).toEqual(entry(ring, place));
        }
      }),
    );
  });

  test.each(drawn)('of $id is a ring without a jump', ({ id }) => {
    const ring = filled(stopsOf(id), true);
    expect(entry(ring, 256)).toEqual(entry(ring, 0));
  });
});

describe('a palette of the user’s', () => {
  test('comes behind those of this version, with its id for a name where it has none', () => {
    const own = configured({ dusk: { colors: ['#ff8800', 'navy'] }, dawn: { name: 'My Dawn', stops: [{ at: 0.5, color: 'red' }] } });
    const { palettes } = buildCatalog(own, [], paletteDeclarations);
    expect(palettes.slice(0, -2)).toEqual(paletteDeclarations);
    expect(palettes.slice(-2)).toEqual([
      { id: 'dusk', name: 'dusk', colors: ['#ff8800', '#000080'] },
      { id: 'dawn', name: 'My Dawn', colors: ['#ff0000'] },
    ]);
  });

  test('with the id of one of this version stands in its place, for clients and for the LEDs', () => {
    const own = configured({ ocean: { name: 'Our Ocean', colors: ['#00ff00', '#0000ff'] } });
    const catalog = buildCatalog(own, [], paletteDeclarations);
    expect(catalog.palettes.filter(({ id }) => id === 'ocean')).toEqual([
      { id: 'ocean', name: 'Our Ocean', colors: ['#00ff00', '#0000ff'] },
    ]);
    expect(catalog.palettes).toHaveLength(paletteDeclarations.length);
    const library = new Library(new Map(), renderLayout(own).palettes);
    expect(library.paletteStops('ocean', 'rainbow', [orange])).toEqual([
      { at: 0, color: [0, 255, 0] },
      { at: 1, color: [0, 0, 255] },
    ]);
    expect(library.paletteStops('party', 'rainbow', [orange])).toEqual(stopsOf('party'));
  });

  test('is also what an effect’s own palette of that id means', () => {
    const own = configured({ ocean: { colors: ['lime'] }, dusk: { colors: ['blue'] } });
    const library = new Library(new Map(), renderLayout(own).palettes);
    expect(library.paletteStops('default', 'ocean', [orange])).toEqual([{ at: 0, color: [0, 255, 0] }]);
    expect(library.paletteStops('gone', 'dusk', [orange])).toEqual([{ at: 0, color: [0, 0, 255] }]);
  });

  test('that is not there any more is the effect’s own, and that one the zone’s colour at last', () => {
    const library = new Library(new Map(), []);
    expect(library.paletteStops('gone', 'fire', [orange])).toEqual(stopsOf('fire'));
    expect(library.paletteStops('default', 'fire', [orange])).toEqual(stopsOf('fire'));
    expect(library.paletteStops('gone', 'gone', [orange])).toEqual([{ at: 0, color: [255, 128, 0] }]);
  });

  test('is laid out by Gradient with all its colours, where a few places of it have the same one', () => {
    const [red, blue] = [
      [255, 0, 0],
      [0, 0, 255],
    ] as const;
    const stops = [red, red, blue, blue, red, red].map((drawn, index) => ({ at: [0, 0.1, 0.1, 0.2, 0.2, 1][index] ?? 0, color: drawn }));
    const stage = new Stage({ ...layout([strip(40)], [zone('floor', run(0, 40))]), palettes: [{ id: 'flag', stops }] });
    show(stage, lit({ effect: 'gradient', palette: 'flag', intensity: 0 }));
    expect(leds(bytesAt(stage, 0))).toContainEqual([0, 0, 255]);
  });

  test('of many stops shows a client a few of their colours', () => {
    const colors = Array.from({ length: 256 }, (_, index) => `#0000${index.toString(16).padStart(2, '0')}`);
    const declared = buildCatalog(configured({ long: { colors } }), [], []).palettes[0]?.colors ?? [];
    expect([declared.length, declared[0], declared[1]]).toEqual([16, '#000000', '#000010']);
    const stops = renderLayout(configured({ long: { colors } })).palettes[0]?.stops ?? [];
    const gradient = filled(stops);
    expect([0, 256].map((place) => entry(gradient, place)[2])).toEqual([0, 65_535]);
  });

  test('whose stops are not in order is refused, so that no gradient has to sort', () => {
    const wrong = configured({ mine: { stops: [0.2, 0.7, 0.5].map((at) => ({ at, color: 'red' })) } });
    expect(checkReferences(wrong).map(({ path }) => path.join('.'))).toEqual(['palettes.mine.stops.2.at']);
  });
});
