/**
 * The port that every way of lighting LEDs implements. An output drives one strip, or all strips that share its hardware.
 * It reports faults and never retries: whoever holds it does that (supervised.ts).
 */
import type { StripFrame } from '../../light/stage.ts';
import type { OutputError } from './output-error.ts';

/** Called once a frame: with a fault, or with `null` when it has left for the LEDs. */
export type Taken = (fault: OutputError | null) => void;

export interface Output {
  /** Ids of its strips, in the order in which `send` takes their frames. */
  readonly strips: readonly string[];
  /** Milliseconds that the wire needs for a frame; 0 where it is not ours to wait for. */
  readonly wireMs: number;
  /** Least milliseconds between two frames, beside the wire's. */
  readonly gapMs: number;
  /** A still picture is sent again this often, in milliseconds; 0 where the LEDs keep it. */
  readonly refreshMs: number;
  /** After it was opened again it counts as recovered once it ran this long without a fault, in milliseconds. */
  readonly settleMs: number;
  /** Gets ready to send. @param onFault hears of faults between frames. @throws OutputError */
  open(signal: AbortSignal, onFault: (fault: OutputError) => void): Promise<void>;
  /**
   * Sends one frame; not called again before `taken` was. It may block for the wire's time and has read the bytes when
   * it returns. Allocates nothing in proportion to the frame.
   */
  send(frames: readonly StripFrame[], taken: Taken): void;
  /** Gives everything back; safe in any state, also after a failed open. @param off darkens the LEDs first, as far as they can be reached. */
  close(options: { readonly off: boolean }): Promise<void>;
}

/** Microseconds a component takes on a WS281x wire: 8 bits of 1.25 µs (WS2812B data sheet, "data transfer time"). */
const US_PER_COMPONENT = 10;
/** Microseconds of low that end a WS281x frame: at least 280 for WS2812B of newer make. */
export const LATCH_US = 300;

/** Milliseconds that a WS281x wire needs for so many LEDs: 30 µs an RGB LED, 40 µs an RGBW LED, and the latch. */
export function wireTimeMs(leds: number, componentsPerLed: 3 | 4): number {
  return (leds * componentsPerLed * US_PER_COMPONENT + LATCH_US) / 1000;
}
