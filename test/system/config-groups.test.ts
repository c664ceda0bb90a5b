import { describe, expect, it } from 'vitest';
import { buildCatalog } from '../../src/core/catalog.ts';
import { formatMistake } from '../../src/system/config-mistakes.ts';
import { parseConfig } from '../../src/system/config-text.ts';

const house = `strips: { main: { length: 30 } }
zones:
  floor: { strip: main, range: [0, 9] }
  shelf: { strip: main, range: [10, 29] }
`;

/** The mistakes of a configuration with these lines behind its zones, of which the first is line 5. */
function mistakes(lines: string): string[] {
  const config = parseConfig(`${house}${lines}`, 'c');
  return config.ok ? [] : config.error.map((mistake) => formatMistake(mistake));
}

function groups(lines: string): readonly unknown[] {
  const config = parseConfig(`${house}${lines}`, 'c');
  if (!config.ok) throw new Error(config.error.map(formatMistake).join('\n'));
  return [...buildCatalog(config.value, [], []).groups.values()];
}

describe('groups', () => {
  it('name zones, in an order of their own, and are called by their id where they have no name', () => {
    expect(groups('groups:\n  downstairs: { name: Down below, zones: [shelf, floor] }\n  light: { zones: [floor] }\n')).toEqual([
      { id: 'downstairs', name: 'Down below', zones: ['shelf', 'floor'] },
      { id: 'light', name: 'light', zones: ['floor'] },
    ]);
    expect(groups('')).toEqual([]);
  });

  it('hold zones that there are, each once, and no groups', () => {
    expect(
      mistakes('groups:\n  a:\n    zones:\n      - flor\n      - shelf\n      - shelf\n      - b\n      - all\n  b: { zones: [floor] }\n'),
    ).toEqual([
      'c:8:9: groups.a.zones[0] must be one of the zones: floor, shelf, got flor; did you mean floor?',
      'c:10:9: groups.a.zones[2] must name each zone once, got shelf',
      'c:11:9: groups.a.zones[3] must be one of the zones: floor, shelf; groups hold no groups, got b',
      expect.stringMatching(/^c:12:9: groups\.a\.zones\[4\] must be one of the zones: floor, shelf, got all/),
    ]);
  });

  it('share their ids with zones, and none is all', () => {
    expect(mistakes('groups:\n  floor: { zones: [shelf] }\n')).toEqual([
      expect.stringMatching(/^c:6:\d+: groups\.floor must not have the id of a zone/),
    ]);
    expect(mistakes('groups:\n  all: { zones: [shelf] }\n')).toEqual([expect.stringContaining('"all" is reserved')]);
    expect(mistakes('groups:\n  Down: { zones: [shelf] }\n  __proto__: { zones: [shelf] }\n')).toEqual([
      expect.stringMatching(/^c:6:\d+: groups\.Down is not a name that is allowed: must be 1 to 32 of/),
      expect.stringContaining('groups.__proto__ is not a name that is allowed'),
    ]);
  });

  it('hold 1 to 64 zones, have no other keys, and are 64 at most', () => {
    expect(mistakes('groups:\n  a: { zones: [] }\n  b: { zone: floor, zones: [floor] }\n  c: {}\n  d: 3\n')).toEqual([
      expect.stringMatching(/^c:6:\d+: groups\.a\.zones must be a list of 1 to 64 zones/),
      expect.stringMatching(/^c:7:\d+: groups\.b\.zone is an unknown key; allowed: name, zones; did you mean zones\?/),
      expect.stringMatching(/^c:8:\d+: groups\.c\.zones is missing: it must be a list of 1 to 64 zones/),
      expect.stringMatching(/^c:9:\d+: groups\.d /),
    ]);
    const many = Array.from({ length: 65 }, (_, index) => `  g${index}: { zones: [floor] }\n`).join('');
    expect(mistakes(`groups:\n${many}`)).toEqual([expect.stringContaining('groups must hold at most 64 groups')]);
  });

  it('that cannot be read are no mistake of a knob that turns them', () => {
    const knob = 'knobs:\n  desk: { driver: simulated, zone: a }\n';
    expect(mistakes(`groups:\n  a: { zones: [floor] }\n${knob}`)).toEqual([]);
    expect(mistakes(`groups:\n  a: { zones: 7 }\n${knob}`)).toEqual([expect.stringMatching(/^c:6:\d+: groups\.a\.zones /)]);
    expect(mistakes(`groups: 7\n${knob}`)).toEqual([expect.stringMatching(/^c:5:\d+: groups must map group ids to groups/)]);
  });
});

it('a knob may turn a group, and is told of groups where it names nothing', () => {
  expect(mistakes('groups: { a: { zones: [floor] } }\nknobs: { desk: { driver: simulated, zone: b } }\n')).toEqual([
    expect.stringMatching(/knobs\.desk\.zone must be one of the zones and groups: floor, shelf, a, all, got b/),
  ]);
});

it('a user has zones, not groups', () => {
  const password = `$scrypt$ln=15,r=8,p=1$${'a'.repeat(22)}$${'b'.repeat(43)}`;
  expect(mistakes(`groups: { a: { zones: [floor] } }\nusers: { ann: { password: "${password}", zones: [a] } }\n`)).toEqual([
    expect.stringContaining('users.ann.zones[0] must be one of the zones: floor, shelf'),
  ]);
});
