/**
 * Several zones as if they were one light, for whoever can show only that: what they share, and where they differ what the first of
 * those that are lit has; their brightness is the mean. `aggregate` says what is true of all of them instead. Pure.
 */
import type { ColorMode, ZoneState } from '../model/state.ts';

export interface Summary
  extends Pick<ZoneState, 'state' | 'brightness' | 'color_mode' | 'color' | 'effect' | 'palette' | 'speed' | 'intensity'> {
  /** Kelvin; present in mode `color_temp` only. */
  readonly color_temp?: number;
}

/** @param states at least one, or `null` is answered. @returns a colour without white, unless all of them have it. */
export function summarize(states: readonly ZoneState[]): Summary | null {
  const lit = states.filter(({ state }) => state === 'ON');
  const shown = lit.length > 0 ? lit : states;
  const [first] = shown;
  if (first === undefined) return null;
  const { color_temp, effect, palette, speed, intensity } = first;
  const hasWhite = states.every(({ color }) => color.w !== undefined);
  const { r, g, b } = first.color;
  return {
    state: lit.length > 0 ? 'ON' : 'OFF',
    brightness: Math.round(shown.reduce((sum, { brightness }) => sum + brightness, 0) / shown.length),
    color_mode: modeOf(first, hasWhite),
    color: hasWhite ? first.color : { r, g, b },
    ...(color_temp === undefined ? {} : { color_temp }),
    effect,
    palette,
    speed,
    intensity,
  };
}

function modeOf({ color_mode }: ZoneState, hasWhite: boolean): ColorMode {
  return color_mode === 'rgbw' && !hasWhite ? 'rgb' : color_mode;
}
