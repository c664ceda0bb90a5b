/**
 * Frames as an APA102 takes them: a start of 32 zero bits, a word of 32 bits an LED, and an end.
 *
 *   word   111, 5 bits of brightness, then three bytes in the strip's order (blue, green, red as a rule)
 *   end    32 zero bits, by which an SK9822 (its clone) shows the frame; then a bit for every two LEDs, as each LED
 *          passes data on half a clock late. Zeros, as no LED takes them for a word of its own.
 *
 * The brightness stays at its most: lower ones dim by a slow second PWM, and colours are dimmed already.
 */
import type { SpiWire } from './spi-wire.ts';

const START_BYTES = 4;
const WORD_BYTES = 4;
const RESET_BYTES = 4;
const FULL = 0b111_11111;

export function apa102Wire(leds: number): SpiWire {
  const end = START_BYTES + leds * WORD_BYTES;
  // Not of Buffer's pool, whose memory is shared.
  const bytes = Buffer.alloc(end + RESET_BYTES + Math.ceil(leds / 16));
  for (let at = START_BYTES; at < end; at += WORD_BYTES) bytes[at] = FULL;
  return {
    bytes,
    // It goes by its clock line: where that rests, the LEDs wait.
    whole: false,
    fill: (frame) => {
      for (let at = START_BYTES, from = 0; at < end; at += WORD_BYTES, from += 3) {
        bytes[at + 1] = frame[from] ?? 0;
        bytes[at + 2] = frame[from + 1] ?? 0;
        bytes[at + 3] = frame[from + 2] ?? 0;
      }
    },
  };
}
