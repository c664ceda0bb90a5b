/**
 * From linear light on the canvas to the drives of one strip's LEDs, 16 bits each and in the order of its wire: the split
 * between r, g, b and white, the white balance of r, g, b, the gamma of each component. The split comes first, as it
 * divides the colour that is wanted; the balance then mends the three LEDs that are to show the rest.
 */
import type { StripLayout } from '../model/strip-layout.ts';
import type { Canvas } from './canvas.ts';
import type { Sums } from './dither.ts';
import type { Gamma } from './gamma.ts';
import { FULL_LIGHT } from './linear.ts';
import { createWhiteSplit, type WhiteSplit, whiteWithin } from './white.ts';

/** How one strip turns light into drives. */
export interface Driving {
  /** This strip's first LED on the canvas. */
  readonly first: number;
  readonly leds: number;
  /** Where each component stands within a LED; `whiteAt` is -1 where there is none. */
  readonly redAt: number;
  readonly greenAt: number;
  readonly blueAt: number;
  readonly whiteAt: number;
  /** Share of each component's light, 0 to 65,536. */
  readonly redGain: number;
  readonly greenGain: number;
  readonly blueGain: number;
  readonly split: WhiteSplit;
}

export function createDriving(layout: StripLayout, first: number): Driving {
  const [redGain, greenGain, blueGain] = layout.whiteBalance.map((value) => Math.round((value * 65_536) / 255));
  return {
    first,
    leds: layout.length,
    redAt: layout.order.indexOf('R'),
    greenAt: layout.order.indexOf('G'),
    blueAt: layout.order.indexOf('B'),
    whiteAt: layout.order.indexOf('W'),
    redGain: redGain ?? 0,
    greenGain: greenGain ?? 0,
    blueGain: blueGain ?? 0,
    split: createWhiteSplit(layout.autoWhite, layout.whiteKelvin),
  };
}

/** Fills `drives`, three or four a LED. @param sums of them all, by their place in a LED. */
export function drive(drives: Uint16Array, sums: Sums, canvas: Canvas, driving: Driving, gamma: Gamma): void {
  if (driving.whiteAt >= 0) driveWithWhite(drives, sums, canvas, driving, gamma);
  else driveColors(drives, sums, canvas.light, driving, gamma);
}

function driveColors(drives: Uint16Array, sums: Sums, light: Uint16Array, driving: Driving, { red, green, blue }: Gamma): void {
  const { first, leds, redAt, greenAt, blueAt, redGain, greenGain, blueGain } = driving;
  const end = (first + leds) * 3;
  let reds = 0;
  let greens = 0;
  let blues = 0;
  for (let from = first * 3, to = 0; from < end; from += 3, to += 3) {
    const redDrive = red[Math.imul(light[from] ?? 0, redGain) >>> 16] ?? 0;
    const greenDrive = green[Math.imul(light[from + 1] ?? 0, greenGain) >>> 16] ?? 0;
    const blueDrive = blue[Math.imul(light[from + 2] ?? 0, blueGain) >>> 16] ?? 0;
    drives[to + redAt] = redDrive;
    drives[to + greenAt] = greenDrive;
    drives[to + blueAt] = blueDrive;
    reds += redDrive;
    greens += greenDrive;
    blues += blueDrive;
  }
  sums[redAt] = reds;
  sums[greenAt] = greens;
  sums[blueAt] = blues;
}

function driveWithWhite(drives: Uint16Array, sums: Sums, { light, white }: Canvas, driving: Driving, gamma: Gamma): void {
  const { first, leds, redAt, greenAt, blueAt, whiteAt, redGain, greenGain, blueGain, split } = driving;
  const { mode } = split;
  let reds = 0;
  let greens = 0;
  let blues = 0;
  let whites = 0;
  for (let led = first, from = first * 3, to = 0; led < first + leds; led += 1, from += 3, to += 4) {
    let r = light[from] ?? 0;
    let g = light[from + 1] ?? 0;
    let b = light[from + 2] ?? 0;
    let w = white[led] ?? 0;
    if (mode !== 'none' && (mode !== 'dual' || w === 0)) {
      const taken = Math.min(FULL_LIGHT - w, whiteWithin(split, r, g, b)); // no more than it can still give
      w += taken;
      if (mode === 'accurate') {
        r -= Math.floor(taken * split.red);
        g -= Math.floor(taken * split.green);
        b -= Math.floor(taken * split.blue);
      }
    }
    const redDrive = gamma.red[Math.imul(r, redGain) >>> 16] ?? 0;
    const greenDrive = gamma.green[Math.imul(g, greenGain) >>> 16] ?? 0;
    const blueDrive = gamma.blue[Math.imul(b, blueGain) >>> 16] ?? 0;
    const whiteDrive = gamma.white[w] ?? 0;
    drives[to + redAt] = redDrive;
    drives[to + greenAt] = greenDrive;
    drives[to + blueAt] = blueDrive;
    drives[to + whiteAt] = whiteDrive;
    reds += redDrive;
    greens += greenDrive;
    blues += blueDrive;
    whites += whiteDrive;
  }
  sums[redAt] = reds;
  sums[greenAt] = greens;
  sums[blueAt] = blues;
  sums[whiteAt] = whites;
}
