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

/**
 * A sine, by the first four terms of its series on a quarter period: within 2e-4 of the true one, and the same bits
 * everywhere, which `Math.sin` is not.
 * @param at in 65,536ths of a period; any number, wrapped.
 * @returns -1 to 1.
 */
export function sine(at: number): number {
  const turned = at & 65_535;
  const quarters = (turned < 16_384 ? turned : turned < 49_152 ? 32_768 - turned : turned - 65_536) / 16_384;
  const square = quarters * quarters;
  return quarters * (1.570796 - square * (0.645964 - square * (0.079693 - square * 0.004682)));
}

/** A raised sine. @param at in 65,536ths of a period; any number, wrapped. @returns 0 to 1, 0.5 at 0. */
export function wave(at: number): number {
  return 0.5 + 0.5 * sine(at);
}
