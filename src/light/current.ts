/** What a strip draws, in milliamperes at its own voltage, from what is sent to it. */
import type { CurrentDraw, StripLayout } from '../model/strip-layout.ts';
import type { Sums } from './dither.ts';

/** mA of each component at full, by its place in a LED's bytes. */
export type PerComponent = readonly number[];

export function perComponent({ draw, order }: Pick<StripLayout, 'draw' | 'order'>): PerComponent {
  const of: Readonly<Record<string, number>> = { R: draw.red, G: draw.green, B: draw.blue, W: draw.white };
  return Array.from(order, (letter) => of[letter] ?? 0);
}

/** @param sums of all bytes, or drives, by place. @param full the greatest byte, or drive. @returns mA, the dark LEDs' own not counted. */
export function litMa(per: PerComponent, sums: Sums, full: number): number {
  let total = 0;
  for (let at = 0; at < per.length; at += 1) total += (per[at] ?? 0) * (sums[at] ?? 0);
  return total / full;
}

/** The same where a LED's components are in series: the greatest of each LED counts. */
export function seriesMa(per: PerComponent, values: Uint8Array | Uint16Array, full: number): number {
  const step = per.length;
  let total = 0;
  for (let led = 0; led < values.length; led += step) {
    let most = 0;
    for (let at = 0; at < step; at += 1) most = Math.max(most, (per[at] ?? 0) * (values[led + at] ?? 0));
    total += most;
  }
  return total / full;
}

/** What the chips take whatever they show. */
export function idleMa({ idle }: CurrentDraw, leds: number): number {
  return idle * leds;
}
