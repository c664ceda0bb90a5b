/** What Home Assistant is told: whole, as a snapshot, and rule by rule. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodeOf } from '../../src/homeassistant/component.ts';
import { buildDiscovery, discoveryTopic } from '../../src/homeassistant/discovery.ts';
import { installation, sections } from './installation.ts';

const components = (changed = {}, facts = {}) => buildDiscovery(installation(changed, facts)).components;
const keys = (changed = {}, facts = {}) => Object.keys(components(changed, facts));

it('is one document of the whole device', async () => {
  await expect(JSON.stringify(buildDiscovery(installation()), null, 1)).toMatchFileSnapshot('discovery.snapshot');
});

describe('a light', () => {
  it('has the colours of its strip, and of a group those that all its zones have', () => {
    const modes = Object.entries(components())
      .filter(([, { platform }]) => platform === 'light')
      .map(([id, light]) => [id, light['supported_color_modes']]);
    expect(Object.fromEntries(modes)).toEqual({
      light_floor: ['rgb', 'color_temp'],
      light_shelf: ['rgb', 'color_temp'],
      light_lamp: ['rgbw', 'color_temp'],
      light_all: ['rgb', 'color_temp'],
      light_seats: ['rgb', 'color_temp'],
      light_rgb_only: ['rgb', 'color_temp'],
    });
  });

  it('stands for all zones where there is more than one', () => {
    const { floor } = sections.zones;
    expect(keys({ zones: { floor }, groups: {}, knobs: {} })).not.toContain('light_all');
  });

  it('offers no effect first, and then all there are by their ids', () => {
    expect(components()['light_floor']).toMatchObject({ effect: true, effect_list: ['off', 'chase', 'rainbow'] });
  });
});

describe('what is announced', () => {
  it('is a restart only where somebody would start the daemon again', () => {
    expect(keys()).toContain('system_restart');
    expect(keys({}, { canRestart: false })).not.toContain('system_restart');
  });

  it('is a temperature and a number of clients only where they are known', () => {
    const whereKnown = ['system_cpu_temperature', 'system_clients'];
    expect(keys()).toEqual(expect.arrayContaining(whereKnown));
    const unknown = keys({}, { tellsTemperature: false, countsClients: false });
    expect(unknown.filter((key) => whereKnown.includes(key))).toEqual([]);
  });

  it('is a limit of power only where a supply has one', () => {
    expect(keys()).toContain('system_power');
    expect(keys({ supplies: {} })).not.toContain('system_power');
  });

  it('is nothing of scenes, playlists and schedules', () => {
    expect(JSON.stringify(buildDiscovery(installation()))).not.toMatch(/scene|playlist|schedule/);
  });
});

describe('ids', () => {
  const id = fc.stringMatching(/^[a-z0-9_-]{1,8}$/).filter((text) => text !== 'all');

  it('stay when names change', () => {
    const { floor, ...others } = sections.zones;
    const renamed = { zones: { floor: { ...floor, name: 'Carpet' }, ...others }, home_assistant: { name: 'Attic' } };
    const uniques = (changed = {}) => Object.values(components(changed)).map(({ unique_id }) => unique_id);
    expect(uniques(renamed)).toEqual(uniques());
  });

  it('are different ones, whatever zones, groups, knobs and strips are called', () => {
    fc.assert(
      fc.property(fc.uniqueArray(id, { minLength: 3, maxLength: 6 }), (ids) => {
        const [strip = '', group = '', ...zones] = ids;
        const changed = {
          strips: { [strip]: { length: 100 } },
          zones: Object.fromEntries(zones.map((zone, index) => [zone, { strip, range: [index, index] }])),
          groups: { [group]: { zones } },
          supplies: {},
          knobs: Object.fromEntries(ids.map((knob) => [knob, { driver: 'simulated', zone: zones[0] }])),
        };
        const { components: all } = buildDiscovery(installation(changed));
        // of a zone 6, of a group or all 1, of a knob 6, of a strip 1, and 7 of the daemon
        expect(Object.keys(all)).toHaveLength(zones.length * 6 + 1 + (zones.length > 1 ? 1 : 0) + ids.length * 6 + 1 + 7);
        const uniques = Object.values(all).flatMap(({ unique_id }) => unique_id ?? []);
        expect(new Set(uniques).size).toBe(uniques.length);
        for (const key of Object.keys(all)) expect(key).toMatch(/^[a-zA-Z0-9_-]+$/);
      }),
      { numRuns: 50 },
    );
  });

  it('have a node of their own for each base topic', () => {
    const level = fc.stringMatching(/^[a-z0-9_\-äß.]{1,5}$/);
    const base = fc.array(level, { minLength: 1, maxLength: 3 }).map((levels) => levels.join('/'));
    fc.assert(
      fc.property(base, base, (one, other) => {
        expect(nodeOf(one) === nodeOf(other)).toBe(one === other);
        expect(discoveryTopic('homeassistant', one)).toMatch(/^homeassistant\/device\/[a-zA-Z0-9_-]+\/config$/);
      }),
    );
  });
});
