/**
 * The boards that rpi-ws281x-native 1.0.4 knows, by revision code, as its bundled rpihw.c lists them; and how that
 * compares. On 64-bit ARM it reads the code from the device tree and takes it whole; elsewhere it reads /proc/cpuinfo and
 * leaves the manufacturer and warranty bits out.
 */
const known: readonly (readonly [board: string, revisions: readonly number[]])[] = [
  ['Pi 400', [0xc03130]],
  ['Pi 4 B', [0xa03111, 0xb03111, 0xc03111, 0xa03112, 0xb03112, 0xc03112, 0xb03114, 0xd03114, 0xc03114]],
  ['Compute Module 4', [0xa03140, 0xb03140, 0xc03140]],
  ['Model B', [0x2, 0x3, 0x4, 0x5, 0x6, 0xd, 0xe, 0xf]],
  ['Model A', [0x7, 0x8, 0x9]],
  ['Model B+', [0x10, 0x13, 0x900032]],
  ['Compute Module 1', [0x11, 0x14]],
  ['Pi Zero', [0x900092, 0x900093, 0x920093]],
  ['Pi Zero W', [0x9200c1, 0x9000c1]],
  ['Model A+', [0x12, 0x15, 0x900021]],
  ['Pi 2 B', [0xa01041, 0xa01040, 0xa21041, 0xa22042]],
  ['Pi 3 B+', [0xa020d3]],
  ['Pi 3 B', [0xa02082, 0xa02083, 0xa22082, 0xa22083]],
  ['Pi 3 A+', [0x9020e0]],
  ['Compute Module 3', [0xa020a0]],
  ['Compute Module 3+', [0xa02100]],
];

/** Bits 16 to 19 name the manufacturer, 24 and 25 the warranty (rpihw.c). */
const IGNORED_BITS = (0xf << 16) | (0x3 << 24);
/** Bits 12 to 15 of a new-style code name the processor, 4 is BCM2712; bit 23 marks the new style (raspberrypi.com, "Revision codes"). */
const NEW_STYLE = 1 << 23;
const BCM2712 = 4;

/** @returns whether the driver knows the board. @param whole compares all bits, as on 64-bit ARM. */
export function isKnownBoard(revision: number, whole: boolean): boolean {
  const mask = whole ? ~0 : ~IGNORED_BITS;
  return known.some(([, revisions]) => revisions.some((other) => (other & mask) === (revision & mask)));
}

/** The Pi 5 and its relatives: their pins hang on another chip, which this driver cannot reach. */
export function isPi5(revision: number): boolean {
  return (revision & NEW_STYLE) !== 0 && ((revision >> 12) & 0xf) === BCM2712;
}

/** Pins that can feed channel 0 on this board (ws2811.c, check_hwver_and_gpionum); by hardware: PWM, PCM, SPI. */
export function channel0Pins(revision: number): readonly number[] {
  const model = revision & 0xffff;
  if (model < 0x04) return [18, 21, 10];
  if (model <= 0x0f) return [18, 31, 10];
  return [18, 12, 21, 10];
}

/** Pins that can feed channel 1: PWM only, on boards with 40 pins. */
export function channel1Pins(revision: number): readonly number[] {
  return (revision & 0xffff) < 0x10 ? [] : [13, 19];
}
