/**
 * The last steps of the pixel way for one strip: gamma, eight bits, the order of components on its wire. White balance
 * belongs before the gamma, the power limit and dither between the gamma and the eight bits, both in `encode`.
 */
import type { StripLayout } from '../model/strip-layout.ts';
import type { Canvas } from './canvas.ts';
import { currentMa } from './current.ts';
import { type Gamma, toByte } from './gamma.ts';
import { FULL_LIGHT, monitorValues } from './linear.ts';

/** What an output sends of a strip, and what a preview shows of it. The arrays stay the same from frame to frame. */
export interface StripFrame {
  readonly id: string;
  /** Bytes in wire order, 3 or 4 a LED. */
  readonly bytes: Uint8Array;
  /** r, g, b a LED, 8 bits, before gamma: what a monitor should show. White is mixed in. */
  readonly rgb: Uint8Array;
  readonly componentsPerLed: 3 | 4;
}

export class StripOutput implements StripFrame {
  readonly id: string;
  readonly bytes: Uint8Array;
  readonly rgb: Uint8Array;
  readonly componentsPerLed: 3 | 4;
  #first: number;
  #length: number;
  /** Where each component stands within a LED's bytes. */
  #redAt: number;
  #greenAt: number;
  #blueAt: number;
  #whiteAt: number;
  #currentMa = 0;

  /** @param first this strip's first LED on the canvas. */
  constructor(layout: StripLayout, first: number) {
    this.id = layout.id;
    this.#first = first;
    this.#length = layout.length;
    this.#redAt = layout.order.indexOf('R');
    this.#greenAt = layout.order.indexOf('G');
    this.#blueAt = layout.order.indexOf('B');
    this.#whiteAt = layout.order.indexOf('W');
    this.componentsPerLed = this.#whiteAt < 0 ? 3 : 4;
    this.bytes = new Uint8Array(layout.length * this.componentsPerLed);
    this.rgb = new Uint8Array(layout.length * 3);
  }

  /** Of the bytes encoded last. */
  get currentMa(): number {
    return this.#currentMa;
  }

  encode(canvas: Canvas, gamma: Gamma): void {
    const { bytes, rgb, componentsPerLed: step } = this;
    const { light, white } = canvas;
    const { drive } = gamma;
    const redAt = this.#redAt;
    const greenAt = this.#greenAt;
    const blueAt = this.#blueAt;
    const whiteAt = this.#whiteAt;
    const end = (this.#first + this.#length) * 3;
    let reds = 0;
    let greens = 0;
    let blues = 0;
    let whites = 0;
    for (let from = this.#first * 3, to = 0, seen = 0, led = this.#first; from < end; from += 3, to += step, seen += 3, led += 1) {
      let red = light[from] ?? 0;
      let green = light[from + 1] ?? 0;
      let blue = light[from + 2] ?? 0;
      const redByte = toByte(drive[red] ?? 0);
      const greenByte = toByte(drive[green] ?? 0);
      const blueByte = toByte(drive[blue] ?? 0);
      bytes[to + redAt] = redByte;
      bytes[to + greenAt] = greenByte;
      bytes[to + blueAt] = blueByte;
      reds += redByte;
      greens += greenByte;
      blues += blueByte;
      if (whiteAt >= 0) {
        const own = white[led] ?? 0;
        const whiteByte = toByte(drive[own] ?? 0);
        bytes[to + whiteAt] = whiteByte;
        whites += whiteByte;
        red = Math.min(FULL_LIGHT, red + own);
        green = Math.min(FULL_LIGHT, green + own);
        blue = Math.min(FULL_LIGHT, blue + own);
      }
      rgb[seen] = monitorValues[red] ?? 0;
      rgb[seen + 1] = monitorValues[green] ?? 0;
      rgb[seen + 2] = monitorValues[blue] ?? 0;
    }
    this.#currentMa = currentMa(reds, greens, blues, whites, this.#length);
  }
}
