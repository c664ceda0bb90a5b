/**
 * The yardstick for a full frame: the same work for two still colours in three zones as plain loops over typed arrays,
 * without any of what makes it a light: no layout, no brightness, no state.
 */
const FULL_LIGHT = 65_535;
const ZONES = 3;
/** Of sums of drives: how much the supply gives. */
const FREE = 0.3;

export class PlainFrame {
  readonly bytes: Uint8Array;
  readonly #before: Uint16Array;
  readonly #after: Uint16Array;
  readonly #drives: Uint16Array;
  readonly #gamma = new Uint16Array(FULL_LIGHT + 1);
  #frame = 0;

  constructor(leds: number) {
    this.bytes = new Uint8Array(leds * 3);
    this.#before = new Uint16Array(leds * 3);
    this.#after = new Uint16Array(leds * 3);
    this.#drives = new Uint16Array(leds * 3);
    for (let light = 0; light <= FULL_LIGHT; light += 1) this.#gamma[light] = Math.round(FULL_LIGHT * (light / FULL_LIGHT) ** 1.1);
  }

  draw(): void {
    const length = this.#drives.length / ZONES;
    for (let zone = 0; zone < ZONES; zone += 1) {
      fill(this.#before, zone * length, length, 65_535, 14_000, 2000 * zone);
      fill(this.#after, zone * length, length, 2000 * zone, 0, 65_535);
    }
    const sum = mix(this.#drives, this.#before, this.#after, this.#gamma);
    const most = FREE * FULL_LIGHT * this.#drives.length;
    const scale = sum > most ? Math.floor((65_536 * most) / sum) : 65_536;
    this.#frame = (this.#frame + 1) % 257;
    dither(this.bytes, this.#drives, scale, (this.#frame * 146) % 257);
  }
}

function fill(light: Uint16Array, from: number, length: number, red: number, green: number, blue: number): void {
  for (let at = from; at < from + length; at += 3) {
    light[at] = red;
    light[at + 1] = green;
    light[at + 2] = blue;
  }
}

/** Blend and gamma. @returns the sum of all drives. */
function mix(drives: Uint16Array, before: Uint16Array, after: Uint16Array, gamma: Uint16Array): number {
  let sum = 0;
  for (let at = 0; at < drives.length; at += 1) {
    const from = before[at] ?? 0;
    const drive = gamma[from + (Math.imul((after[at] ?? 0) - from, 16_384) >> 15)] ?? 0;
    drives[at] = drive;
    sum += drive;
  }
  return sum;
}

function dither(bytes: Uint8Array, drives: Uint16Array, scale: number, first: number): void {
  let threshold = first;
  for (let at = 0; at < bytes.length; at += 1) {
    const value = (Math.imul(drives[at] ?? 0, scale) >>> 16) + threshold;
    bytes[at] = Math.imul(value, 65_281) >>> 24;
    threshold += 86;
    if (threshold >= 257) threshold -= 257;
  }
}
