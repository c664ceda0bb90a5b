/**
 * A strip on the network that listens to E1.31 (sACN): controllers such as ESPixelStick, Falcon and WLED. One host is
 * sent to directly; without one each universe goes to its own multicast group. The universes of a strip are not
 * synchronised (clause 11): each is shown as it comes.
 */
import { v5 } from 'uuid';
import type { StripFrame } from '../../light/stage.ts';
import type { LoopClock } from '../loop-clock.ts';
import { E131Packets } from './e131-packets.ts';
import type { Output, Taken } from './output.ts';
import type { OutputError } from './output-error.ts';
import { UdpLink } from './udp-link.ts';

/** A still picture is told again every 800 to 1000 ms (6.6.2); receivers give up after 2.5 s (appendix A). */
const KEEP_ALIVE_MS = 900;
/** A picture is sent three times before it counts as still (6.6.2), as UDP loses packets. */
const REPEATS = 2;
const REPEAT_MS = 40;
/** How often the end of a stream is told (6.2.6). */
const TERMINATIONS = 3;
/** Names of strips on hosts become CIDs within this name space. */
const CID_NAMESPACE = 'b0a4a0c5-3f0d-4d2c-9a5e-6f1f4f0b7c39';

export interface E131Options {
  readonly strip: string;
  readonly leds: number;
  readonly componentsPerLed: 3 | 4;
  /** null: multicast. */
  readonly host: string | null;
  readonly port: number;
  readonly universe: number;
  readonly priority: number;
  readonly source: string;
  /** Address of the interface that multicast leaves by; null leaves the choice to the system. */
  readonly interface: string | null;
  /** Of this machine: with the strip's id it names the source. */
  readonly hostname: string;
}

export class E131Output implements Output {
  readonly strips: readonly string[];
  readonly wireMs = 0;
  /** More than 44 frames a second are the user's choice (6.6.1): `renderer.fps`. */
  readonly gapMs = 1;
  readonly refreshMs = KEEP_ALIVE_MS;
  /** Longer than the refresh, so that a host has had the time to say that nobody listens. */
  readonly settleMs = KEEP_ALIVE_MS + 500;
  readonly #bytes: number;
  readonly #clock: LoopClock;
  readonly #packets: E131Packets;
  readonly #link: UdpLink;
  #onFault: (fault: OutputError) => void = () => undefined;
  #repeats = 0;
  /** Since the quiet was looked at last. */
  #changed = false;
  #watching = false;
  #cancelWatch: () => void = () => undefined;
  readonly #onQuiet = () => this.#repeat();
  readonly #onRepeated = (fault: OutputError | null) => {
    if (fault !== null) this.#onFault(fault);
  };

  constructor(options: E131Options, clock: LoopClock) {
    const { strip, leds, componentsPerLed, host, port, hostname } = options;
    this.strips = [strip];
    this.#bytes = leds * componentsPerLed;
    this.#clock = clock;
    this.#packets = new E131Packets({ ...options, cid: cidOf(strip, hostname) });
    const to = host === null ? { groups: this.#packets.universes.map(groupOf), via: options.interface } : { host };
    this.#link = new UdpLink({ protocol: { code: 'e131', name: 'E1.31' }, port, to }, clock);
  }

  open(signal: AbortSignal, onFault: (fault: OutputError) => void): Promise<void> {
    this.#onFault = onFault;
    return this.#link.open(signal, onFault);
  }

  send(frames: readonly StripFrame[], taken: Taken): void {
    const [frame] = frames;
    if (frame !== undefined && this.#packets.fill(frame.bytes)) {
      this.#changed = true;
      this.#repeats = REPEATS;
    }
    this.#link.send(this.#packets.packets, taken);
    if (this.#repeats > 0 && !this.#watching) this.#watch();
  }

  async close({ off }: { readonly off: boolean }): Promise<void> {
    this.#cancelWatch();
    this.#watching = false;
    this.#repeats = 0;
    await this.#link.close(async (send) => {
      if (off) {
        this.#packets.fill(new Uint8Array(this.#bytes));
        await send(this.#packets.packets);
      }
      for (let round = 0; round < TERMINATIONS; round += 1) {
        this.#packets.terminate();
        await send(this.#packets.packets);
      }
    });
  }

  #watch(): void {
    this.#watching = true;
    this.#cancelWatch = this.#clock.after(REPEAT_MS, this.#onQuiet);
  }

  /** While pictures change, only the timer goes on. */
  #repeat(): void {
    this.#watching = false;
    if (this.#changed) this.#changed = false;
    else if (!this.#link.busy) {
      this.#repeats -= 1;
      this.#packets.again();
      this.#link.send(this.#packets.packets, this.#onRepeated);
    }
    if (this.#repeats > 0) this.#watch();
  }
}

/** The multicast group of a universe (9.3.1). */
export function groupOf(universe: number): string {
  return `239.255.${universe >> 8}.${universe & 0xff}`;
}

/** Stays the same for a strip of a machine (5.6), without anything to be kept. */
export function cidOf(strip: string, hostname: string): Uint8Array {
  return v5(`${hostname}/${strip}`, CID_NAMESPACE, new Uint8Array(16));
}
