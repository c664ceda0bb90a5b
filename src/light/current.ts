/**
 * Estimates what strips draw, in milliamperes at 5 V, from the bytes sent. WS2812B: 16, 11 and 15 mA for red, green and
 * blue at full and 0.7 mA for the chip itself, as measured on common 5050 parts; the white of an SK6812W takes 18 mA.
 */
const RED_MA = 16;
const GREEN_MA = 11;
const BLUE_MA = 15;
const WHITE_MA = 18;
const IDLE_MA = 0.7;

/** @param reds the sum of all bytes of that component; so the others. */
export function currentMa(reds: number, greens: number, blues: number, whites: number, leds: number): number {
  return (reds * RED_MA + greens * GREEN_MA + blues * BLUE_MA + whites * WHITE_MA) / 255 + leds * IDLE_MA;
}
