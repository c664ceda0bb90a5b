/**
 * What a white component does (the modes and their names are WLED's). A colour's own white, which a client asked for, is
 * always shown; a mode adds to it what the white component can give of r, g, b:
 * - `none` nothing;
 * - `brighter` as much as it can give without changing the colour, and r, g, b stay as they are;
 * - `accurate` the same, and r, g, b give that much less: the same light from a better and thriftier LED;
 * - `dual` as `brighter` where the colour has no white of its own, and nothing where it has.
 */
import type { AutoWhite } from '../model/config-strip.ts';
import { fromColorTemperature } from './color-temperature.ts';
import { FULL_LIGHT, toLight } from './linear.ts';

/** How one strip's white component is used; a share of its light in r, g, b each. */
export interface WhiteSplit {
  readonly mode: AutoWhite;
  /** Light of r, g and b that the full white component gives, 0 to 1 each, the largest 1. */
  readonly red: number;
  readonly green: number;
  readonly blue: number;
}

/** @param kelvin colour of the white component; null where it is the same white as r, g, b at full. */
export function createWhiteSplit(mode: AutoWhite, kelvin: number | null): WhiteSplit {
  if (kelvin === null) return { mode, red: 1, green: 1, blue: 1 };
  const { r, g, b } = fromColorTemperature(kelvin);
  return { mode, red: toLight(r) / FULL_LIGHT, green: toLight(g) / FULL_LIGHT, blue: toLight(b) / FULL_LIGHT };
}

/** The most white that holds no more of any component than the colour does. @returns 0 to 65,535, whole. */
export function whiteWithin({ red, green, blue }: WhiteSplit, r: number, g: number, b: number): number {
  // A warm white has hardly any blue: where it has none at all, blue cannot bound it.
  const most = Math.min(r / red, g / green, blue > 0 ? b / blue : FULL_LIGHT);
  return Math.floor(Math.min(FULL_LIGHT, most));
}
