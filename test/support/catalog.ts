/** A small installation for tests of decisions: two RGB zones, one RGBW. */

import type { Catalog } from '../../src/model/catalog.ts';
import { zoneIdSchema } from '../../src/model/ids.ts';
import type { ColorMode } from '../../src/model/state.ts';

function zone(id: string, colorModes: readonly ColorMode[]) {
  return [id, { id: zoneIdSchema.parse(id), name: id, length: 10, colorModes }] as const;
}

export const catalog: Catalog = {
  zones: new Map([zone('floor', ['rgb', 'color_temp']), zone('shelf', ['rgb', 'color_temp']), zone('desk', ['rgbw', 'color_temp'])]),
  groups: new Map([
    ['downstairs', { id: 'downstairs', name: 'Downstairs', zones: ['shelf', 'floor'] }],
    ['corner', { id: 'corner', name: 'corner', zones: ['desk'] }],
  ]),
  effects: [
    { id: 'solid', name: 'Solid', aliases: [], parameters: {} },
    { id: 'rainbow', name: 'Rainbow', aliases: ['Color Cycle'], parameters: {} },
    { id: 'fire-2012', name: 'Fire 2012', aliases: ['Fire'], parameters: {} },
  ],
  palettes: [
    { id: 'default', name: 'Default', colors: [] },
    { id: 'party', name: 'Party', colors: [] },
  ],
};
