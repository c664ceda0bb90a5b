/** Which colour a target means to be seen: its own, or in mode `color_temp` that of its temperature, with no white of its own. */
import type { Components } from '../model/color.ts';
import type { ZoneTarget } from '../model/state.ts';
import { fromColorTemperature } from './color-temperature.ts';

type Colored = Pick<ZoneTarget, 'color_mode' | 'color' | 'color_temp' | 'colors'>;

export function shownColor({ color_mode, color, color_temp }: Colored): Components {
  return color_mode === 'color_temp' && color_temp !== undefined ? fromColorTemperature(color_temp) : color;
}

/** What effects paint with: the first is the zone's own, and so a temperature stands in its place. */
export function shownColors(target: Colored): readonly Components[] {
  return target.color_mode === 'color_temp' ? [shownColor(target), ...target.colors.slice(1)] : target.colors;
}
