/**
 * Frames as the bytes that leave by SPI, in a buffer made once. A WS281x has no clock line: each of its bits is a pulse,
 * made of SPI bits, most significant first.
 *
 *   3 SPI bits at 2.4 MHz    0 is 100: 417 ns high, 833 ns low    1 is 110: 833 ns high, 417 ns low
 *   4 SPI bits at 3.2 MHz    0 is 1000: 312 ns high, 937 ns low   1 is 1100: 625 ns high, 625 ns low
 *
 * The line is low for a latch's time before and after the LEDs' bits. After: the LEDs show what they have, also where the
 * controller lets the line go up when it is idle. Before: going down from there is a pulse that LEDs take for a bit, and
 * the silence after it makes them forget that.
 */
import { assertNever } from '../../base/assert-never.ts';
import type { SpiEncoding } from '../../model/config-outputs.ts';
import { apa102Wire } from './apa102.ts';
import { LATCH_US } from './output.ts';

export interface SpiWire {
  /** What is to be sent, after `fill`. */
  readonly bytes: Buffer;
  /** Whether a pause within a frame spoils it. */
  readonly whole: boolean;
  /** @param frame bytes in the order of the wire. */
  fill(frame: Uint8Array): void;
}

export function spiWire(encoding: SpiEncoding, speedHz: number, leds: number, componentsPerLed: 3 | 4): SpiWire {
  switch (encoding) {
    case 'ws281x_3':
      return ws281xWire(leds * componentsPerLed, 3, speedHz);
    case 'ws281x_4':
      return ws281xWire(leds * componentsPerLed, 4, speedHz);
    case 'apa102':
      return apa102Wire(leds);
    default:
      return assertNever(encoding);
  }
}

function ws281xWire(components: number, bits: 3 | 4, speedHz: number): SpiWire {
  const gap = Math.ceil((LATCH_US * speedHz) / 8_000_000);
  const end = gap + components * bits;
  // Not of Buffer's pool, whose memory is shared.
  const bytes = Buffer.alloc(end + gap);
  const table = pulses(bits);
  return {
    bytes,
    whole: true,
    fill: (frame) => {
      for (let at = gap, component = 0; at < end; component += 1) {
        const from = (frame[component] ?? 0) * bits;
        for (let index = 0; index < bits; index += 1, at += 1) bytes[at] = table[from + index] ?? 0;
      }
    },
  };
}

/** For each value of a byte as many bytes as a bit has SPI bits. */
function pulses(bits: 3 | 4): Uint8Array {
  const table = new Uint8Array(256 * bits);
  for (let value = 0; value < 256; value += 1) {
    for (let bit = 0; bit < 8; bit += 1) {
      const one = (value & (0x80 >> bit)) !== 0;
      const first = bit * bits;
      for (const at of one ? [first, first + 1] : [first]) {
        const index = value * bits + (at >> 3);
        table[index] = (table[index] ?? 0) | (0x80 >> (at & 7));
      }
    }
  }
  return table;
}

/** What SPI controllers divide by an even number: the slowest core clock of a Pi 1 to 4, where steps are coarsest, and the Pi 5's. */
const SOURCES_HZ = [250_000_000, 200_000_000];

/** Milliseconds on the wire at the clock that comes out: the controller rounds down what is asked for, 2.4 MHz to 2.358. */
export function spiTimeMs(bytes: number, speedHz: number): number {
  const slowestHz = Math.min(...SOURCES_HZ.map((sourceHz) => sourceHz / (2 * Math.ceil(sourceHz / (2 * speedHz)))));
  return (bytes * 8 * 1000) / slowestHz;
}
