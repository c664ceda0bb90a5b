/**
 * Between the values that users send (0 to 255, encoded for the eye as on a monitor) and linear light (0 to 65,535,
 * proportional to photons). Everything between a target's arrival and the output's gamma is linear light.
 */

/** The full value of a component in linear light. */
export const FULL_LIGHT = 65_535;

const decoded = new Uint16Array(257);
for (let level = 0; level <= 255; level += 1) decoded[level] = Math.round(FULL_LIGHT * decode(level / 255));
decoded[256] = FULL_LIGHT;

/**
 * The sRGB transfer function (IEC 61966-2-1). Not a bare power: its straight foot keeps all 256 values apart in 16 bits.
 * `Math.pow` may differ in its last bit between engines; rounded to 16 bits, the table does not.
 */
function decode(value: number): number {
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

/**
 * Linear light of a value; straight lines between whole values.
 * @param level 0 to 255, fractions allowed.
 * @returns 0 to 65,535, whole.
 */
export function toLight(level: number): number {
  const whole = Math.floor(level);
  const below = decoded[whole] ?? 0;
  const above = decoded[whole + 1] ?? 0;
  return Math.round(below + (above - below) * (level - whole));
}

/** The share of a blend that is all of the second light. Fifteen bits keep its product with a difference within 32. */
export const ALL_SECOND = 32_768;

/** @param share 0 to `ALL_SECOND`, whole. */
export function between(first: number, second: number, share: number): number {
  return first + (Math.imul(second - first, share) >> 15);
}

/**
 * Fills a table of 65,536 entries, one for each linear light, from what it is to hold at the 256 values that users can
 * send. It is exact there, straight between them, and so as monotonic as `valueAt`.
 */
export function tabulate(table: Uint8Array | Uint16Array, valueAt: (level: number) => number): void {
  for (let level = 0; level < 255; level += 1) {
    const [from, to] = [toLight(level), toLight(level + 1)];
    const [first, last] = [valueAt(level), valueAt(level + 1)];
    for (let light = from; light < to; light += 1) table[light] = Math.round(first + ((last - first) * (light - from)) / (to - from));
  }
  table[FULL_LIGHT] = valueAt(255);
}

/** The 8-bit value that a monitor needs to show a linear light: the inverse of `toLight`. */
export const monitorValues = new Uint8Array(FULL_LIGHT + 1);
tabulate(monitorValues, (level) => level);
