/**
 * LED strips on the pins of a Raspberry Pi 1 to 4. The hardware is one device with up to two channels that send at the same
 * time, and so all its strips are one output.
 *
 * The driver takes a number an LED and sends its bytes in an order given by the strip type. The bytes of a frame are in
 * the wire's order already: byte 0 goes to bits 16-23, byte 1 to 8-15, byte 2 to 0-7 and byte 3 to 24-31, and the strip
 * types RGB and RGBW send them in that order.
 */
import type { StripFrame } from '../../light/stage.ts';
import { type Machine, thisMachine } from './machine.ts';
import type { Output, Taken } from './output.ts';
import { wireTimeMs } from './output.ts';
import { OutputError, toOutputError } from './output-error.ts';
import { loadAddon, type Ws281xAddon, type Ws281xChannel, type Ws281xChannelOptions } from './ws281x-addon.ts';
import { checkWs281x, type Ws281xStrip } from './ws281x-checks.ts';

/** WS2811_RGB and SK6812_RGBW of the driver: shifts of white, first, second and third byte. */
const TYPE_RGB = 0x00100800;
const TYPE_RGBW = 0x18100800;
/** Bits a second of every WS281x. */
const FREQUENCY = 800_000;
const UNUSED: Ws281xChannelOptions = { count: 0, gpio: 0, invert: 0, brightness: 255, stripType: TYPE_RGB };

export class Ws281xOutput implements Output {
  readonly strips: readonly string[];
  readonly wireMs: number;
  readonly gapMs = 0;
  readonly refreshMs = 0;
  readonly settleMs = 1000;
  readonly #all: readonly Ws281xStrip[];
  readonly #machine: Machine;
  readonly #load: () => Ws281xAddon;
  /** Set while `init` has succeeded and `finalize` was not called: only then may `finalize` be. */
  #running: Ws281xAddon | null = null;
  /** The pixels of each strip, in the order of `strips`. */
  #pixels: readonly Uint32Array[] = [];

  constructor(strips: readonly Ws281xStrip[], machine: Machine = thisMachine(), load: () => Ws281xAddon = loadAddon) {
    this.#all = strips;
    this.#machine = machine;
    this.#load = load;
    this.strips = strips.map(({ id }) => id);
    this.wireMs = Math.max(0, ...strips.map(({ leds, componentsPerLed }) => wireTimeMs(leds, componentsPerLed)));
  }

  async open(): Promise<void> {
    const channels = checkWs281x(this.#all, this.#machine);
    const addon = this.#load();
    const dma = this.#all[0]?.dma ?? 0;
    const ready = initialize(
      addon,
      dma,
      channels.map((strip) => (strip === null ? UNUSED : channelOptions(strip))),
    );
    this.#running = addon;
    this.#pixels = this.#all.map((strip) => ready[channels.indexOf(strip)]?.array ?? new Uint32Array(0));
  }

  /** Blocks until the frame before has left the wire. */
  send(frames: readonly StripFrame[], taken: Taken): void {
    for (let index = 0; index < frames.length; index += 1) {
      const frame = frames[index];
      const pixels = this.#pixels[index];
      if (frame !== undefined && pixels !== undefined) packPixels(frame.bytes, frame.componentsPerLed, pixels);
    }
    taken(this.#render());
  }

  async close({ off }: { readonly off: boolean }): Promise<void> {
    const addon = this.#running;
    if (addon === null) return;
    if (off) {
      for (const pixels of this.#pixels) pixels.fill(0);
      this.#render();
    }
    this.#running = null;
    addon.finalize();
  }

  #render(): OutputError | null {
    try {
      if (this.#running === null) throw new OutputError('ws281x_closed', 'the driver is closed', 'It is opened again by itself.');
      this.#running.render();
      return null;
    } catch (cause) {
      const fault = toOutputError(cause);
      const cure = 'Choose a free DMA channel (dma: 10), and let nothing else use PWM: dtparam=audio=off.';
      return fault.code === 'output_fault' ? new OutputError('ws281x_render', `sending failed: ${fault.message}`, cure, cause) : fault;
    }
  }
}

function initialize(addon: Ws281xAddon, dma: number, channels: readonly Ws281xChannelOptions[]): readonly Ws281xChannel[] {
  try {
    return addon.init({ dma, freq: FREQUENCY, channels });
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    const cure = 'Check gpio and dma of the strip, and that nothing else drives LEDs; then look at the kernel log.';
    throw new OutputError('ws281x_init', `the ws281x driver did not start: ${message}`, cure, cause);
  }
}

function channelOptions({ leds, gpio, componentsPerLed }: Ws281xStrip): Ws281xChannelOptions {
  return { count: leds, gpio, invert: 0, brightness: 255, stripType: componentsPerLed === 4 ? TYPE_RGBW : TYPE_RGB };
}

/** Bytes in the wire's order to the driver's numbers. */
export function packPixels(bytes: Uint8Array, componentsPerLed: 3 | 4, pixels: Uint32Array): void {
  for (let led = 0, at = 0; led < pixels.length; led += 1, at += componentsPerLed) {
    const white = componentsPerLed === 4 ? (bytes[at + 3] ?? 0) : 0;
    pixels[led] = (white << 24) | ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
  }
}
