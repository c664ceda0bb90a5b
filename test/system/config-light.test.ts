import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderLayout } from '../../src/core/layout.ts';
import { configSchema } from '../../src/model/config.ts';
import { componentOrders, ledTypes } from '../../src/model/config-strip.ts';
import { layoutSchema } from '../../src/renderer/layout-schema.ts';
import { loadConfig } from '../../src/system/config-file.ts';
import { formatMistake } from '../../src/system/config-mistakes.ts';
import { parseConfig } from '../../src/system/config-text.ts';

const parse = (text: string) => {
  const config = parseConfig(text, 'c.yaml');
  return config.ok ? [] : config.error.map(formatMistake);
};
/** Mistakes of a config with this strip, on line 2, and further sections from line 5 on. */
const withStrip = (fields: string, more = '') =>
  parse(`strips:
  main: { length: 20, ${fields} }
  other: { length: 10 }
zones: { floor: { strip: main, range: [0, 19] } }
${more}`);
const withMore = (more: string) => withStrip('type: ws2812', more);
const layoutOf = (config: Record<string, unknown>) =>
  renderLayout(configSchema.parse({ strips: { main: { length: 20 } }, zones: { floor: { strip: 'main', range: [0, 19] } }, ...config }));

describe('a strip', () => {
  it('may be of every type, with every order of its components', () => {
    expect([ledTypes.length, new Set(componentOrders).size]).toEqual([6, 30]);
    for (const type of ledTypes) expect(withStrip(`type: ${type}`)).toEqual([]);
    for (const order of componentOrders) {
      expect(withStrip(`order: ${order}`)).toEqual([]);
      expect(order.split('').sort().join('')).toBe(order.length === 3 ? 'BGR' : 'BGRW');
    }
  });

  it('of a type or order that there is not is told those that there are', () => {
    const types = '"ws2811" or "ws2812" or "ws2815" or "sk6812" or "sk6812w" or "apa102"';
    expect(withStrip('type: sk6812rgbw')).toEqual([
      `c.yaml:2:29: strips.main.type must be ${types}, got "sk6812rgbw"; did you mean sk6812w?`,
    ]);
    expect(withStrip('order: grb')).toEqual([
      'c.yaml:2:30: strips.main.order must have each of R, G and B once, and W where there is white, such as "GRB" or "GRBW", got "grb"; did you mean GRB?',
    ]);
    for (const order of ['RGGB', 'RG', 'WWWW', 'RGBWW']) expect(withStrip(`order: ${order}`)).toHaveLength(1);
  });

  it.each(["'#ffe0d0'", "'#FFE0D0'", 'linen', "'#000001'", 'Red'])('may look white at %s', (color) => {
    expect(withStrip(`white_balance: ${color}`)).toEqual([]);
  });

  it.each(["'#000000'", 'black', "'#ffe0d0ff'", "'#fff'", 'nonsense', "''", '[255, 200, 200]', '{ r: 255, g: 1, b: 1 }', '16', 'null'])(
    'cannot look white at %s',
    (color) => {
      const start = 'c.yaml:2:38: strips.main.white_balance must be "#rrggbb" in quotes or a CSS colour name, but not black';
      expect(withStrip(`white_balance: ${color}`)).toEqual([expect.stringMatching(`^${start}.*, got `)]);
    },
  );

  it('without a white component cannot be told to use one', () => {
    expect(withStrip('auto_white: accurate')).toEqual([
      'c.yaml:2:35: strips.main.auto_white must be none: strip main has no white component (type ws2812, order GRB), got accurate',
    ]);
    expect(withStrip('type: sk6812w, order: GRB, auto_white: dual')).toHaveLength(1);
    for (const mode of ['none', 'brighter', 'accurate', 'dual']) {
      expect(withStrip(`type: sk6812w, auto_white: ${mode}`)).toEqual([]);
      expect(withStrip(`order: RGBW, auto_white: ${mode}`)).toEqual([]);
    }
    expect(withStrip('type: sk6812w, auto_white: max')).toEqual([
      expect.stringContaining('must be "none" or "brighter" or "accurate" or "dual", got "max"'),
    ]);
    for (const kelvin of ['1500', '9000', 'null']) expect(withStrip(`type: sk6812w, white_temperature: ${kelvin}`)).toEqual([]);
    expect(withStrip('type: sk6812w, white_temperature: 1499')).toEqual([expect.stringContaining('must be an integer, 1500 to 9000')]);
  });

  it('with a clock line cannot hang at a pin that has none', () => {
    expect(withStrip('type: apa102, output: { driver: ws281x }')).toEqual([
      'c.yaml:2:29: strips.main.type must be ws2811, ws2812, ws2815, sk6812 or sk6812w: the driver ws281x has no clock line, got apa102',
    ]);
    for (const output of ['ddp, host: wled.local', 'e131', 'simulated', 'auto, gpio: 18', 'spi', 'spi, speed: 8']) {
      expect(withStrip(`type: apa102, output: { driver: ${output} }`)).toEqual([]);
    }
    expect(withStrip('type: apa102, order: BGRW, output: { driver: spi }')).toEqual([
      'c.yaml:2:44: strips.main.order must have no W: an apa102 has no white, got BGRW',
    ]);
    expect(withStrip('type: apa102, output: { driver: spi, bits: 4 }')).toEqual([
      expect.stringContaining('output.bits is for WS281x LEDs only'),
    ]);
    expect(withStrip('output: { driver: spi, device: /dev/mem }')).toEqual([
      expect.stringContaining('output.device must be an SPI device such as /dev/spidev0.0, got "/dev/mem"'),
    ]);
    expect(withStrip(`output: { driver: e131, source: ${'ü'.repeat(32)} }`)).toEqual([
      expect.stringContaining('output.source must be a text of 1 to 63 bytes in UTF-8'),
    ]);
    expect(withStrip('output: { driver: spi, speed: 8 }')).toEqual([expect.stringContaining('output.speed is for apa102 only')]);
  });

  it('says which drivers there are, however its output is written', () => {
    const drivers = '"simulated" or "auto" or "ws281x" or "spi" or "ddp" or "e131"';
    expect(withStrip('output: ws281x')).toEqual([`c.yaml:2:31: strips.main.output must be a map with a driver: ${drivers}, got "ws281x"`]);
    expect(withStrip('output: {}')).toEqual([`c.yaml:2:31: strips.main.output.driver is missing: it must be ${drivers}`]);
    expect(withStrip('output: { driver: ws2812 }')[0]).toBe(
      `c.yaml:2:41: strips.main.output.driver must be ${drivers}, got "ws2812"; did you mean ws281x?`,
    );
  });

  it('draws what its type does, but for what is said of its own', () => {
    const draw = (strip: object) => layoutOf({ strips: { main: { length: 20, ...strip } } }).strips[0]?.draw;
    const usual = { red: 16, green: 11, blue: 15, white: 18, idle: 0.7, series: false };
    expect(draw({})).toEqual(usual);
    expect(draw({ current: { red: 12.5, idle: 1 } })).toEqual({ ...usual, red: 12.5, idle: 1 });
    expect(draw({ type: 'ws2815', current: { blue: 0 } })).toMatchObject({ red: 12, blue: 0, series: true });
    expect(draw({ type: 'sk6812w', current: {} })).toMatchObject({ white: 18 });
    expect(withStrip('current: { red: -1, green: 1001, bleu: 5, idle: much }')).toEqual([
      'c.yaml:2:39: strips.main.current.red must be a number, 0 to 1000, got -1',
      'c.yaml:2:50: strips.main.current.green must be a number, 0 to 1000, got 1001',
      expect.stringContaining('strips.main.current.bleu is an unknown key; allowed: red, green, blue, white, idle; did you mean blue?'),
      'c.yaml:2:71: strips.main.current.idle must be a number, 0 to 1000, got "much"',
    ]);
  });
});

