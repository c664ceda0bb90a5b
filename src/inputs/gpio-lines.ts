/** The lines of a knob that is read pin by pin, by BCM number, and the chips that have the pins of the header. */
import type { KnobLine } from './knob-driver.ts';

export interface PinLine {
  readonly line: KnobLine;
  /** BCM number, which is the line's offset on its chip. */
  readonly pin: number;
}

export interface Pins {
  readonly clk?: number | undefined;
  readonly dt?: number | undefined;
  readonly switch?: number | undefined;
}

/** Their labels: Pi 1 to 3 and Zero; Pi 4, 400 and CM4; Pi 5, 500 and CM5. */
export const HEADER_CHIPS: readonly string[] = ['pinctrl-bcm2835', 'pinctrl-bcm2711', 'pinctrl-rp1'];

export function pinLines(pins: Pins): PinLine[] {
  return (['clk', 'dt', 'switch'] as const).flatMap((line) => {
    const pin = pins[line];
    return pin === undefined ? [] : [{ line, pin }];
  });
}
