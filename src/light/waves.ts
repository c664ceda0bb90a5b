/** Waves that are the same bytes on every machine: phases in 65,536ths of a period, and shapes of +, - and * alone. */

/** How far into its period a wave is. @returns 0 to 65,535, whole. */
export function phase(timeMs: number, periodMs: number): number {
  return Math.floor(((timeMs % periodMs) * 65_536) / periodMs);
}

/**
 * Rises from 0 to 1 and falls again: a triangle rounded by the cubic 3x^2 - 2x^3 (Hermite), within a hundredth of a
 * raised cosine.
 * @param at 0 to 65,535.
 */
export function swell(at: number): number {
  const triangle = at < 32_768 ? at / 32_768 : (65_536 - at) / 32_768;
  return triangle * triangle * (3 - 2 * triangle);
}