describe('gamma', () => {
  it.each(['1', '4', '2.8', '{}', '{ red: 2.5 }', '{ red: 1, green: 2, blue: 3, white: 4 }'])('may be %s', (gamma) => {
    expect(withMore(`renderer: { gamma: ${gamma} }`)).toEqual([]);
  });

  it.each([
    ['0', 'c.yaml:5:20: renderer.gamma must be a number, 1 to 4, got 0'],
    ['0.99', 'c.yaml:5:20: renderer.gamma must be a number, 1 to 4, got 0.99'],
    ['4.1', 'c.yaml:5:20: renderer.gamma must be a number, 1 to 4, got 4.1'],
    ['{ red: 2, green: 5 }', 'c.yaml:5:37: renderer.gamma.green must be a number, 1 to 4, got 5'],
  ])('cannot be %s', (gamma, mistake) => {
    expect(withMore(`renderer: { gamma: ${gamma} }`)).toEqual([mistake]);
  });

  it.each(['"2.2"', 'null', 'true', '[2, 2, 2]', '{ red: two }', '.nan'])('of another kind, %s, is told both that there are', (gamma) => {
    const allowed = 'c.yaml:5:20: renderer.gamma must be a number, 1 to 4, or one for each of red, green, blue and white, got ';
    expect(withMore(`renderer: { gamma: ${gamma} }`)).toEqual([expect.stringContaining(allowed)]);
  });

  it('of a component that there is not is refused', () => {
    expect(withMore('renderer: { gamma: { rot: 2 } }')).toEqual([
      expect.stringMatching(/^c\.yaml:5:22: renderer\.gamma\.rot is an unknown key/),
    ]);
  });
});

