/** A strip that shows what the daemon sends: a DDP receiver on loopback, with the config sections that send to it. */

import { UdpReceiver } from '../../renderer/support/udp-receiver.ts';
import type { Home } from '../../support/daemon.ts';
import { until } from '../../support/until.ts';

const HEADER_BYTES = 10;
export const LENGTH = 6;

export class Strip {
  readonly #receiver = new UdpReceiver();
  port = 0;

  static async listen(): Promise<Strip> {
    const strip = new Strip();
    strip.port = await strip.#receiver.listen();
    return strip;
  }

  /** One strip with one zone `floor` on it; `more` replaces whole sections. */
  sections(more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
    return {
      strips: { main: { length: LENGTH, output: { driver: 'ddp', host: '127.0.0.1', port: this.port } } },
      zones: { floor: { strip: 'main', range: [0, LENGTH - 1] } },
      ...more,
    };
  }

  async attach(home: Home, more: Readonly<Record<string, unknown>> = {}): Promise<void> {
    await home.configure(this.sections(more));
  }

  /** Frames received so far. */
  get frames(): number {
    return this.#receiver.packets.length;
  }

  /** The first LED of the newest frame as `#rrggbb`; `null` before the first. */
  get color(): string | null {
    const { newest } = this.#receiver;
    return newest === undefined ? null : `#${newest.subarray(HEADER_BYTES, HEADER_BYTES + 3).toString('hex')}`;
  }

  /** @param color of full components: those are the same before and after gamma. */
  async shows(color: string): Promise<void> {
    await until(() => this.color === color, `the strip to show ${color} (it shows ${this.color})`);
  }

  close(): Promise<void> {
    return this.#receiver[Symbol.asyncDispose]();
  }
}
