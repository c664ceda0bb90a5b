import { describe, expect, it } from 'vitest';
import { renderLayout, zoneDeclarations } from '../../src/core/layout.ts';
import { configSchema } from '../../src/model/config.ts';

const config = configSchema.parse({
  strips: { main: { length: 20 }, white: { length: 10, type: 'sk6812w' }, odd: { length: 3, type: 'ws2811', order: 'BGR' } },
  zones: {
    floor: { name: 'Floor', strip: 'main', range: [0, 9] },
    lamp: { strip: 'white', range: [0, 9] },
    mixed: {
      reverse: true,
      segments: [
        { strip: 'main', range: [10, 19], reverse: true },
        { strip: 'white', range: [2, 4] },
      ],
      overlap: true,
    },
  },
});

describe('the layout', () => {
  it('gives each strip the order of its type, or its own', () => {
    expect(renderLayout(config).strips.map(({ id, order }) => [id, order])).toEqual([
      ['main', 'GRB'],
      ['white', 'GRBW'],
      ['odd', 'BGR'],
    ]);
  });

  it('walks a zone that is turned round from its last segment to its first', () => {
    expect(renderLayout(config).zones[2]).toEqual({
      id: 'mixed',
      length: 13,
      segments: [
        { strip: 1, first: 2, length: 3, reverse: true },
        { strip: 0, first: 10, length: 10, reverse: false },
      ],
    });
  });

  it('offers white only where all LEDs of a zone have it', () => {
    expect(zoneDeclarations(config)).toEqual([
      { id: 'floor', name: 'Floor', length: 10, colorModes: ['rgb', 'color_temp'] },
      { id: 'lamp', name: 'lamp', length: 10, colorModes: ['rgbw', 'color_temp'] },
      { id: 'mixed', name: 'mixed', length: 13, colorModes: ['rgb', 'color_temp'] },
    ]);
  });
});