describe('a supply', () => {
  const supply = (fields: string) => withMore(`supplies:\n  psu: { ${fields} }`);

  it('feeds strips that there are', () => {
    expect(supply('limit: 2000, strips: [main, other]')).toEqual([]);
    expect(supply('limit: 2000, strips: [main, othr]')).toEqual([
      'c.yaml:6:38: supplies.psu.strips[1] must be one of the strips: main, other, got othr; did you mean other?',
    ]);
    expect(supply('limit: 2000, strips: []')).toEqual([expect.stringContaining('must name at least one strip')]);
    expect(supply('limit: 2000')).toEqual([expect.stringContaining('supplies.psu.strips is missing: it must be a list of strip ids')]);
  });

  it('is the only one of a strip', () => {
    expect(supply('limit: 2000, strips: [main] }\n  second: { limit: 900, strips: [other, main]')).toEqual([
      'c.yaml:7:41: supplies.second.strips[1] must not be main, which supply psu feeds already',
    ]);
    expect(supply('limit: 2000, strips: [other, other]')).toEqual(['c.yaml:6:39: supplies.psu.strips[1] must not name strip other twice']);
  });

  it('gives more than its LEDs draw while they are dark', () => {
    for (const limit of [1, 20, 21]) {
      expect(supply(`limit: ${limit}, strips: [main, other]`)).toEqual([
        `c.yaml:6:17: supplies.psu.limit must be at least 22: its LEDs draw 21.0 mA while they are dark, got ${limit}`,
      ]);
    }
    expect(supply('limit: 22, strips: [main, other]')).toEqual([]);
    expect(withStrip('current: { idle: 0.52 }', 'supplies: { psu: { limit: 10, strips: [main] } }')).toEqual([
      expect.stringContaining('must be at least 11: its LEDs draw 10.4 mA while they are dark, got 10'),
    ]);
    expect(withStrip('current: { idle: 0.52 }', 'supplies: { psu: { limit: 11, strips: [main] } }')).toEqual([]);
  });

  it.each(['0', '-5', '1.5', '1000001', '"2 A"', 'null'])('cannot have a limit of %s', (limit) => {
    expect(supply(`limit: ${limit}, strips: [main]`)).toEqual([
      expect.stringMatching(/^c\.yaml:6:17: supplies\.psu\.limit must be an integer, 1 to 1000000, got /),
    ]);
  });

  it('of a strip that cannot be read is judged by its other strips alone', () => {
    expect(withStrip('type: nothing', 'supplies: { psu: { limit: 7, strips: [main, other] } }')).toEqual([
      expect.stringContaining('strips.main.type'),
      expect.stringContaining('supplies.psu.limit must be at least 8'),
    ]);
  });
});

