/** How LEDs lie in the universes of E1.31, each of 512 slots: no LED is split between two, and the next universe goes on. */

const SLOTS = 512;

/** 170 RGB LEDs or 128 RGBW LEDs. */
export function ledsPerUniverse(componentsPerLed: 3 | 4): number {
  return Math.floor(SLOTS / componentsPerLed);
}

export function universesOf(leds: number, componentsPerLed: 3 | 4): number {
  return Math.ceil(leds / ledsPerUniverse(componentsPerLed));
}
