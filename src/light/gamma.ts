/**
 * The output's gamma, the only one in the pixel way: from linear light to the drive of a LED, 16 bits each, so that a
 * value v of a client is driven at (v/255)^gamma exactly. LEDs are lit by pulse width and give light in proportion to
 * their drive; near the default of 2.2 this table is therefore almost straight, and gamma 1 sends values as they came.
 */
import { FULL_LIGHT, tabulate } from './linear.ts';

export interface Gamma {
  /** Drive, 0 to 65,535, for each linear light, 0 to 65,535. */
  readonly drive: Uint16Array;
  /** The least linear light that does not round to a dark byte. */
  readonly leastLight: number;
}

/** @param exponent 1 to 4. */
export function createGamma(exponent: number): Gamma {
  const drive = new Uint16Array(FULL_LIGHT + 1);
  tabulate(drive, (level) => Math.round(FULL_LIGHT * (level / 255) ** exponent));
  return { drive, leastLight: drive.findIndex((value) => toByte(value) > 0) };
}

/** The nearest of 256 to a drive of 0 to 65,535: round(drive / 257). */
export function toByte(drive: number): number {
  return (drive * 255 + 32_895) >>> 16;
}