describe('a palette of the user’s', () => {
  const palette = (fields: string) => withMore(`palettes:\n  dusk: { ${fields} }`);
  const stops = (count: number) =>
    `stops: [${Array.from({ length: count }, (_, index) => `{ at: ${index / 300}, color: red }`).join(', ')}]`;
  const colors = (count: number) => `colors: [${Array.from({ length: count }, () => 'red').join(', ')}]`;

  it('has 1 to 256 colours or stops', () => {
    for (const count of [1, 2, 256]) {
      expect(palette(stops(count))).toEqual([]);
      expect(palette(colors(count))).toEqual([]);
    }
    for (const count of [0, 257]) {
      expect(palette(stops(count))).toEqual([expect.stringContaining('palettes.dusk.stops must be a list of 1 to 256 stops')]);
      expect(palette(colors(count))).toEqual([expect.stringContaining('palettes.dusk.colors must be a list of 1 to 256 colours')]);
    }
    expect(palette('name: Dusk')).toEqual(['c.yaml:6:9: palettes.dusk must have either colors or stops, got {"name":"Dusk"}']);
    expect(palette(`${stops(1)}, ${colors(1)}`)).toEqual([expect.stringContaining('must have either colors or stops')]);
  });

  it('has stops in order, where two may make an edge', () => {
    expect(palette('stops: [{ at: 0, color: red }, { at: 0.5, color: red }, { at: 0.5, color: blue }]')).toEqual([]);
    expect(palette('stops: [{ at: 0.5, color: red }, { at: 0.25, color: blue }]')).toEqual([
      'c.yaml:6:50: palettes.dusk.stops[1].at must not stand before the stop above it, which is at 0.5, got 0.25',
    ]);
    for (const at of ['-0.1', '1.1', 'first']) {
      expect(palette(`stops: [{ at: ${at}, color: red }]`)).toEqual([
        expect.stringContaining('palettes.dusk.stops[0].at must be a number, 0 to 1'),
      ]);
    }
  });

  it.each(["'#ff880000'", "'#f80'", 'reddish', '5', 'null', '[1, 2, 3]'])('cannot have the colour %s', (color) => {
    expect(palette(`colors: [red, ${color}]`)).toEqual([
      expect.stringMatching(/^c\.yaml:6:\d+: palettes\.dusk\.colors\[1\] must be "#rrggbb" in quotes or a CSS colour name, got /),
    ]);
  });

  it('cannot be called default, and by no name of another one', () => {
    expect(withMore('palettes: { default: { colors: [red] } }')).toEqual([expect.stringContaining('default must have another name')]);
    expect(withMore('palettes: { mine: { name: Default, colors: [red] } }')).toEqual([expect.stringContaining('must have another name')]);
    expect(withMore('palettes: { my-dusk: { colors: [red] }, my_dusk: { colors: [blue] } }')).toEqual([
      expect.stringContaining('palettes.my_dusk must differ from palette my-dusk, in id and name, by more than case, blanks'),
    ]);
    expect(withMore('palettes: { a: { name: The Same, colors: [red] }, b: { name: the same, colors: [red] } }')).toHaveLength(1);
    expect(withMore('palettes: { dusk: { name: Dusk, colors: [red] }, ocean: { colors: [red] } }')).toEqual([]);
  });
});

