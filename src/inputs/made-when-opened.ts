/**
 * A driver that is made when it is first opened: one that cannot even be made is a fault of its knob, told and tried again like any
 * other, and nobody else's.
 */
import type { KnobDriver, KnobListener } from './knob-driver.ts';

export class MadeWhenOpened implements KnobDriver {
  readonly #make: () => KnobDriver;
  #made: KnobDriver | null = null;

  constructor(make: () => KnobDriver) {
    this.#make = make;
  }

  async open(signal: AbortSignal, listener: KnobListener): Promise<void> {
    this.#made ??= this.#make();
    await this.#made.open(signal, listener);
  }

  async close(): Promise<void> {
    await this.#made?.close();
  }
}
