/**
 * The last steps of the pixel way for one strip: light to drives, drives to the bytes of its wire. The two are apart, as
 * what its supply can give is known only when all its strips' drives are (supply.ts).
 */
import type { StripLayout } from '../model/strip-layout.ts';
import type { Canvas } from './canvas.ts';
import { idleMa, litMa, type PerComponent, perComponent, seriesMa } from './current.ts';
import { betweenBytes, quantize3, quantize4, type Rounding } from './dither.ts';
import { createDriving, type Driving, drive } from './drive.ts';
import type { Gamma } from './gamma.ts';
import { FULL_LIGHT, monitorValues } from './linear.ts';

/** What an output sends of a strip, and what a preview shows of it. */
export interface StripFrame {
  readonly id: string;
  /** Bytes in wire order, 3 or 4 a LED; the same array from frame to frame. */
  readonly bytes: Uint8Array;
  readonly componentsPerLed: 3 | 4;
  /** A copy for a monitor: r, g, b a LED, 8 bits, before balance and gamma. White is mixed in. */
  preview(): Uint8Array;
}

export class StripOutput implements StripFrame {
  readonly id: string;
  readonly bytes: Uint8Array;
  readonly componentsPerLed: 3 | 4;
  /** Of its LEDs when dark, mA. */
  readonly idleMa: number;
  readonly #canvas: Canvas;
  readonly #driving: Driving;
  readonly #drives: Uint16Array;
  readonly #perComponent: PerComponent;
  readonly #series: boolean;
  /** Of the drives, and of the bytes. */
  readonly #driveSums = new Float64Array(4);
  readonly #sums = new Float64Array(4);
  #scale = 0;

  /** @param first this strip's first LED on the canvas. */
  constructor(layout: StripLayout, canvas: Canvas, first: number) {
    this.id = layout.id;
    this.componentsPerLed = layout.order.length === 4 ? 4 : 3;
    this.bytes = new Uint8Array(layout.length * this.componentsPerLed);
    this.idleMa = idleMa(layout.draw, layout.length);
    this.#canvas = canvas;
    this.#driving = createDriving(layout, first);
    this.#drives = new Uint16Array(this.bytes.length);
    this.#perComponent = perComponent(layout);
    this.#series = layout.draw.series;
  }

  /** What the bytes draw beyond the idle current, mA. */
  get litMa(): number {
    return this.#series ? seriesMa(this.#perComponent, this.bytes, 255) : litMa(this.#perComponent, this.#sums, 255);
  }

  /** Takes the light of the canvas. */
  drive(gamma: Gamma): void {
    drive(this.#drives, this.#driveSums, this.#canvas, this.#driving, gamma);
  }

  /** What the drives would draw unscaled beyond the idle current, mA. */
  wantedMa(): number {
    if (this.#series) return seriesMa(this.#perComponent, this.#drives, FULL_LIGHT);
    return litMa(this.#perComponent, this.#driveSums, FULL_LIGHT);
  }

  /** Makes the bytes. @param scale 0 to 65,536: the share of each drive that is sent. */
  encode(scale: number, rounding: Rounding): void {
    this.#scale = scale;
    const quantize = this.componentsPerLed === 4 ? quantize4 : quantize3;
    quantize(this.bytes, this.#drives, scale, rounding, this.#sums);
  }

  /** Whether the next dithered frame would differ. */
  betweenBytes(): boolean {
    return betweenBytes(this.#drives, this.#scale);
  }

  preview(): Uint8Array {
    const { light, white } = this.#canvas;
    const { first, leds, whiteAt } = this.#driving;
    const rgb = new Uint8Array(leds * 3);
    for (let at = 0; at < rgb.length; at += 1) {
      const own = whiteAt < 0 ? 0 : (white[first + Math.floor(at / 3)] ?? 0);
      rgb[at] = monitorValues[Math.min(FULL_LIGHT, (light[first * 3 + at] ?? 0) + own)] ?? 0;
    }
    return rgb;
  }
}