describe('the renderer is told', () => {
  it('of strips, what they draw, what is white on them and what their white is', () => {
    const main = {
      length: 20,
      type: 'sk6812w',
      white_balance: '#ffe0d0',
      auto_white: 'accurate',
      white_temperature: 4000,
      current: { white: 20 },
    };
    expect(layoutOf({ strips: { main } }).strips).toEqual([
      {
        id: 'main',
        length: 20,
        order: 'GRBW',
        output: { driver: 'simulated' },
        whiteBalance: [255, 224, 208],
        autoWhite: 'accurate',
        whiteKelvin: 4000,
        draw: { red: 16, green: 11, blue: 15, white: 20, idle: 0.7, series: false },
      },
    ]);
    expect(layoutOf({}).strips[0]).toMatchObject({ whiteBalance: [255, 255, 255], autoWhite: 'none', whiteKelvin: null });
  });

  it('of gamma, each component by itself', () => {
    const gamma = (value: unknown) => layoutOf({ renderer: { gamma: value } }).gamma;
    expect(layoutOf({}).gamma).toEqual({ red: 2.2, green: 2.2, blue: 2.2, white: 2.2 });
    expect(gamma(1)).toEqual({ red: 1, green: 1, blue: 1, white: 1 });
    expect(gamma({ green: 2.6, white: 1 })).toEqual({ red: 2.2, green: 2.6, blue: 2.2, white: 1 });
  });

  it('of dither, supplies and palettes', () => {
    const strips = { main: { length: 20 }, other: { length: 10 } };
    const supplies = { wall: { limit: 4000, strips: ['other', 'main'] } };
    const palettes = {
      even: { colors: ['red', '#00ff00', 'blue'] },
      one: { colors: ['red'] },
      placed: { stops: [{ at: 0.3, color: '#010203' }] },
    };
    const told = layoutOf({ strips, supplies, palettes, renderer: { dither: 'on' } });
    expect(told).toMatchObject({ dither: 'on', supplies: [{ id: 'wall', limitMa: 4000, strips: [1, 0] }] });
    expect(told.palettes).toEqual([
      {
        id: 'even',
        stops: [
          { at: 0, color: [255, 0, 0] },
          { at: 0.5, color: [0, 255, 0] },
          { at: 1, color: [0, 0, 255] },
        ],
      },
      { id: 'one', stops: [{ at: 0, color: [255, 0, 0] }] },
      { id: 'placed', stops: [{ at: 0.3, color: [1, 2, 3] }] },
    ]);
    expect(layoutOf({})).toMatchObject({ dither: 'auto', supplies: [], palettes: [], effectsPath: null });
  });

  it('in a form that a renderer of its own process takes', () => {
    for (const type of ledTypes) {
      const told = layoutOf({
        strips: { main: { length: 20, type, white_balance: 'linen', current: { red: 1000 } } },
        supplies: { wall: { limit: 1_000_000, strips: ['main'] } },
        palettes: { long: { colors: Array.from({ length: 256 }, () => 'red') } },
        effects: { path: '/srv/effects' },
        renderer: { gamma: { red: 4 } },
      });
      expect(layoutSchema.parse(told)).toEqual(told);
    }
  });
});

describe('the folder of effects', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'diuna-effects-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const pathIn = async (effects: string) => {
    const file = join(folder, 'c.yaml');
    writeFileSync(file, `strips: { main: { length: 20 } }\nzones: { floor: { strip: main, range: [0, 19] } }\n${effects}`);
    const config = await loadConfig(file);
    return config.ok ? config.value.effects.path : config.error.map(formatMistake);
  };

  it('is relative to the config file, and none unless said', async () => {
    expect(await pathIn('effects: { path: ./effects }')).toBe(join(folder, 'effects'));
    expect(await pathIn('effects: { path: /srv/effects }')).toBe('/srv/effects');
    expect(await pathIn('effects: { path: null }')).toBeNull();
    expect(await pathIn('')).toBeNull();
    expect(await pathIn("effects: { path: '' }")).toEqual([
      expect.stringMatching(/c\.yaml:3:18: effects\.path must be a text of 1 to 4096 characters, got ""$/),
    ]);
  });
});
