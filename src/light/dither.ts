/**
 * From drives of 16 bits to the bytes of a wire. 65,535 is 255 × 257: a drive is a byte and 257ths of the next. Rounded
 * alone, slow fades go in steps; so each byte is rounded up in as many of 257 frames as its 257ths say, and the mean of
 * 257 frames is the drive exactly: floor((drive + t) / 257) summed over t = 0 … 256 is the drive (Hermite's identity).
 *
 * The thresholds t of a byte walk through all of 0 … 256 in steps that fall far apart, so that even a few frames come
 * near the mean; the steps are those of the R2 sequence (M. Roberts, "The Unreasonable Effectiveness of Quasirandom
 * Sequences", 2018) in 257ths, one from LED to LED, the other from frame to frame: neighbours never blink together, and
 * the sum of a strip, and so its current, hardly changes. A LED's components are a third of a period apart.
 */

/** Drives of one step of a byte, and frames of a period; a prime, so that any step passes every threshold. */
export const PERIOD = 257;
const LED_STEP = 194;
const FRAME_STEP = 146;
const COMPONENT_STEP = 86;

/** How bytes are made of one frame: `first` is the threshold of its first byte, the steps go from LED to LED and within one. */
export interface Rounding {
  readonly first: number;
  readonly ledStep: number;
  readonly componentStep: number;
}

/** To the nearest byte. */
export const nearest: Rounding = { first: 128, ledStep: 0, componentStep: 0 };
/** Never up: what the bytes draw is at most what the drives say. */
export const down: Rounding = { first: 0, ledStep: 0, componentStep: 0 };

/** The dither of a frame, changed in place from frame to frame. */
export class Dither implements Rounding {
  first = 0;
  readonly ledStep = LED_STEP;
  readonly componentStep = COMPONENT_STEP;

  /** @param frame counts up by one. */
  setFrame(frame: number): void {
    this.first = ((frame % PERIOD) * FRAME_STEP) % PERIOD;
  }
}

/** What all bytes of one component add up to, by their place in a LED. */
export type Sums = Float64Array;

/**
 * Writes the bytes of LEDs of three components.
 * @param scale 0 to 65,536: the share of each drive that is sent.
 * @param sums of at least three entries.
 */
export function quantize3(bytes: Uint8Array, drives: Uint16Array, scale: number, rounding: Rounding, sums: Sums): void {
  const { ledStep, componentStep } = rounding;
  let threshold = rounding.first;
  let first = 0;
  let second = 0;
  let third = 0;
  for (let at = 0; at < bytes.length; at += 3) {
    const next = wrap(threshold + componentStep);
    const byte0 = toByte(scaled(drives[at] ?? 0, scale) + threshold);
    const byte1 = toByte(scaled(drives[at + 1] ?? 0, scale) + next);
    const byte2 = toByte(scaled(drives[at + 2] ?? 0, scale) + wrap(next + componentStep));
    bytes[at] = byte0;
    bytes[at + 1] = byte1;
    bytes[at + 2] = byte2;
    first += byte0;
    second += byte1;
    third += byte2;
    threshold = wrap(threshold + ledStep);
  }
  sums[0] = first;
  sums[1] = second;
  sums[2] = third;
}

/** The same for LEDs of four components; `sums` has four entries. */
export function quantize4(bytes: Uint8Array, drives: Uint16Array, scale: number, rounding: Rounding, sums: Sums): void {
  const { ledStep, componentStep } = rounding;
  let threshold = rounding.first;
  let first = 0;
  let second = 0;
  let third = 0;
  let fourth = 0;
  for (let at = 0; at < bytes.length; at += 4) {
    const next = wrap(threshold + componentStep);
    const byte0 = toByte(scaled(drives[at] ?? 0, scale) + threshold);
    const byte1 = toByte(scaled(drives[at + 1] ?? 0, scale) + next);
    const byte2 = toByte(scaled(drives[at + 2] ?? 0, scale) + wrap(next + componentStep));
    const byte3 = toByte(scaled(drives[at + 3] ?? 0, scale) + threshold);
    bytes[at] = byte0;
    bytes[at + 1] = byte1;
    bytes[at + 2] = byte2;
    bytes[at + 3] = byte3;
    first += byte0;
    second += byte1;
    third += byte2;
    fourth += byte3;
    threshold = wrap(threshold + ledStep);
  }
  sums[0] = first;
  sums[1] = second;
  sums[2] = third;
  sums[3] = fourth;
}

/** Whether any drive lies between two bytes, so that a dithered frame differs from the next. */
export function betweenBytes(drives: Uint16Array, scale: number): boolean {
  for (let at = 0; at < drives.length; at += 1) if (scaled(drives[at] ?? 0, scale) % PERIOD !== 0) return true;
  return false;
}

/** Rounded down; exact for a scale of 65,536. */
function scaled(drive: number, scale: number): number {
  return Math.imul(drive, scale) >>> 16;
}

/** floor(value / 257) for 0 to 65,791. */
function toByte(value: number): number {
  return Math.imul(value, 65_281) >>> 24;
}

function wrap(threshold: number): number {
  return threshold >= PERIOD ? threshold - PERIOD : threshold;
}
