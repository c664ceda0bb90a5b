/**
 * A strip on the network that listens to the Distributed Display Protocol, such as WLED. Bytes go out in the order that
 * the layout gives, and DDP's own is RGB or RGBW.
 */
import type { StripFrame } from '../../light/stage.ts';
import type { LoopClock } from '../loop-clock.ts';
import { DdpPackets } from './ddp-packets.ts';
import type { Output, Taken } from './output.ts';
import type { OutputError } from './output-error.ts';
import { UdpLink } from './udp-link.ts';

export interface DdpOptions {
  readonly strip: string;
  readonly leds: number;
  readonly componentsPerLed: 3 | 4;
  readonly host: string;
  readonly port: number;
  /** WLED shows its own picture again after 2.5 s without packets. */
  readonly refreshMs?: number;
}

export class DdpOutput implements Output {
  readonly strips: readonly string[];
  readonly wireMs = 0;
  /** A thousand frames a second are more than any receiver shows. */
  readonly gapMs = 1;
  readonly refreshMs: number;
  /** Longer than the refresh, so that a host has had the time to say that nobody listens. */
  readonly settleMs: number;
  readonly #bytes: number;
  readonly #packets: DdpPackets;
  readonly #link: UdpLink;

  constructor(options: DdpOptions, clock: LoopClock) {
    const { strip, leds, componentsPerLed, host, port, refreshMs = 1000 } = options;
    this.strips = [strip];
    this.refreshMs = refreshMs;
    this.settleMs = refreshMs + 500;
    this.#bytes = leds * componentsPerLed;
    this.#packets = new DdpPackets(this.#bytes, componentsPerLed);
    this.#link = new UdpLink({ protocol: { code: 'ddp', name: 'DDP' }, port, to: { host } }, clock);
  }

  open(signal: AbortSignal, onFault: (fault: OutputError) => void): Promise<void> {
    return this.#link.open(signal, onFault);
  }

  send(frames: readonly StripFrame[], taken: Taken): void {
    const [frame] = frames;
    if (frame !== undefined) this.#packets.fill(frame.bytes);
    this.#link.send(this.#packets.packets, taken);
  }

  close({ off }: { readonly off: boolean }): Promise<void> {
    return this.#link.close(async (send) => {
      if (!off) return;
      this.#packets.fill(new Uint8Array(this.#bytes));
      await send(this.#packets.packets);
    });
  }
}
