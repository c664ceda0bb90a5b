/** Stands in for spi-device: keeps what is sent, when it is taken, and fails on demand. */
import type { SpiAddon, SpiCallback, SpiDevice, SpiTransfer } from '../../../src/renderer/outputs/spi-addon.ts';

export class FakeSpi implements SpiAddon {
  readonly opened: { bus: number; chip: number; maxSpeedHz: number }[] = [];
  /** Bytes of each transfer, as they stood when it began. */
  readonly sent: Uint8Array[] = [];
  closes = 0;
  openCode: string | null = null;
  transferCode: string | null = null;
  /** Transfers wait for `release` while set. */
  holds = false;
  #held: (() => void)[] = [];

  get underWay(): number {
    return this.#held.length;
  }

  open(bus: number, chip: number, { maxSpeedHz }: { readonly maxSpeedHz: number }, done: SpiCallback): SpiDevice {
    this.opened.push({ bus, chip, maxSpeedHz });
    setImmediate(() => done(fault(this.openCode)));
    return {
      transfer: (message, taken) => this.#transfer(message, taken),
      close: (closed) => {
        this.closes += 1;
        setImmediate(() => closed(null));
      },
    };
  }

  /** Ends the transfers that are held. */
  release(): void {
    for (const end of this.#held.splice(0)) end();
  }

  #transfer(message: readonly SpiTransfer[], taken: SpiCallback): void {
    for (const { byteLength, sendBuffer } of message) this.sent.push(Uint8Array.from(sendBuffer.subarray(0, byteLength)));
    const end = () => taken(fault(this.transferCode));
    if (this.holds) this.#held.push(end);
    else setImmediate(end);
  }
}

function fault(code: string | null): Error | null {
  return code === null ? null : Object.assign(new Error(`${code}, as the test says`), { code });
}
