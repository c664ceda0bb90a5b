import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { formatMistake, MOST_MISTAKES } from '../../src/system/config-mistakes.ts';
import { parseConfig } from '../../src/system/config-text.ts';

const mistakes = (text: string) => {
  const config = parseConfig(text, 'c.yaml');
  return config.ok ? [] : config.error.map(formatMistake);
};

const good = 'strips: { main: { length: 20 } }\nzones: { floor: { strip: main, range: [0, 19] } }\n';

describe('a configuration', () => {
  it('that names strips and zones alone is complete', () => {
    const config = parseConfig(good, 'c.yaml');
    expect(config).toMatchObject({ ok: true, value: { mqtt: { listen: [{ host: '127.0.0.1', port: 1883 }] }, renderer: { fps: 60 } } });
  });

  it('as it is shipped has no mistakes, and says the defaults', () => {
    const shipped = parseConfig(readFileSync(new URL('../../config.yaml', import.meta.url), 'utf8'), 'config.yaml');
    const bare = parseConfig(good, 'c.yaml');
    if (!shipped.ok || !bare.ok) throw new Error('both must be good');
    const { strips: _strips, zones: _zones, knobs: _knobs, ...settings } = shipped.value;
    expect(bare.value).toMatchObject(settings);
  });

  it('tells all of its mistakes at once, each with its line', () => {
    const text = `mqtt:
  listen: [0.0.0.0:1883]
  base_topc: x
log: { level: inf }
strips:
  main: { length: twenty }
  second:
    length: 30
    output: { driver: simulatd }
  good: { length: 20 }
  Bad Id: { length: 3 }
zones:
  a: { strip: god, range: [0, 5] }
  b: { strip: good, range: [0, 20] }
  c: { strip: good, range: [0, 9] }
  d: { strip: good, range: [9, 12] }
  e: { strip: main, range: [900, 1000] }
  f: {}
home_assistant:
`;
    expect(mistakes(text)).toEqual([
      expect.stringMatching(/^c\.yaml:2:12: mqtt\.listen\[0\] must be a loopback address .* SSH tunnel .*, got 0\.0\.0\.0:1883$/),
      expect.stringMatching(/^c\.yaml:3:3: mqtt\.base_topc is an unknown key; allowed: base_topic, .*; did you mean base_topic\?$/),
      'c.yaml:4:15: log.level must be "debug" or "info" or "warn" or "error", got "inf"; did you mean info?',
      'c.yaml:6:19: strips.main.length must be an integer, 1 to 10000, got "twenty"',
      expect.stringMatching(/^c\.yaml:9:23: strips\.second\.output\.driver .*, got "simulatd"; did you mean simulated\?$/),
      expect.stringMatching(/^c\.yaml:11:3: strips\.Bad Id is not a name that is allowed/),
      'c.yaml:13:15: zones.a.strip must be one of the strips: main, second, good, got god; did you mean good?',
      'c.yaml:14:28: zones.b.range must stay within strip good, whose LEDs are 0 to 19, got [0, 20]',
      expect.stringMatching(/^c\.yaml:16:28: zones\.d\.range zones c and d share LED 9 of strip good; .* overlap: true/),
      'c.yaml:18:6: zones.f must have strip and range, or segments; both are missing',
      expect.stringMatching(/^c\.yaml:19:16: home_assistant must be a map with any of: enabled, discovery_prefix, name, got null$/),
    ]);
  });

  it.each([
    ['', 'c.yaml:1:1: is empty'],
    ['# nothing\n', 'c.yaml:1:1: is empty'],
    ['5\n', 'c.yaml:1:1: must be a map with any of: mqtt, '],
    ['[]\n', 'c.yaml:1:1: must be a map with any of: mqtt, '],
    [`a: [1\nb: 2\n`, 'c.yaml:2:1: is no YAML: '],
    [`a:\n\tb: 1\n`, 'c.yaml:2:1: is no YAML: Tabs'],
    [`${good}log: *info\n`, 'c.yaml:3:6: this alias has no anchor before it'],
    [`${good}log: !secret {}\n`, 'c.yaml:3:6: is no YAML: Unresolved tag'],
    [`${good}---\n${good}`, 'c.yaml:3:1: is no YAML: Source contains multiple documents'],
    [`${good}zones: {}\n`, 'c.yaml:3:1: the key zones stands twice in the same map'],
    [`strips: { main: { length: 3, length: 4 } }\nzones: {}\n`, 'c.yaml:1:30: the key length stands twice in the same map'],
    [`${good}? [a]\n: 1\n`, 'c.yaml:3:3: is no YAML: '],
    [`${good.replace('floor', '__proto__')}`, 'c.yaml:2:10: zones.__proto__ is not a name that is allowed'],
    ['['.repeat(500_000), 'c.yaml:1:1: must not nest deeper than 64 levels'],
    ['- '.repeat(300_000), 'c.yaml:1:1: must not nest deeper than 64 levels'],
    [`${good}a:${' {a:'.repeat(20_000)}`, 'c.yaml:3:1: must not nest deeper than 64 levels'],
    [Array.from({ length: 1300 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'), 'c.yaml:'],
  ])('%# is refused with its place', (text, start) => {
    expect(mistakes(text).map((found) => found.slice(0, start.length))).toContain(start);
  });

  it('cannot multiply by aliases', () => {
    const bomb = ['a: &a [x, x, x, x, x, x, x, x, x]', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'].map((name, index) => {
      const before = String.fromCharCode(96 + index);
      return index === 0 ? name : `${name}: &${name} [${Array.from({ length: 9 }, () => `*${before}`).join(', ')}]`;
    });
    expect(mistakes(bomb.join('\n'))).toEqual(['c.yaml: must not use more than 100 aliases']);
  });

  it('may use anchors and aliases in moderation', () => {
    expect(mistakes('strips: { a: &s { length: 4 }, b: *s }\nzones: { x: { strip: b, range: [0, 3] } }\n')).toEqual([]);
  });

  it('with more mistakes than anybody reads says how many more', () => {
    const zones = Array.from({ length: 150 }, (_, index) => `  z${index}: {}`).join('\n');
    const found = mistakes(`strips: { main: { length: 20 } }\nzones:\n${zones}\n`);
    expect(found).toHaveLength(MOST_MISTAKES + 1);
    expect(found.at(-1)).toBe('c.yaml: and 50 more mistakes');
  });
});
